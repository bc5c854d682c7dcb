"""The CloudFormation templates of the lake: where they are, in which order, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from bio_lakehouse.errors import SettingsError

STACKS = ("artifacts", "bronze", "silver", "gold", "oura-ingest", "dagster", "quicksight")
"""In the order in which each finds what it needs of the ones before."""
USUAL = ("artifacts", "bronze", "silver", "gold")
"""What a lake needs; the others cost, or need an account elsewhere, and are named to be made."""
CLONE = Path(__file__).parents[2] / "infra"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a template asks for; `default` is None where it must be told."""

    name: str
    description: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """One stack's template: its text, what it says (with CloudFormation's functions by their long
    names), its parameters by name, the types of its resources, and which of those parameters decide
    about."""

    stack: str
    text: str
    told: Mapping[str, Any]
    parameters: Mapping[str, Parameter]
    resources: Mapping[str, str]
    conditional: frozenset[str]


def infra_folder(named: Path | None = None) -> Path:
    """The folder of the templates: the one that is named, or that of the clone which is installed
    or stood in; `SettingsError` when there is none."""
    folders = [named] if named else [CLONE, Path.cwd() / CLONE.name]
    for folder in folders:
        if (folder / _file_of(STACKS[0])).is_file():
            return folder
    raise SettingsError(
        f"{folders[-1]} has no {_file_of(STACKS[0])}, and the templates are no part of an "
        "installed package. Name the folder `infra` of a clone with --infra."
    )


def read_template(infra: Path, stack: str) -> Template:
    """`SettingsError` when there is no such stack."""
    path = infra / _file_of(stack)
    if not path.is_file():
        known = ", ".join(name for name in STACKS if (infra / _file_of(name)).is_file())
        raise SettingsError(f"There is no stack {stack!r} in {infra}; there is: {known}.")
    text = path.read_text("utf-8")
    told = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, with CloudFormation's tags
    parameters = told.get("Parameters", {})
    return Template(
        stack=stack,
        text=text,
        told=told,
        parameters={name: _parameter(name, one) for name, one in parameters.items()},
        resources={name: str(one["Type"]) for name, one in told["Resources"].items()},
        conditional=frozenset(n for n, one in told["Resources"].items() if "Condition" in one),
    )


def in_order(stacks: tuple[str, ...]) -> tuple[str, ...]:
    """The stacks that are named, or the usual ones, in their order; that of the artifacts is always
    one of them."""
    unknown = [name for name in stacks if name not in STACKS]
    if unknown:
        raise SettingsError(f"There is no stack {unknown[0]!r}; there is: {', '.join(STACKS)}.")
    wanted = {STACKS[0], *(stacks or USUAL)}
    return tuple(name for name in STACKS if name in wanted)


def refuse_unknown_parameters(infra: Path, stacks: Iterable[str], given: Iterable[str]) -> None:
    """Raise `SettingsError` for a parameter that none of the stacks has: it would do nothing."""
    known = sorted({name for stack in stacks for name in read_template(infra, stack).parameters})
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise SettingsError(
                f"--parameter {name}: none of these stacks has a parameter of that name; "
                + (f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}.")
            )


def _file_of(stack: str) -> str:
    return f"{stack}-stack.yaml"


def _parameter(name: str, told: Mapping[str, Any]) -> Parameter:
    default = told.get("Default")
    return Parameter(name, str(told["Description"]), None if default is None else str(default))


class _Loader(yaml.SafeLoader):
    """YAML in which CloudFormation's short tags stand: `!Ref Name`."""


def _short_function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Sub text` is `{"Fn::Sub": "text"}`."""
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        told = loader.construct_scalar(node)
        return {name: told.split(".", 1) if name == "Fn::GetAtt" else told}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_function)
