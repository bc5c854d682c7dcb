"""ministack runs a Lambda's code on loopback, and leaves nothing behind."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.ministack import ACCOUNT, ministack

pytestmark = pytest.mark.stack

CODE = """
import os, sys
import boto3ish

def handler(event, context):
    return {"said": event["say"], "pid": os.getpid(), "at": os.environ["AWS_ENDPOINT_URL"]}
"""


def test_a_function_is_run_by_a_worker_that_ends_with_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ministack() as address:
        emulator.set_environment(monkeypatch, address)
        client = aws_client(emulator.aws_settings(tmp_path, address), "lambda")
        client.create_function(
            FunctionName="echo",
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ACCOUNT}:role/any",
            Handler="echo.handler",
            Code={"ZipFile": zipped({"echo.py": CODE, "boto3ish.py": ""})},
        )
        answer = client.invoke(FunctionName="echo", Payload=json.dumps({"say": "hello"}))
        told = json.loads(answer["Payload"].read())
        assert (told["said"], told["at"]) == ("hello", address)
        assert is_alive(told["pid"])
        assert listens_on(address) == {"127.0.0.1"}
    assert not is_alive(told["pid"])


def zipped(files: dict[str, str]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return kept.getvalue()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").exists() and bool(Path(f"/proc/{pid}/cmdline").read_bytes())


def listens_on(address: str) -> set[str]:
    """The addresses of this machine at which something listens on a server's port."""
    port = f":{int(address.rpartition(':')[2]):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    found = {row[1].partition(":")[0] for row in rows if row[1].endswith(port) and row[3] == "0A"}
    return {".".join(str(byte) for byte in reversed(bytes.fromhex(one))) for one in found}
