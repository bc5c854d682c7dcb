"""Glue's job runs on loopback: a server that speaks `StartJobRun`, `GetJobRun` and
`BatchStopJobRun`, and starts `spark-submit` where Glue would start its machines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from bio_lakehouse_tests.aws.loopback import served

TARGET = "AWSGlue."
LOG_GROUP = "/aws-glue/bio-lakehouse-transform"
Command = Callable[[dict[str, str]], list[str]]


@dataclass
class JobRun:
    """A run of the job: a process, and whether it was asked to stop."""

    id: str
    asked: dict[str, Any]
    process: subprocess.Popen[bytes]
    log: Path
    is_stopped: bool = False

    @property
    def state(self) -> str:
        code = self.process.poll()
        if self.is_stopped:
            return "STOPPING" if code is None else "STOPPED"
        return "RUNNING" if code is None else "SUCCEEDED" if code == 0 else "FAILED"

    @property
    def told(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def stop(self) -> None:
        self.is_stopped = True
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)


class GlueJobs:
    """The jobs of one account: every run of `name` is the process of a command."""

    def __init__(self, name: str, command: Command, environment: dict[str, str], folder: Path):
        self.name = name
        self.command = command
        self.environment = environment
        self.folder = folder
        self.address = ""
        self.runs: dict[str, JobRun] = {}

    def answer(self, action: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if asked.get("JobName") != self.name:
            return 400, refusal(f"Failed to start job run due to missing metadata: {asked}")
        if action == "StartJobRun":
            return 200, {"JobRunId": self.start(asked).id}
        if action == "GetJobRun":
            return 200, {"JobRun": self.described(self.runs[asked["RunId"]])}
        if action == "BatchStopJobRun":
            return 200, self.stopped(asked["JobRunIds"])
        return 400, refusal(f"{action} is not spoken here")

    def start(self, asked: dict[str, Any]) -> JobRun:
        number = f"jr_{uuid.uuid4().hex}"
        path = self.folder / f"{number}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                self.command(asked["Arguments"]),
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.runs[number] = JobRun(number, asked, process, path)
        return self.runs[number]

    def described(self, run: JobRun) -> dict[str, Any]:
        told = {"Id": run.id, "JobName": self.name, "JobRunState": run.state}
        if run.state == "FAILED":
            told["ErrorMessage"] = reason_in(run.told)
        return told | {"LogGroupName": LOG_GROUP}

    def stopped(self, numbers: list[str]) -> dict[str, Any]:
        for number in numbers:
            self.runs[number].stop()
        done = [{"JobName": self.name, "JobRunId": number} for number in numbers]
        return {"SuccessfulSubmissions": done, "Errors": []}


def refusal(message: str) -> dict[str, Any]:
    return {"__type": "EntityNotFoundException", "Message": message}


def reason_in(log: str) -> str:
    """Glue names the error that ended a script."""
    errors = [line for line in log.splitlines() if "Error" in line or "Exception" in line]
    own = [line for line in errors if line[:1].isalpha() and ": " in line]
    return (own or errors or ["Command failed with exit code 1"])[0][:400]


@contextmanager
def glue_jobs(
    name: str, command: Command, environment: dict[str, str], folder: Path
) -> Iterator[GlueJobs]:
    """The server at its `address`; runs that are still going end with it."""
    jobs = GlueJobs(name, command, environment, folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            action = self.headers["X-Amz-Target"].removeprefix(TARGET)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, told = jobs.answer(action, json.loads(body))
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    try:
        with served(Handler) as jobs.address:
            yield jobs
    finally:
        for run in jobs.runs.values():
            run.stop()
            run.process.wait()
