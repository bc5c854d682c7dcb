"""What CloudFormation would change of a stack: a change set, which is looked at, done or
discarded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_exponential

from bio_lakehouse.deployment.stack_templates import Template
from bio_lakehouse.errors import AwsError
from bio_lakehouse.lake.aws import code_of

UNFINISHED = frozenset({"CREATE_PENDING", "CREATE_IN_PROGRESS"})
NOT_THERE = "REVIEW_IN_PROGRESS"
"""A stack of which there is no more than a change set."""
NEVER_MADE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
LONGEST_BODY = 51_200
"""Bytes of a template that may stand in a call; a longer one must lie in a bucket."""
CHANGE_SET_SECONDS = 300
REPLACING = {"True": "Replace", "Conditional": "Modify or replace"}
REFERENCE = re.compile(r"\$\{([A-Za-z:]+)\}")


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that is there: its status, parameters and outputs (with their descriptions)."""

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    told: Mapping[str, str]

    @property
    def was_never_made(self) -> bool:
        """Whether its first deployment failed: it can only be deleted."""
        return self.status in NEVER_MADE


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would become of a resource: `Add` (or, where parameters decide, `Add if asked
    for`), `Import`, `Modify`, `Modify or replace`, `Replace` or `Remove`."""

    action: str
    resource: str
    kind: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes of a stack that wait to be done."""

    stack: str
    name: str
    changes: tuple[Change, ...]


def find_stack(client: Any, name: str) -> Stack | None:
    """The stack of that name; None when there is none. `client` is boto3's of CloudFormation."""
    try:
        found = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if code_of(error) == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    if found["StackStatus"] in (NOT_THERE, "DELETE_COMPLETE"):
        return None
    outputs = found.get("Outputs", [])
    return Stack(
        name=name,
        status=found["StackStatus"],
        parameters={p["ParameterKey"]: p["ParameterValue"] for p in found.get("Parameters", [])},
        outputs={output["OutputKey"]: output["OutputValue"] for output in outputs},
        told={output["OutputKey"]: output.get("Description", "") for output in outputs},
    )


def propose(
    client: Any, name: str, template: Mapping[str, str], values: Mapping[str, str], is_new: bool
) -> ChangeSet:
    """The changes that make the stack `name` what the template (`TemplateBody` or `TemplateURL`)
    says with these values of its parameters."""
    change_set = f"bio-lakehouse-{uuid4().hex[:12]}"
    client.create_change_set(
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="CREATE" if is_new else "UPDATE",
        Parameters=[{"ParameterKey": key, "ParameterValue": values[key]} for key in values],
        Capabilities=CAPABILITIES,
        Tags=[{"Key": "application", "Value": "bio-lakehouse"}],
        # A bucket or table that a deleted stack left is taken over, with all that is in it.
        ImportExistingResources=is_new,
        **template,
    )
    pages = _described(client, name, change_set)
    changes = [_change(one["ResourceChange"]) for page in pages for one in page.get("Changes", [])]
    return ChangeSet(name, change_set, tuple(changes))


NAMES = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ECR::Repository": "RepositoryName",
}
"""What holds data and is kept when its stack is deleted, and where its name stands."""


def with_written_names(template: Template, values: Mapping[str, str]) -> str:
    """The template with the names of what holds data written out: CloudFormation takes over only
    what is named so, and not what a function names. `values` are those that the names refer to."""
    told = deepcopy(dict(template.told))
    for one in told["Resources"].values():
        name = NAMES.get(one["Type"])
        if name:
            one["Properties"][name] = _written(one["Properties"][name], values)
    return json.dumps(told, separators=(",", ":"), default=str)


def _written(name: Any, values: Mapping[str, str]) -> Any:
    if not isinstance(name, dict):
        return name
    ((function, told),) = name.items()
    if function == "Ref":
        return values.get(told, name)
    return REFERENCE.sub(lambda found: values[found[1]], told) if function == "Fn::Sub" else name


def discard(client: Any, change_set: ChangeSet) -> None:
    client.delete_change_set(StackName=change_set.stack, ChangeSetName=change_set.name)


def _described(client: Any, name: str, change_set: str) -> list[dict[str, Any]]:
    """The pages of a change set once it is worked out."""
    asked = {"StackName": name, "ChangeSetName": change_set}
    waiting = Retrying(
        retry=retry_if_result(lambda told: told["Status"] in UNFINISHED),
        stop=stop_after_delay(CHANGE_SET_SECONDS),
        wait=wait_exponential(0.1, max=3),
    )
    told = waiting(client.describe_change_set, **asked)
    if told["Status"] == "FAILED" and not _is_empty(told):
        client.delete_change_set(**asked)
        raise AwsError(f"The stack {name} cannot be deployed: {told.get('StatusReason')}")
    pages = [told]
    while "NextToken" in pages[-1]:
        token = pages[-1]["NextToken"]
        pages.append(client.describe_change_set(**asked, NextToken=token))
    return pages


def _is_empty(told: Mapping[str, Any]) -> bool:
    return any(words in told.get("StatusReason", "") for words in NO_CHANGES)


def _change(told: Mapping[str, Any]) -> Change:
    action = REPLACING.get(told.get("Replacement", ""), told["Action"])
    return Change(action, told["LogicalResourceId"], told["ResourceType"])
