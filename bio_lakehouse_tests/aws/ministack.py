"""ministack in an environment and a process of its own: AWS for tests that deploy stacks and run
Lambdas.

Its Lambda workers are processes of its own interpreter, which knows little more than botocore, as
Lambda's does: what a function imports must lie in its zip or in a layer. They are given the
function's variables and, unless those say otherwise, `AWS_ENDPOINT_URL` of the server that started
them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from bio_lakehouse_tests.aws.emulator import ENVIRONMENT, REGION, wait_for
from bio_lakehouse_tests.conftest import free_port
from bio_lakehouse_tests.kept_environment import bare_variables, kept_environment

VERSION = "1.5.33"
ACCOUNT = "000000000000"
"""Whose everything is."""


@contextmanager
def ministack(log_level: str = "WARNING", **variables: str) -> Iterator[str]:
    """A ministack on loopback, and its address; its workers and all that it held end with it.

    `variables` are further ones of its environment, which its Lambda workers inherit.
    """
    program = environment() / "bin" / "ministack"
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bio-ministack-") as folder:
        output = Path(folder, "ministack.log")
        told = told_to(port, folder) | {"LOG_LEVEL": log_level} | variables
        with output.open("wb") as file:
            server = subprocess.Popen(
                [str(program)], stdout=file, stderr=file, env=told, start_new_session=True
            )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/_ministack/health")
            yield address
        finally:
            end(server)


def told_to(port: int, folder: str) -> dict[str, str]:
    """The variables of a server: made-up keys, loopback, and nothing of who runs the tests."""
    return (
        bare_variables()
        | ENVIRONMENT
        | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "PERSIST_STATE": "0",
            "STATE_DIR": folder,
            "TMPDIR": folder,
        }
    )


def end(server: subprocess.Popen[bytes]) -> None:
    """End a server and the Lambda workers that it started, which are of its process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def reset(address: str) -> None:
    """Empty a server of all that was made in it."""
    urlopen(Request(f"{address}/_ministack/reset", method="POST"), timeout=60).close()


def environment() -> Path:
    """The environment in which ministack is installed; it is made once, in some ten seconds."""
    return kept_environment(f"ministack-{VERSION}", f"ministack=={VERSION}")
