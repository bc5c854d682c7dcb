"""Where lakes are hurt: a warm process under the interposer, and homes that come and go."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bio_lakehouse_tests.faults import way
from bio_lakehouse_tests.faults.holdings import Holdings
from bio_lakehouse_tests.faults.interposing import Happens, library

IN_MEMORY = Path("/dev/shm")
KILLED = -9
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Call:
    """A call that changed, or was to change, a file of the home."""

    number: int
    does: str
    path: str


@dataclass(frozen=True)
class Ended:
    """How a child ended, what it printed and returned, and the calls that it made."""

    status: int
    said: str
    value: Any
    calls: list[Call]
    seconds: float


@dataclass(frozen=True)
class Unhurt:
    """What a lake holds after a stage to which nothing happened, and the calls of that stage."""

    holds: Holdings
    calls: list[Call]


@dataclass
class Workshop:
    """One warm process; `folder` holds the homes.

    `seconds` are those of a processor that its children took, `commands` what lakes must hold after
    each command.
    """

    folder: Path
    process: subprocess.Popen[str]
    homes: int = 0
    seconds: float = 0
    commands: dict[str, Unhurt] = field(default_factory=dict)

    @cached_property
    def files(self) -> list[str]:
        return [str(path) for path in way.write_files(self.folder / "files")]

    def new_home(self) -> Path:
        """A place for a home that is not there yet."""
        self.homes += 1
        return self.folder / f"lake{self.homes}" / "home"

    def drop(self, home: Path) -> None:
        shutil.rmtree(home.parent, ignore_errors=True)

    def run(
        self,
        home: Path,
        function: str,
        *arguments: Any,
        happens: Happens = Happens.TRACED,
        at: int = 0,
        environment: Mapping[str, str] = NOTHING,
    ) -> Ended:
        """Do one of `deeds` in a child, to which something happens at its call number `at`."""
        home.parent.mkdir(parents=True, exist_ok=True)
        trace = home.parent / "calls.txt"
        order = {
            "function": f"bio_lakehouse_tests.faults.deeds.{function}",
            "arguments": arguments,
            "environment": way.ENVIRONMENT | {"BIO_HOME": str(home)} | dict(environment),
            "home": str(home),
            "happens": int(happens),
            "at": at,
            "trace": str(trace),
        }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.seconds += answer["seconds"]
        said, value = answer.get("said", ""), answer.get("value")
        return Ended(answer["status"], said, value, calls_in(trace), answer["seconds"])

    @cached_property
    def unhurt(self) -> dict[str, Unhurt]:
        """What the lake to which nothing happens holds after each stage of the way."""
        home, found = self.lake, {}
        for stage in way.STAGES:
            ended = self.run(home, "go", str(home), self.files, [stage])
            assert ended.status == 0, ended.said
            shutil.copytree(home, self.folder / "after" / stage)
            found[stage] = Unhurt(self.held(home), ended.calls)
        return found

    @property
    def lake(self) -> Path:
        """The one place of the lakes that go the way, since a home that moves is a fault too."""
        return self.folder / "lake" / "home"

    def held(self, home: Path) -> Holdings:
        ended = self.run(home, "held", str(home))
        assert ended.status == 0, ended.said
        holds: Holdings = ended.value["holds"]
        return holds

    def before(self, stage: str) -> Path:
        """The lake as it is before a stage of the way."""
        stages = list(self.unhurt)
        shutil.rmtree(self.lake, ignore_errors=True)
        earlier = stages[: stages.index(stage)]
        if earlier:
            shutil.copytree(self.folder / "after" / earlier[-1], self.lake)
        return self.lake


def calls_in(trace: Path) -> list[Call]:
    lines = trace.read_text().splitlines()
    parts = [line.split("\t") for line in lines]
    return [Call(int(number), does, path) for number, does, path in parts]


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A workshop whose process is ready; gone afterwards, with its homes."""
    place = IN_MEMORY if IN_MEMORY.exists() else None
    with tempfile.TemporaryDirectory(dir=place, prefix="faults-") as folder:
        environment = os.environ | {"LD_PRELOAD": str(library())}
        command = [sys.executable, "-m", "bio_lakehouse_tests.faults.warm"]
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            assert json.loads(process.stdout.readline())["ready"]
            try:
                yield Workshop(Path(folder).resolve(), process)
            finally:
                process.stdin.close()
                process.wait(timeout=60)
