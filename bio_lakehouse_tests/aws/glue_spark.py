"""Spark as Glue's jobs have it: that PySpark, its Python and Iceberg's jars, made once in a folder
of their own, and started by `spark-submit`.

`python -m bio_lakehouse_tests.aws.glue_spark` makes both lines.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from filelock import FileLock

from bio_lakehouse_tests.kept_environment import CACHE

CENTRAL = "https://repo1.maven.org/maven2"
MEMORY = "1500m"
SMALL = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    "spark.sql.files.openCostInBytes": "16384",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}
"""What makes little data quick on two cores, and changes no row."""
NOISE = ("\tat ", "WARNING:", "Using Spark's default")


@dataclass(frozen=True, slots=True)
class GlueLine:
    """A version of Glue: what its jobs run on, and the jars that stand in for Glue's own."""

    version: str
    pyspark: str
    python: str
    jars: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return CACHE / f"glue-{self.version}"

    @property
    def interpreter(self) -> Path:
        return self.folder / "environment" / "bin" / "python"

    @property
    def spark_submit(self) -> Path:
        return self.interpreter.with_name("spark-submit")


GLUE_6 = GlueLine(
    version="6.0",
    pyspark="4.1.1",
    python="3.13",
    jars=(
        "org/apache/iceberg/iceberg-spark-runtime-4.1_2.13/1.11.0",
        "org/apache/iceberg/iceberg-aws-bundle/1.11.0",
        "org/apache/hadoop/hadoop-aws/3.4.2",
        "software/amazon/awssdk/bundle/2.29.52",
        "software/amazon/s3/analyticsaccelerator/analyticsaccelerator-s3/1.2.1",
    ),
)
GLUE_5 = GlueLine(
    version="5.1",
    pyspark="3.5.6",
    python="3.11",
    jars=(
        "org/apache/iceberg/iceberg-spark-runtime-3.5_2.12/1.10.0",
        "org/apache/iceberg/iceberg-aws-bundle/1.10.0",
        "org/apache/hadoop/hadoop-aws/3.3.4",
        "com/amazonaws/aws-java-sdk-bundle/1.12.262",
    ),
)
LINES = {line.version: line for line in (GLUE_6, GLUE_5)}


def ready(line: GlueLine) -> GlueLine:
    """The line itself, with its environment and its jars there: made at the first call, which
    downloads up to a gigabyte."""
    line.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(line.folder.with_suffix(".lock")):
        if not line.spark_submit.exists():
            _make_environment(line)
        for jar in line.jars:
            _fetch(jar, jar_path(line, jar))
    return line


def jar_path(line: GlueLine, jar: str) -> Path:
    return line.folder / "jars" / _file_name(jar)


def _file_name(jar: str) -> str:
    *_, name, version = jar.split("/")
    return f"{name}-{version}.jar"


def _make_environment(line: GlueLine) -> None:
    """What Glue has of libraries, and no more: what a job needs beside it must not be here."""
    unfinished = line.folder / "environment"
    shutil.rmtree(unfinished, ignore_errors=True)
    subprocess.run([python_of(line.python), "-m", "venv", unfinished], check=True)
    wanted = [f"pyspark=={line.pyspark}", "pyarrow>=18,<24", "pandas>=2.2,<3", "boto3>=1.40,<2"]
    pip = [unfinished / "bin" / "python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "setuptools", *wanted], check=True)


def python_of(version: str) -> str:
    """An interpreter of that version, else the one that runs this."""
    known = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python"))
    return str(known[-1]) if known else shutil.which(f"python{version}") or sys.executable


def _fetch(jar: str, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    address = f"{CENTRAL}/{jar}/{target.name}"
    unfinished = target.with_suffix(".part")
    with urlopen(address, timeout=120) as answer, unfinished.open("wb") as file:
        shutil.copyfileobj(answer, file, 2**20)
    with urlopen(f"{address}.sha1", timeout=120) as answer:
        told = answer.read().decode().split()[0]
    with unfinished.open("rb") as file:
        found = hashlib.file_digest(file, "sha1").hexdigest()
    if found != told:
        raise AssertionError(f"{address} came damaged: its SHA-1 is {found}, and should be {told}")
    unfinished.rename(target)


def submit_command(
    line: GlueLine, script: Path, arguments: Sequence[str], confs: Mapping[str, str]
) -> list[str]:
    """The command that runs a job's script as Glue does, on one machine."""
    jars = ",".join(str(jar_path(line, jar)) for jar in line.jars)
    settings = SMALL | dict(confs)
    options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    return [
        str(line.spark_submit),
        *("--master", "local[2]", "--driver-memory", MEMORY, "--jars", jars),
        *options,
        str(script),
        *arguments,
    ]


def job_environment(line: GlueLine, **others: str) -> dict[str, str]:
    """The environment of a job: nothing of that of the tests but where to find Java."""
    kept = {name: os.environ[name] for name in ("HOME", "JAVA_HOME") if name in os.environ}
    own = {
        # spark-submit asks the first python3 that it finds where Spark is.
        "PATH": f"{line.interpreter.parent}:{os.environ['PATH']}",
        "PYSPARK_PYTHON": str(line.interpreter),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    return kept | own | others


def cause_of(ended: subprocess.CompletedProcess[str]) -> str:
    """What a job that failed said of it, without Spark's own talk."""
    return cause_in(ended.stdout + ended.stderr)


def cause_in(log: str) -> str:
    lines = log.splitlines()
    told = [line[:400] for line in lines if " INFO " not in line and not line.startswith(NOISE)]
    begins = next((n for n, line in enumerate(told) if line.startswith("Traceback")), 0)
    return "\n".join(told[begins : begins + 40])


if __name__ == "__main__":
    for glue_line in LINES.values():
        print(f"Glue {glue_line.version}: {ready(glue_line).folder}")
