"""For all tests: which are slow, and Spark sessions (Sail in this process, Spark itself in a JVM
beside it)."""

from __future__ import annotations

import gc
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bio_lakehouse_tests.postgres_server import Server

STARTUP_TIMEOUT_S = 180
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
IN_MEMORY = Path("/dev/shm")
LEFT_OUT = ("slow", "stack", "trino", "glue", "thorough", "jvm")
"""Markers of tests that take minutes, that set up much, or that try by all cases what others try by
a few."""
ROOM_FOR_TESTS = 4 * 2**30
NEW_OBJECTS = 20_000
"""After which the garbage collector looks at them."""
LONGEST = (
    "test_nothing_stale.py",
    "test_renewals.py",
    "test_lake_through_dagster.py",
    "test_owed.py",
    "test_ui_live.py",
    "test_faults.py",
    "test_ui_processes.py",
    "test_outdated.py",
    "test_renewing.py",
    "test_overlapping_runs.py",
    "test_cli.py",
    "test_checks_alone.py",
    "test_damaged_homes.py",
    "test_launch.py",
    "test_since_last_week.py",
    "test_views_properties.py",
    "test_landing_asset.py",
    "test_turning_point.py",
    "test_any_order.py",
    "test_lake_as_a_function.py",
    "test_app_work.py",
    "test_app_pages.py",
    "test_reloading.py",
    "test_sensors.py",
    "test_fetch_after_failure.py",
    "test_app_asking.py",
    "test_limits.py",
    "test_silver_transforms.py",
    "test_app_in_browser.py",
    "test_athena_sql.py",
    "test_mcp_server.py",
    "test_fetching.py",
    "test_report_in_browser.py",
    "test_planned_days.py",
    "test_peloton_download.py",
)
"""Files that take longest, which begin first, so that no worker is left with one at the end."""

settings.register_profile("unhurried", deadline=None, print_blob=True)
settings.register_profile("thorough", settings.get_profile("unhurried"), max_examples=400)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unhurried"))


# Without compiled files each worker rewrites all test modules, 10 s of processor, and each process
# that a test starts compiles the package, 1.1 s.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell lets what it begins in the background ignore Ctrl-C, and after its first run Dagster takes
# the end of a process (SIGTERM) like Ctrl-C: whatever tests start would ignore both.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Homes of tests stand in memory where there is room: a database that is flushed at each commit
    takes twenty times as long on a disk."""
    has_room = IN_MEMORY.exists() and shutil.disk_usage(IN_MEMORY).free > ROOM_FOR_TESTS
    if has_room and config.option.basetemp is None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
        os.environ.setdefault("TMPDIR", str(IN_MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays, so that there is no rubbish to look for: 3 of 13 s of processor."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out tests of some markers unless `-m` speaks of them; the longest files of the others
    begin."""
    unasked = [name for name in LEFT_OUT if name not in config.getoption("-m")]
    left = {item: None for item in items if any(map(item.get_closest_marker, unasked))}
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]
    items.sort(key=lambda item: place_of(item.path.name))


def pytest_collection_finish() -> None:
    """The millions of objects of modules and collected tests stay: the garbage collector need not
    go over them each time, nor over others after every 700."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def place_of(file: str) -> int:
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def sail() -> Iterator[SparkSession]:
    """The session that the package itself uses."""
    from bio_lakehouse.engines.spark import spark_session
    from bio_lakehouse.settings import Settings

    with spark_session(Settings(spark_remote=None)) as session:
        yield session


@pytest.fixture(scope="session")
def jvm_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Spark Connect server of PySpark's own JVM; skips without Java 17."""
    if java_version() < 17:
        pytest.skip("Spark itself needs Java 17 on the PATH")
    folder = tmp_path_factory.mktemp("spark")
    port = free_port()
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(server_command(port), cwd=folder, stdout=log, stderr=log)
        try:
            wait_until_listening(server, port, folder / "log.txt")
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def spark_jvm(jvm_address: str) -> Iterator[SparkSession]:
    """A session of Spark itself."""
    from bio_lakehouse.engines.spark import connect

    session = connect(jvm_address)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; skips where it is not installed."""
    from bio_lakehouse_tests.postgres_server import postgres_server, programs

    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian's package `postgresql`)")
    with postgres_server(folder) as server:
        yield server


def java_version() -> int:
    """Java's major version; 0 without Java."""
    if shutil.which("java") is None:
        return 0
    answer = subprocess.run(
        ["java", "-version"], capture_output=True, text=True, check=False
    ).stderr
    found = re.search(r'version "(\d+)', answer)
    return int(found[1]) if found else 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_command(port: int) -> list[str]:
    import pyspark

    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.sql.shuffle.partitions": 1,
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.ui.enabled": "false",
    }
    return [
        str(Path(pyspark.__path__[0]) / "bin" / "spark-submit"),
        *("--master", "local[2]", "--driver-java-options", QUICK_JVM),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
    ]


def wait_until_listening(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTUP_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"Spark did not start:\n{log.read_text()[-2000:]}")
