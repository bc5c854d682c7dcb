"""AWS, as the lake calls it: clients with the settings' credentials, and what its refusals mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from botocore.loaders import Loader
from pydantic import SecretStr

from bio_lakehouse.errors import AwsError
from bio_lakehouse.settings import Settings

CONNECTIONS = 16
TIMEOUTS = {
    "connect_timeout": 5,
    "read_timeout": 10,
    "retries": {"max_attempts": 3, "mode": "standard"},
}
"""An address that does not answer is given up before the time of a sensor's tick is."""
SIGN_IN_AGAIN = "sign in again (`aws sso login`), or renew the keys of AWS_PROFILE"
NEXT_STEPS = {
    "ExpiredToken": SIGN_IN_AGAIN,
    "ExpiredTokenException": SIGN_IN_AGAIN,
    "RequestExpired": SIGN_IN_AGAIN,
    "InvalidClientTokenId": SIGN_IN_AGAIN,
    "UnrecognizedClientException": SIGN_IN_AGAIN,
    "InvalidAccessKeyId": SIGN_IN_AGAIN,
    "SignatureDoesNotMatch": SIGN_IN_AGAIN,
    "NoSuchBucket": "check the bucket's name and region, or run `bio-lakehouse deploy`",
    "ResourceNotFoundException": "check its name and region, or run `bio-lakehouse deploy`",
    "EntityNotFoundException": "check its name and region, or run `bio-lakehouse deploy`",
}
CHECK = "check AWS_PROFILE, the region and the network"
OF_THIS_MACHINE: dict[type[Exception], str] = {
    NoCredentialsError: "set AWS_PROFILE, or sign in (`aws configure`, `aws sso login`)",
    NoRegionError: "set AWS_REGION to that of the lake, or a region in the profile",
    ProfileNotFound: "correct AWS_PROFILE (`aws configure list-profiles` names those there are)",
}
"""What to do about errors that come before AWS is asked."""
DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "403", "Forbidden", "UnauthorizedOperation"}
)
DENIED_KEY = frozenset({"KMS.DisabledException", "KMSAccessDeniedException"})
THROTTLED = frozenset(
    {
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "503",
    }
)


def aws_client(settings: Settings, service: str, **config: Any) -> Any:
    """A boto3 client of `service` (`s3`, `dynamodb`), safe to share between threads.

    Its credentials and region are those of the environment or `AWS_PROFILE`; `config` are further
    options of botocore's `Config`.
    """
    from botocore.config import Config

    options = TIMEOUTS | {"max_pool_connections": CONNECTIONS} | config
    with explained(f"AWS's {service}"):
        return aws_session(settings).client(
            service, endpoint_url=endpoint_of(settings, service), config=Config(**options)
        )


def aws_session(settings: Settings) -> Any:
    """The boto3 session of the settings' profile, whose keys are renewed as they run out.

    boto3 alone of AWS's tools does not look at `AWS_REGION`: it is told, else finds a region
    itself.
    """
    import boto3
    import botocore.session

    with explained("AWS"):
        core = botocore.session.Session()
        descriptions = _descriptions()
        core.register_component("data_loader", descriptions)
        session = boto3.Session(
            botocore_session=core,
            profile_name=settings.aws_profile,
            region_name=settings.aws_region,
        )
    # Each session names its own folder once more.
    descriptions.search_paths[:] = dict.fromkeys(descriptions.search_paths)
    return session


@cache
def _descriptions() -> Loader:
    """AWS's descriptions of its services: each session would read them anew, for half a second."""
    return Loader(include_default_search_paths=True)


def endpoint_of(settings: Settings, service: str) -> str | None:
    """The address that is set in place of AWS's own for `service`; None for AWS's own.

    As AWS's own tools have it, `AWS_ENDPOINT_URL_<SERVICE>` goes before the one for all services.
    """
    own = settings.s3_endpoint_url if service == "s3" else None
    return own or os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or settings.aws_endpoint_url


def parameter(settings: Settings, name: str) -> SecretStr:
    """The secret that a SecureString of Parameter Store holds."""
    with explained(f"The parameter {name}"):
        answer = aws_client(settings, "ssm").get_parameter(Name=name, WithDecryption=True)
    return SecretStr(answer["Parameter"]["Value"])


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Errors of AWS's libraries as `AwsError`s, which name `what` was used, why it failed and what
    to do."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise AwsError(f"{what} cannot be used: {reason_of(error)}") from error


def reason_of(error: ClientError | BotoCoreError) -> str:
    """Why AWS refused or could not be asked, and what to do about it, in a sentence."""
    if not isinstance(error, ClientError):
        step = step_without_answer(error)
        return f"{str(error).rstrip('.')}. {step[0].upper()}{step[1:]}."
    code = code_of(error)
    told = error.response.get("Error", {}).get("Message") or code
    return f"{code} ({told}): {next_step(code)}."


def step_without_answer(error: BotoCoreError) -> str:
    """What to do where AWS did not answer, as the end of a sentence."""
    return OF_THIS_MACHINE.get(type(error), CHECK)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown error"))


def next_step(code: str) -> str:
    if code in THROTTLED:
        return "AWS asks to go slower; run it again in a minute, what was done stays done"
    if code in DENIED:
        return "give the role or user this right, which the template of its layer lists"
    if code.startswith("KMS") or code in DENIED_KEY:
        return "let the role or user use the KMS key, and see that it is enabled"
    return NEXT_STEPS.get(code, "run `bio-lakehouse doctor`, which says what is missing")
