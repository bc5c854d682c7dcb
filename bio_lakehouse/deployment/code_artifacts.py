"""The code that the stacks run, in the bucket of the artifacts, named by its content: what is there
already is neither built nor sent again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bio_lakehouse.deployment.lambda_packages import LAMBDA, Runtime, fingerprint, write_zip
from bio_lakehouse.deployment.stack_progress import Say
from bio_lakehouse.engines.glue_job import CODE_PREFIX, SCRIPT
from bio_lakehouse.engines.job_wheels import wheel_names, write_wheels
from bio_lakehouse.lake.objects import ObjectStore

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Code:
    """Where the code lies in the bucket: the Lambdas' zip, and the folder of the Glue job's script
    and wheels."""

    infra: Path
    lambda_zip: str
    glue_folder: str
    runtime: Runtime

    @property
    def parameters(self) -> dict[str, str]:
        """The values of the templates' parameters about code."""
        package, pipes = wheel_names()
        return {
            "IngestionCode": self.lambda_zip,
            "OuraIngestCode": self.lambda_zip,
            "GlueCode": self.glue_folder,
            "PackageWheel": package,
            "PipesWheel": pipes,
        }


def code_in(infra: Path, runtime: Runtime = LAMBDA) -> Code:
    """What the code beside these templates would be named; nothing is built for it but the wheels,
    which takes no time."""
    with tempfile.TemporaryDirectory() as folder:
        state = sha256(_script(infra).read_bytes())
        for wheel in write_wheels(Path(folder)):
            state.update(wheel.read_bytes())
    return Code(
        infra=infra,
        lambda_zip=f"lambdas/{fingerprint(infra, runtime)}.zip",
        glue_folder=f"{CODE_PREFIX}/{state.hexdigest()[:16]}",
        runtime=runtime,
    )


def send_lambdas(code: Code, artifacts: ObjectStore, say: Say) -> None:
    """Build and send the Lambdas' zip, unless it is there."""
    if artifacts.exists(code.lambda_zip):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lambdas.zip")
        size = write_zip(code.infra, code.runtime, path)
        say(f"The Lambdas' code is sent: {size // MEBIBYTE} MiB unpacked, of 250 that Lambda takes")
        artifacts.put(code.lambda_zip, path.read_bytes())


def send_glue_job(code: Code, artifacts: ObjectStore, say: Say) -> None:
    """Send the Glue job's wheels and its script, unless they are there."""
    script = f"{code.glue_folder}/{Path(SCRIPT).name}"
    if artifacts.exists(script):
        return
    say("The Glue job's script and wheels are sent")
    with tempfile.TemporaryDirectory() as folder:
        for wheel in write_wheels(Path(folder)):
            artifacts.put(f"{code.glue_folder}/{wheel.name}", wheel.read_bytes())
    # Last: where it lies, all of it does.
    artifacts.put(script, _script(code.infra).read_bytes())


SENDERS: dict[str, Callable[[Code, ObjectStore, Say], None]] = {
    "bronze": send_lambdas,
    "silver": send_glue_job,
    "oura-ingest": send_lambdas,
}
"""What a stack needs to lie in the bucket before it is made."""


def _script(infra: Path) -> Path:
    return infra.parent / SCRIPT
