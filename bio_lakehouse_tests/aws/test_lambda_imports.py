"""The Lambdas load little: a cold start is paid for with every burst of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bio_lakehouse.deployment import lambda_packages

INFRA = Path(__file__).parents[2] / "infra"
HEAVY = {"pandas", "numpy", "pyarrow", "pyspark", "dagster", "duckdb", "streamlit", "scipy"}
USED = "bio_lakehouse.lake.s3, bio_lakehouse.lake.aws, bio_lakehouse.lake.arrivals_queue, boto3"
LOADED = """
import importlib.metadata, pathlib, sys
sys.path.insert(0, {folder!r})
import {name}, {used}
owners = importlib.metadata.packages_distributions()
# Not `ru_maxrss`, which begins with that of the process that started this one.
said = pathlib.Path("/proc/self/status").read_text()
print(int(said.partition("VmHWM:")[2].split()[0]) // 1024)
print(*{{module.split(".")[0] for module in sys.modules}} & owners.keys())
"""
MOST_MEGABYTES = 100


@pytest.mark.parametrize("path", lambda_packages.handler_files(INFRA), ids=lambda path: path.stem)
def test_a_handler_loads_nothing_heavy(path: Path) -> None:
    code = LOADED.format(folder=str(path.parent), name=path.stem, used=USED)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    megabytes, modules = done.stdout.splitlines()
    assert set(modules.split()) & HEAVY == set()
    assert int(megabytes) < MOST_MEGABYTES


def test_there_is_a_handler_for_each_function_of_the_templates() -> None:
    told = "".join(path.read_text("utf-8") for path in INFRA.glob("*-stack.yaml"))
    names = [path.stem for path in lambda_packages.handler_files(INFRA)]
    assert names == ["ingestion_trigger", "oura_ingest"]
    assert all(f"Handler: {name}.handler\n" in told for name in names)
    assert told.count("Handler: ") == len(names)
