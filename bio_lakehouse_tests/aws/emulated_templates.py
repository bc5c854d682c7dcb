"""The lake's templates as an emulator can deploy them: without the types that it does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cfnlint.decode
from botocore.exceptions import ClientError

INFRA = Path(__file__).parents[2] / "infra"
CODE = ("lambdas", "glue")
UNRECOGNIZED = re.compile(r"Unrecognized resource types: \[(.*?)\]")


def unknown_types(client: Any, templates: Iterable[Path]) -> set[str]:
    """The types of resources that an emulator refuses. `client` is its CloudFormation."""
    found: set[str] = set()
    for path in templates:
        found |= refused_types(client, path.read_text("utf-8"))
    return found


def refused_types(client: Any, template: str) -> set[str]:
    try:
        client.validate_template(TemplateBody=template)
    except ClientError as error:
        refused = UNRECOGNIZED.search(str(error))
        if refused is None:
            raise
        return set(refused[1].split(", "))
    return set()


def without(unknown: set[str], folder: Path) -> Path:
    """A folder like `infra/` in which no template has a resource of those types; what referred to
    one is left out with it."""
    infra = folder / "infra"
    infra.mkdir()
    for name in CODE:
        (infra / name).symlink_to(INFRA / name)
    for path in INFRA.glob("*-stack.yaml"):
        template, _ = cfnlint.decode.decode(str(path))
        kept = stripped(json.loads(json.dumps(template)), unknown)
        (infra / path.name).write_text(json.dumps(kept), "utf-8")
    return infra


def stripped(template: dict[str, Any], unknown: set[str]) -> dict[str, Any]:
    gone = {name for name, one in template["Resources"].items() if one["Type"] in unknown}
    resources = {name: one for name, one in template["Resources"].items() if name not in gone}
    outputs = template.get("Outputs", {})
    kept = {name: one for name, one in outputs.items() if not refers(one["Value"], gone)}
    return template | {"Resources": cut(resources, gone), "Outputs": kept}


def cut(value: Any, gone: set[str]) -> Any:
    """`value` without the entries that refer to what is gone."""
    if isinstance(value, dict):
        return {key: cut(one, gone) for key, one in value.items() if not refers(one, gone)}
    if isinstance(value, list):
        return [cut(one, gone) for one in value if not refers(one, gone)]
    return value


def refers(value: Any, gone: set[str]) -> bool:
    """Whether a value is itself a reference to something that is gone."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((function, told),) = value.items()
    if function == "Ref":
        return told in gone
    return function == "Fn::GetAtt" and told[0] in gone
