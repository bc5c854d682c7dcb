"""What must hold of the CloudFormation templates. A rule takes all of them and yields a sentence
for each thing that breaks it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cfnlint.decode

from bio_lakehouse.deployment.lambda_packages import LAMBDA
from bio_lakehouse.deployment.stack_templates import STACKS
from bio_lakehouse.engines import glue_job
from bio_lakehouse.engines.job_wheels import wheel_names
from bio_lakehouse.lake.dynamo_tables import TABLES
from bio_lakehouse.settings import Settings

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
Template = dict[str, Any]
Templates = dict[str, Template]
Rule = Callable[[Templates], Iterator[str]]
RULES: dict[str, Rule] = {}
KEPT = {"Retain", "Snapshot"}
HOLDS_DATA = {
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::RDS::DBInstance",
    "AWS::EFS::FileSystem",
    "AWS::SecretsManager::Secret",
    "AWS::Glue::Database",
    "AWS::ECR::Repository",
}
NO_ARN = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "glue:GetSecurityConfiguration",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
"""Actions for which AWS takes no ARN."""
TOLD_BY_DEPLOY = {
    "IngestionCode",
    "OuraIngestCode",
    "GlueCode",
    "PackageWheel",
    "PipesWheel",
    "OuraClientId",
    "Timezone",
}
TOLD_BY_A_PERSON = {"Image", "Reader"}
"""Parameters without a default: with `--parameter`, as `infra/README.md` says."""


def read_all() -> Templates:
    return {stack: read(stack) for stack in STACKS}


def read(stack: str) -> Template:
    template, problems = cfnlint.decode.decode(str(INFRA / f"{stack}-stack.yaml"))
    assert template is not None
    assert problems == []
    return plain(template)


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def rule(check: Rule) -> Rule:
    RULES[check.__name__] = check
    return check


def of_type(template: Template, kind: str) -> Iterator[tuple[str, Template]]:
    for name, one in template["Resources"].items():
        if one["Type"] == kind:
            yield name, one


def everywhere(templates: Templates, kind: str) -> Iterator[tuple[Template, str, Template]]:
    for template in templates.values():
        for name, one in of_type(template, kind):
            yield template, name, one


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_about(template: Template, kind: str, key: str, name: str) -> list[Template]:
    """Statements of the policies of that type whose `key` refers to the resource `name`."""
    found = []
    for _, one in of_type(template, kind):
        if {"Ref": name} in as_list(one["Properties"][key]):
            found += one["Properties"]["PolicyDocument"]["Statement"]
    return found


def denies_plain_http(statements: list[Template]) -> bool:
    wanted = {"Bool": {"aws:SecureTransport": "false"}}
    return any(one["Effect"] == "Deny" and one.get("Condition") == wanted for one in statements)


def dead_letter_targets(template: Template) -> set[str]:
    """Queues to which something goes that failed."""
    found = set()
    for _, one in of_type(template, "AWS::SQS::Queue"):
        redrive = one["Properties"].get("RedrivePolicy", {}).get("deadLetterTargetArn")
        found |= {redrive["Fn::GetAtt"][0]} if redrive else set()
    for _, one in of_type(template, "AWS::Lambda::Function"):
        target = one["Properties"].get("DeadLetterConfig", {}).get("TargetArn")
        found |= {target["Fn::GetAtt"][0]} if target else set()
    return found


@rule
def buckets_are_private_encrypted_and_kept_in_order(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::S3::Bucket"):
        told = one["Properties"]
        block = told.get("PublicAccessBlockConfiguration", {})
        if len(block) != 4 or not all(block.values()):
            yield f"{name} may become public"
        encryption = told.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        if not encryption:
            yield f"{name} is not encrypted"
        if "LifecycleConfiguration" not in told:
            yield f"{name} has no lifecycle"
        rules = told.get("OwnershipControls", {}).get("Rules", [])
        if rules != [{"ObjectOwnership": "BucketOwnerEnforced"}]:
            yield f"{name} takes ACLs"


@rule
def buckets_are_reached_by_tls_and_take_their_own_encryption(templates: Templates) -> Iterator[str]:
    for template, name, _ in everywhere(templates, "AWS::S3::Bucket"):
        told = statements_about(template, "AWS::S3::BucketPolicy", "Bucket", name)
        if not denies_plain_http(told):
            yield f"{name} can be reached without TLS"
        other = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}
        if not any(
            one["Effect"] == "Deny" and other.items() <= one["Condition"].items() for one in told
        ):
            yield f"{name} takes objects that are encrypted otherwise"


@rule
def queues_are_encrypted_and_reached_by_tls(templates: Templates) -> Iterator[str]:
    for template, name, one in everywhere(templates, "AWS::SQS::Queue"):
        if one["Properties"].get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"
        told = statements_about(template, "AWS::SQS::QueuePolicy", "Queues", name)
        if not denies_plain_http(told):
            yield f"{name} can be reached without TLS"


@rule
def what_fails_goes_to_a_queue_that_alarms(templates: Templates) -> Iterator[str]:
    for template, name, one in everywhere(templates, "AWS::SQS::Queue"):
        if name not in dead_letter_targets(template):
            if "RedrivePolicy" not in one["Properties"]:
                yield f"{name} has no dead-letter queue"
        elif not has_alarm(template, "ApproximateNumberOfMessagesVisible", name):
            yield f"no alarm says that {name} has a message"


def has_alarm(template: Template, metric: str, name: str) -> bool:
    for _, one in of_type(template, "AWS::CloudWatch::Alarm"):
        told = one["Properties"]
        about = [dimension["Value"] for dimension in told["Dimensions"]]
        is_about = {"Fn::GetAtt": [name, "QueueName"]} in about
        if told["MetricName"] == metric and is_about and told.get("AlarmActions"):
            return True
    return False


@rule
def alarms_tell_somebody(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::CloudWatch::Alarm"):
        if not one["Properties"].get("AlarmActions"):
            yield f"{name} tells nobody"


@rule
def topics_are_reached_by_tls(templates: Templates) -> Iterator[str]:
    for template, name, _ in everywhere(templates, "AWS::SNS::Topic"):
        told = statements_about(template, "AWS::SNS::TopicPolicy", "Topics", name)
        if not denies_plain_http(told):
            yield f"{name} can be reached without TLS"


@rule
def tables_are_protected(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::DynamoDB::Table"):
        told = one["Properties"]
        if told.get("SSESpecification") != {"SSEEnabled": True}:
            yield f"{name} is not encrypted"
        recovery = {"PointInTimeRecoveryEnabled": True}
        if told.get("PointInTimeRecoverySpecification") != recovery:
            yield f"{name} cannot be brought back to an earlier time"
        if told.get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted"


@rule
def tables_have_the_keys_of_the_log(templates: Templates) -> Iterator[str]:
    bronze = templates["bronze"]
    found = {}
    for _, one in of_type(bronze, "AWS::DynamoDB::Table"):
        keys = {key["KeyType"]: key["AttributeName"] for key in one["Properties"]["KeySchema"]}
        default = bronze["Parameters"][one["Properties"]["TableName"]["Ref"]]["Default"]
        found[default] = (keys.get("HASH"), keys.get("RANGE"))
    settings = Settings()
    wanted = {getattr(settings, name): (k.partition, k.sort) for name, k in TABLES.items()}
    if found != wanted:
        yield f"the tables are {found}, and the log needs {wanted}"


@rule
def what_holds_data_outlives_its_stack(templates: Templates) -> Iterator[str]:
    for template in templates.values():
        for name, one in template["Resources"].items():
            if one["Type"] in HOLDS_DATA:
                policies = {one.get("DeletionPolicy"), one.get("UpdateReplacePolicy")}
                if not policies <= KEPT:
                    yield f"{name} is lost with its stack"


@rule
def logs_end(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::Logs::LogGroup"):
        if not one["Properties"].get("RetentionInDays"):
            yield f"{name} is kept for ever"
    for template, name, one in everywhere(templates, "AWS::RDS::DBInstance"):
        groups = {
            str(group["Properties"]["LogGroupName"])
            for _, group in of_type(template, "AWS::Logs::LogGroup")
        }
        called = one["Properties"]["DBInstanceIdentifier"]["Fn::Sub"]
        for log in one["Properties"].get("EnableCloudwatchLogsExports", []):
            if str({"Fn::Sub": f"/aws/rds/instance/{called}/{log}"}) not in groups:
                yield f"{name}: its log {log} is kept for ever"


@rule
def what_expires_in_a_versioned_bucket_is_gone(templates: Templates) -> Iterator[str]:
    """Expiring leaves an earlier version, which the bucket's own rule would keep for months."""
    for _, name, one in everywhere(templates, "AWS::S3::Bucket"):
        for told in one["Properties"].get("LifecycleConfiguration", {}).get("Rules", []):
            is_versioned = "VersioningConfiguration" in one["Properties"]
            is_kept = is_versioned and "NoncurrentVersionExpiration" not in told
            if "ExpirationInDays" in told and is_kept:
                yield f"{name} keeps versions of what expires by {told['Id']}"


@rule
def functions_are_there_with_logs_and_dead_letters(templates: Templates) -> Iterator[str]:
    for template, name, one in everywhere(templates, "AWS::Lambda::Function"):
        told = one["Properties"]
        module, _, function = told["Handler"].partition(".")
        if function not in functions_in(INFRA / "lambdas" / module / f"{module}.py"):
            yield f"{name} names {told['Handler']}, which is not there"
        if told["Runtime"] != f"python{LAMBDA.python}":
            yield f"{name} runs another Python than its zip is made for"
        logs = {"Fn::Sub": f"/aws/lambda/{told['FunctionName']['Fn::Sub']}"}
        groups = [
            group["Properties"]["LogGroupName"]
            for _, group in of_type(template, "AWS::Logs::LogGroup")
        ]
        if logs not in groups:
            yield f"{name} has no log group of its own"
        if "DeadLetterConfig" not in told and not is_fed_by_a_queue(template, name):
            yield f"{name} loses what fails"


def functions_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    nodes = ast.parse(path.read_text("utf-8")).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def is_fed_by_a_queue(template: Template, name: str) -> bool:
    """Whether a queue with dead letters calls a function, and is told which messages failed."""
    for _, one in of_type(template, "AWS::Lambda::EventSourceMapping"):
        told = one["Properties"]
        queue = template["Resources"][told["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        partial = told.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]
        if told["FunctionName"] == {"Ref": name} and partial and "RedrivePolicy" in queue:
            return True
    return False


@rule
def the_queue_waits_for_its_function(templates: Templates) -> Iterator[str]:
    """AWS advises six times the function's own limit."""
    for template, name, one in everywhere(templates, "AWS::Lambda::EventSourceMapping"):
        resources = template["Resources"]
        queue = resources[one["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        limit = resources[one["Properties"]["FunctionName"]["Ref"]]["Properties"]["Timeout"]
        if queue["VisibilityTimeout"] < 6 * limit:
            yield f"{name}: a message would come again while it is read"


@rule
def the_bucket_is_made_once_the_queue_takes_its_events(templates: Templates) -> Iterator[str]:
    for template, name, one in everywhere(templates, "AWS::S3::Bucket"):
        if "NotificationConfiguration" in one["Properties"]:
            after = as_list(one.get("DependsOn", []))
            kinds = {template["Resources"][other]["Type"] for other in after}
            if "AWS::SQS::QueuePolicy" not in kinds:
                yield f"{name} is made before its queue takes events"


@rule
def the_glue_job_is_what_the_package_says(templates: Templates) -> Iterator[str]:
    silver = templates["silver"]
    ((name, one),) = of_type(silver, "AWS::Glue::Job")
    told = one["Properties"]
    known = glue_job.default_arguments("", wheel_names(), "")
    composed = {"--extra-py-files", "--TempDir"}
    for argument, value in known.items():
        given = told["DefaultArguments"].get(argument)
        if given is None or (argument not in composed and given != value):
            yield f"{name}: {argument} is {given}, and the package says {value}"
    command = dict(told["Command"])
    script = command.pop("ScriptLocation")["Fn::Sub"][0].rpartition("/")[2]
    if script != Path(glue_job.SCRIPT).name or not (ROOT / glue_job.SCRIPT).is_file():
        yield f"{name} runs {script}, which is not there"
    if command != glue_job.COMMAND:
        yield f"{name} is started by {command}"
    if silver["Parameters"]["GlueVersion"]["Default"] != glue_job.GLUE_VERSION:
        yield f"{name} runs another version of Glue"
    if told["ExecutionProperty"]["MaxConcurrentRuns"] != glue_job.MAX_CONCURRENT_RUNS:
        yield f"{name} runs another number side by side"
    if silver["Parameters"]["MostMinutes"]["Default"] != glue_job.TIMEOUT_MINUTES:
        yield f"{name} has another limit"
    if "SecurityConfiguration" not in told:
        yield f"{name} does not encrypt what it writes"


@rule
def a_statement_has_a_limit(templates: Templates) -> Iterator[str]:
    gold = templates["gold"]
    for name, one in of_type(gold, "AWS::Athena::WorkGroup"):
        held = one["Properties"]["WorkGroupConfiguration"]
        most = held.get("BytesScannedCutoffPerQuery", {}).get("Ref", "")
        default = gold["Parameters"].get(most, {}).get("Default", 0)
        if not 10_000_000 <= default <= 2**30:
            yield f"{name}: a statement may scan {default} bytes"
        if held.get("EnforceWorkGroupConfiguration") is not True:
            yield f"{name} can be left by whoever asks"
        encrypted = held.get("ResultConfiguration", {}).get("EncryptionConfiguration", {})
        if encrypted.get("EncryptionOption") != "SSE_S3":
            yield f"{name} does not encrypt its answers"


def statements(templates: Templates) -> Iterator[tuple[str, Template]]:
    """All statements of all policies, wherever they stand, with the resource they stand in."""
    for template in templates.values():
        for name, one in template["Resources"].items():
            for statement in statements_in(one.get("Properties")):
                yield name, statement


def statements_in(value: Any) -> Iterator[Template]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for one in value.values():
            yield from statements_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from statements_in(one)


@rule
def nobody_may_do_everything(templates: Templates) -> Iterator[str]:
    for name, statement in statements(templates):
        if statement["Effect"] != "Allow":
            continue
        actions = set(as_list(statement.get("Action", "*")))
        if any("*" in action for action in actions):
            yield f"{name} allows {sorted(actions)}"
        if statement.get("Principal") in ("*", {"AWS": "*"}):
            yield f"{name} allows everybody"
        if "*" in as_list(statement.get("Resource", [])) and not actions <= NO_ARN:
            yield f"{name} allows {sorted(actions)} on everything"


@rule
def services_act_for_this_account_alone(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::IAM::Role"):
        for statement in one["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            service = statement["Principal"].get("Service")
            held = statement.get("Condition", {}).get("StringEquals", {})
            if service != "lambda.amazonaws.com" and "aws:SourceAccount" not in held:
                yield f"{name} can be assumed by {service} for another account"


@rule
def dagster_is_private(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::EC2::SecurityGroup"):
        rules = one["Properties"].get("SecurityGroupIngress", [])
        if any("SourceSecurityGroupId" not in allowed for allowed in rules):
            yield f"{name} lets addresses in"
    for _, name, one in everywhere(templates, "AWS::EC2::Subnet"):
        if one["Properties"].get("MapPublicIpOnLaunch") is not False:
            yield f"{name} gives public addresses"
    for _, name, one in everywhere(templates, "AWS::ECS::Service"):
        network = one["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        if network.get("AssignPublicIp") != "DISABLED":
            yield f"{name} has a public address"


@rule
def dagsters_data_is_encrypted_and_kept(templates: Templates) -> Iterator[str]:
    for _, name, one in everywhere(templates, "AWS::RDS::DBInstance"):
        told = one["Properties"]
        if not (told.get("StorageEncrypted") and told.get("DeletionProtection")):
            yield f"{name} is not encrypted, or can be deleted"
        if told.get("PubliclyAccessible") is not False:
            yield f"{name} is public"
    for _, name, one in everywhere(templates, "AWS::RDS::DBParameterGroup"):
        if one["Properties"]["Parameters"].get("rds.force_ssl") != "1":
            yield f"{name} takes connections without TLS"
    for _, name, one in everywhere(templates, "AWS::EFS::FileSystem"):
        told = one["Properties"]
        held = told.get("FileSystemPolicy", {}).get("Statement", [])
        if not (told.get("Encrypted") and denies_plain_http(held)):
            yield f"{name} is not encrypted, or can be reached without TLS"
    for _, name, one in everywhere(templates, "AWS::ECS::TaskDefinition"):
        for volume in one["Properties"]["Volumes"]:
            if volume["EFSVolumeConfiguration"].get("TransitEncryption") != "ENABLED":
                yield f"{name} mounts {volume['Name']} without TLS"


@rule
def no_secret_stands_in_a_template(templates: Templates) -> Iterator[str]:
    for name, variable, value in variables(templates):
        words = {"SECRET", "PASSWORD", "KEY", "TOKEN"} & set(variable.split("_"))
        if words and not str(value).startswith("{'Fn::Sub': 'ssm:/"):
            yield f"{name} tells {variable} to whoever reads its configuration"
    for _, name, one in everywhere(templates, "AWS::RDS::DBInstance"):
        if "resolve:secretsmanager" not in str(one["Properties"]["MasterUserPassword"]):
            yield f"{name}: its password stands in the template"


def variables(templates: Templates) -> Iterator[tuple[str, str, Any]]:
    """What functions and tasks are told in their environment."""
    for _, name, one in everywhere(templates, "AWS::Lambda::Function"):
        for variable, value in one["Properties"]["Environment"]["Variables"].items():
            yield name, variable, value
    for _, name, one in everywhere(templates, "AWS::ECS::TaskDefinition"):
        for container in one["Properties"]["ContainerDefinitions"]:
            for told in container["Environment"]:
                yield name, told["Name"], told["Value"]


@rule
def every_setting_that_is_told_is_one(templates: Templates) -> Iterator[str]:
    known = {f"BIO_{name.upper()}" for name in Settings.model_fields} | {"BIO_ENV"}
    for name, variable, _ in variables(templates):
        if variable.startswith("BIO_") and variable not in known:
            yield f"{name} is told {variable}, which is no setting"
    for template in templates.values():
        for name, output in template.get("Outputs", {}).items():
            told = output["Description"]
            if told.startswith("BIO_") and told not in known:
                yield f"the output {name} tells {told}, which is no setting"


@rule
def every_parameter_is_told(templates: Templates) -> Iterator[str]:
    readme = (INFRA / "README.md").read_text("utf-8")
    for stack, template in templates.items():
        if template["Parameters"].get("Prefix") != templates["artifacts"]["Parameters"]["Prefix"]:
            yield f"{stack} has another Prefix"
        for name, one in template["Parameters"].items():
            if "Default" not in one and name not in TOLD_BY_DEPLOY | TOLD_BY_A_PERSON:
                yield f"{stack} asks for {name}, which nobody tells"
            if name in TOLD_BY_A_PERSON and f"--parameter {name}=" not in readme:
                yield f"infra/README.md does not say how {name} is told"


@rule
def what_is_imported_was_exported_before(templates: Templates) -> Iterator[str]:
    exported: set[str] = set()
    for stack in STACKS:
        for name in imports_in(templates[stack]["Resources"]):
            if name not in exported:
                yield f"{stack} imports {name}, which no earlier stack exports"
        outputs = templates[stack].get("Outputs", {}).values()
        exported |= {one["Export"]["Name"]["Fn::Sub"] for one in outputs if "Export" in one}


def imports_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Fn::ImportValue" in value:
            yield value["Fn::ImportValue"]["Fn::Sub"]
        for one in value.values():
            yield from imports_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from imports_in(one)
