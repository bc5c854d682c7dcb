"""Landing in a bucket that is busy, never answers a put, or lists what came only later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from bio_lakehouse_tests.faults.s3_server import Bucket, s3
from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, compared, lost, sentence_in
from bio_lakehouse_tests.faults.workshop import Workshop

KIND = "S3"
TROUBLES: dict[str, dict[str, Any]] = {
    "503, then well": {"busy": 2},
    "503 to all": {"busy": 1000},
    "a put hangs once": {"hanging": 1},
    "a put hangs once, and is kept": {"hanging": 1, "keeps_first": True},
    "every put hangs": {"hanging": 1000},
    "every put hangs, and is kept": {"hanging": 1000, "keeps_first": True},
    "lists late": {"late": 1000},
}
STAGES = ["land", "bronze"]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "BIO_LANDING_URL": "s3://landed",
}


def faults(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Each trouble; those that hang take half a minute, and are left out of the smallest sample."""
    for name, trouble in TROUBLES.items():
        if each is None or each > 1 or "hanging" not in trouble:
            yield Fault(KIND, name, name, partial(_tried, trouble=trouble))


def _tried(workshop: Workshop, trouble: Mapping[str, Any]) -> Verdict:
    """Bring files in while the bucket is troubled, and again when it is well."""
    home, bucket = workshop.new_home(), Bucket(**trouble)
    with s3(bucket) as address:
        environment = CREDENTIALS | {"BIO_S3_ENDPOINT_URL": address}
        hurt = workshop.run(home, "go", str(home), workshop.files, STAGES, environment=environment)
        if hurt.status and not sentence_in(hurt.said):
            return lost(f"{hurt.status}: {hurt.said[-800:]}")
        bucket.busy = bucket.hanging = bucket.late = 0
        again = workshop.run(
            home, "go_and_look", str(home), workshop.files, STAGES, environment=environment
        )
    workshop.drop(home)
    return compared(again, workshop.unhurt[STAGES[-1]].holds)
