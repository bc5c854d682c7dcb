"""A Trino on loopback over a Glue catalog and S3, as Athena is one over Amazon's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from bio_lakehouse_tests.aws.emulator import ENVIRONMENT, REGION
from bio_lakehouse_tests.conftest import free_port
from bio_lakehouse_tests.trino.trino_setup import VERSION, SetupError, java_of, set_up

CATALOG = "awsdatacatalog"
"""Athena's own name of the Glue catalog."""
JVM = (
    "-Xmx1200m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Duser.timezone=UTC",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
SECONDS_TO_START = 180


class StillStartingError(Exception):
    """The server answers, and does not yet take statements."""


@contextmanager
def trino_server(
    glue_endpoint: str, s3_endpoint: str, warehouse: str = "s3://bio-gold/warehouse"
) -> Iterator[str]:
    """A Trino over what is at the two addresses; its own address. It ends with the context."""
    home, port = set_up(), free_port()
    with TemporaryDirectory(prefix="bio-trino-") as folder:
        write_settings(Path(folder), home, port, catalog_of(glue_endpoint, s3_endpoint, warehouse))
        log = Path(folder, "log.txt")
        with log.open("wb") as file:
            server = subprocess.Popen(
                command(home, Path(folder)), stdout=file, stderr=file, cwd=folder
            )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_started(address, server, log)
            yield address
        finally:
            server.kill()
            server.wait()


def command(home: Path, folder: Path) -> list[str]:
    jars = f"{home}/launch:{home}/lib/*"
    settings = f"-Dconfig={folder}/config.properties"
    return [str(java_of(home)), *JVM, "-cp", jars, settings, "Launch", VERSION]


def write_settings(folder: Path, home: Path, port: int, catalog: dict[str, str]) -> None:
    (folder / "catalogs").mkdir()
    write_properties(folder / "catalogs" / f"{CATALOG}.properties", catalog)
    write_properties(
        folder / "config.properties",
        {
            "coordinator": "true",
            "node-scheduler.include-coordinator": "true",
            "node.environment": "tests",
            "node.bind-ip": "127.0.0.1",
            "node.internal-address": "127.0.0.1",
            "http-server.http.port": str(port),
            "discovery.uri": f"http://127.0.0.1:{port}",
            "web-ui.enabled": "false",
            "plugin.dir": f"{home}/plugin",
            "catalog.config-dir": f"{folder}/catalogs",
        },
    )


def catalog_of(glue_endpoint: str, s3_endpoint: str, warehouse: str) -> dict[str, str]:
    """The Iceberg catalog in Glue, with the emulator's made-up keys."""
    key, secret = ENVIRONMENT["AWS_ACCESS_KEY_ID"], ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]
    return {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "glue",
        "hive.metastore.glue.endpoint-url": glue_endpoint,
        "hive.metastore.glue.region": REGION,
        "hive.metastore.glue.default-warehouse-dir": warehouse,
        "hive.metastore.glue.aws-access-key": key,
        "hive.metastore.glue.aws-secret-key": secret,
        "fs.s3.enabled": "true",
        "s3.endpoint": s3_endpoint,
        "s3.region": REGION,
        "s3.path-style-access": "true",
        "s3.aws-access-key": key,
        "s3.aws-secret-key": secret,
    }


def write_properties(path: Path, properties: dict[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))


@retry(
    retry=retry_if_exception_type((OSError, StillStartingError)),
    stop=stop_after_delay(SECONDS_TO_START),
    wait=wait_fixed(0.2),
    reraise=True,
)
def wait_until_started(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    if server.poll() is not None:
        raise SetupError(f"Trino ended while it started: {log.read_text()[-3000:]}")
    with urlopen(f"{address}/v1/info", timeout=5) as answer:
        if json.load(answer)["starting"]:
            raise StillStartingError
