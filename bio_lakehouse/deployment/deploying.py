"""The lake's stacks are planned and deployed: each in turn, with its code, and nothing where
nothing changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bio_lakehouse.backends import PARAMETERS, S3, open_store
from bio_lakehouse.deployment.code_artifacts import SENDERS, Code, code_in
from bio_lakehouse.deployment.lambda_packages import LAMBDA, Runtime
from bio_lakehouse.deployment.stack_changes import (
    LONGEST_BODY,
    Change,
    ChangeSet,
    Stack,
    discard,
    find_stack,
    propose,
    with_written_names,
)
from bio_lakehouse.deployment.stack_progress import Say, carry_out, delete_stack
from bio_lakehouse.deployment.stack_templates import Template, read_template
from bio_lakehouse.errors import AwsError, SettingsError
from bio_lakehouse.lake.aws import aws_client, explained
from bio_lakehouse.lake.objects import ObjectStore
from bio_lakehouse.settings import Settings

ARTIFACTS_BUCKET = "ArtifactsBucket"
SETTING = "BIO_"
SECRET_OF = {"oura-ingest": "oura-client/secret"}
"""What CloudFormation cannot make, as it is a SecureString: below `/<prefix>/`, by stack."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be deployed: stacks in their order, templates, the beginning of all names, and
    values of parameters by name (`MostWorkers`) as somebody gave them."""

    stacks: tuple[str, ...]
    infra: Path
    prefix: str = "bio-lakehouse"
    given: Mapping[str, str] = field(default_factory=dict)
    runtime: Runtime = LAMBDA


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What would become of a stack. `is_new` where it is not there; `changes` then are all of its
    resources."""

    name: str
    is_new: bool
    changes: tuple[Change, ...]


class Deployment:
    """An order for the account that the settings' keys belong to."""

    def __init__(self, settings: Settings, order: Order) -> None:
        self.settings = settings
        self.order = order
        self.code: Code = code_in(order.infra, order.runtime)
        self.client = aws_client(settings, "cloudformation")
        self.s3 = aws_client(settings, "s3", connect_timeout=30, read_timeout=120)

    def account(self) -> str:
        """The account's number and the region; `AwsError` when no account answers."""
        with explained("The account"):
            number = aws_client(self.settings, "sts").get_caller_identity()["Account"]
        return f"account {number}, {self.client.meta.region_name}"

    def way_in(self) -> dict[str, str]:
        """The settings of AWS's own by which this account and region are found again."""
        profile = self.settings.aws_profile
        return {
            **({"AWS_PROFILE": profile} if profile else {}),
            "AWS_REGION": self.client.meta.region_name,
        }

    def plan(self) -> Iterator[StackPlan]:
        """What would become of each stack; nothing is changed."""
        with explained("CloudFormation"):
            for stack in self.order.stacks:
                yield self._planned(read_template(self.order.infra, stack))

    def deploy(self, say: Say) -> dict[str, str]:
        """Create and update the stacks; the `BIO_*` settings that they told. `AwsError` with what
        failed first; the stacks before it are done then, and the next run goes on."""
        self._require_values()
        told: dict[str, str] = {}
        with explained("CloudFormation"):
            for stack in self.order.stacks:
                made = self._deployed(read_template(self.order.infra, stack), say)
                told |= settings_told(made)
        return told

    def _planned(self, template: Template) -> StackPlan:
        name = self._name(template.stack)
        found = find_stack(self.client, name)
        if found is None or found.was_never_made:
            return planned_anew(name, template)
        change_set = self.proposed(template, found)
        discard(self.client, change_set)
        return StackPlan(name, is_new=False, changes=change_set.changes)

    def _deployed(self, template: Template, say: Say) -> Stack:
        name = self._name(template.stack)
        self._send_code(template.stack, say)
        found = find_stack(self.client, name)
        if found is not None and found.was_never_made:
            delete_stack(self.client, found, say)
            found = None
        change_set = self.proposed(template, found)
        if not change_set.changes:
            discard(self.client, change_set)
        if found is not None and not change_set.changes:
            say(f"{name}: no changes")
            return found
        say(f"{name}: {'updated' if found else 'created'}, {len(change_set.changes)} resources")
        return carry_out(self.client, change_set, say)

    def proposed(self, template: Template, found: Stack | None) -> ChangeSet:
        """What would make the stack (None where there is none) what its template says."""
        values = values_for(template, found, self._known(), self.settings_given())
        text = with_written_names(template, values | self._place())
        name, told = self._name(template.stack), self._told(text)
        return propose(self.client, name, told, values, is_new=found is None)

    def _told(self, text: str) -> dict[str, str]:
        """A template in a call; a long one lies in the bucket of the artifacts."""
        if len(text.encode()) <= LONGEST_BODY:
            return {"TemplateBody": text}
        key = f"templates/{sha256(text.encode()).hexdigest()[:16]}.template"
        self._artifacts().put(key, text.encode())
        host = f"{self._bucket()}.s3.{self.client.meta.region_name}.amazonaws.com"
        return {"TemplateURL": f"https://{host}/{key}"}

    def _place(self) -> dict[str, str]:
        """What CloudFormation knows of the place without being told."""
        number = aws_client(self.settings, "sts").get_caller_identity()["Account"]
        return {"AWS::AccountId": number, "AWS::Region": self.client.meta.region_name}

    def _send_code(self, stack: str, say: Say) -> None:
        if stack in SENDERS:
            SENDERS[stack](self.code, self._artifacts(), say)
        if stack in SECRET_OF:
            self._write_secret(f"/{self.order.prefix}/{SECRET_OF[stack]}", say)

    def _write_secret(self, name: str, say: Say) -> None:
        """Oura's client secret, which is neither in a template nor in a Lambda's environment."""
        secret = self.settings.oura_client_secret.get_secret_value()
        if secret.startswith(PARAMETERS):
            secret = ""
        ssm = aws_client(self.settings, "ssm")
        try:
            kept = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            kept = ""
        if not (secret or kept):
            raise SettingsError(
                "BIO_OURA_CLIENT_SECRET is not set, and the stack oura-ingest needs it. Set it to "
                "the secret of your Oura API application and run the same command again."
            )
        if secret and secret != kept:
            say(f"The secret of the Oura application is written to {name}")
            ssm.put_parameter(Name=name, Value=secret, Type="SecureString", Overwrite=True)

    def _require_values(self) -> None:
        """Before anything is made: what no template can go without must be there."""
        for stack in self.order.stacks:
            template = read_template(self.order.infra, stack)
            found = find_stack(self.client, self._name(stack))
            values_for(template, found, self._known(), self.settings_given())

    def _artifacts(self) -> ObjectStore:
        return open_store(f"{S3}{self._bucket()}", lambda: self.s3)

    def _bucket(self) -> str:
        found = find_stack(self.client, self._name("artifacts"))
        if found is None or ARTIFACTS_BUCKET not in found.outputs:
            raise AwsError(
                f"The stack {self._name('artifacts')} is not there, and the others' code lies in "
                "its bucket: run `bio-lakehouse deploy` without naming stacks."
            )
        return found.outputs[ARTIFACTS_BUCKET]

    def _name(self, stack: str) -> str:
        return f"{self.order.prefix}-{stack}"

    def _known(self) -> dict[str, str]:
        return self.code.parameters | {"Prefix": self.order.prefix} | dict(self.order.given)

    def settings_given(self) -> dict[str, str]:
        """What somebody set of parameters; what this machine only supposes, such as its time zone,
        is not said of a lake on AWS."""
        told = {
            "Timezone": ("timezone", self.settings.timezone),
            "FirstDay": ("first_day", self.settings.first_day.isoformat()),
            "OuraClientId": ("oura_client_id", self.settings.oura_client_id),
        }
        given = self.settings.model_fields_set
        return {name: value for name, (setting, value) in told.items() if setting in given}


def planned_anew(name: str, template: Template) -> StackPlan:
    """The plan of a stack that is not there, from its template alone."""
    changes = tuple(
        Change("Add if asked for" if resource in template.conditional else "Add", resource, kind)
        for resource, kind in template.resources.items()
    )
    return StackPlan(name, is_new=True, changes=changes)


def plan_from_templates(order: Order) -> Iterator[StackPlan]:
    """What an empty account would get."""
    for stack in order.stacks:
        template = read_template(order.infra, stack)
        yield planned_anew(f"{order.prefix}-{stack}", template)


def values_for(
    template: Template,
    found: Stack | None,
    known: Mapping[str, str],
    settings: Mapping[str, str],
) -> dict[str, str]:
    """The value of each parameter of a template: as it is known, as a setting says, as the stack
    has it, else the template's own. `SettingsError` names those that have none."""
    before = dict(found.parameters) if found else {}
    own = {one.name: one.default for one in template.parameters.values() if one.default is not None}
    values = own | before | dict(settings) | dict(known)
    missing = [one for name, one in template.parameters.items() if name not in values]
    if missing:
        lines = "\n".join(f"  --parameter {one.name}=…  {one.description}" for one in missing)
        raise SettingsError(f"The stack {template.stack} needs to be told:\n{lines}")
    return {name: values[name] for name in template.parameters}


def settings_told(stack: Stack) -> dict[str, str]:
    """The `BIO_*` settings that a stack's outputs name in their descriptions."""
    return {
        told: stack.outputs[name]
        for name, told in stack.told.items()
        if told.startswith(SETTING) and " " not in told
    }
