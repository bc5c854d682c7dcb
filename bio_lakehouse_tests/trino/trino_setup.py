"""Trino set up in a cache folder: its jars from Maven Central, and Java 25 from PyPI where there is
none.

Trino is published as jars alone, so that a server is put together here: a folder of the server's
own, a plugin's folder that reads Iceberg over Glue and S3, and a class that starts it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from bio_lakehouse_tests.kept_environment import CACHE
from bio_lakehouse_tests.trino.java_25 import jdk_of_machine, runtime_from_pypi

VERSION = "483"
HOME = CACHE / f"trino-{VERSION}"
FIRST_SECONDS = 900
"""Until another process has set it up."""
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
COMPILER = ("org.eclipse.jdt", "ecj", "3.46.0")
OTHER_STORES = (
    "io.trino:trino-filesystem-azure",
    "io.trino:trino-filesystem-gcs",
    "io.trino:trino-filesystem-alluxio",
    "io.trino:trino-filesystem-cache-alluxio",
    "net.snowflake:*",
    "org.rocksdb:*",
    "org.apache.iceberg:iceberg-nessie",
    "org.apache.iceberg:iceberg-snowflake",
    "org.postgresql:*",
)
"""What the Iceberg plugin brings for other clouds and catalogs: half of its size."""
PLUGIN = "io.trino.plugin.iceberg.IcebergPlugin"
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bio</groupId><artifactId>jars</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencyManagement><dependencies><dependency>
    <groupId>io.trino</groupId><artifactId>trino-root</artifactId><version>{version}</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <dependencies><dependency>
    <groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{artifact_version}</version>
    <exclusions>{exclusions}</exclusions>
  </dependency></dependencies>
</project>
"""


class SetupError(Exception):
    """Why there is no Trino here, and what to do about it."""


def set_up(home: Path = HOME) -> Path:
    """Trino in `home`, which is made where it is not there yet; safe for several processes."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.with_name(f"{home.name}.lock"), timeout=FIRST_SECONDS):
        if not home.exists():
            with TemporaryDirectory(prefix="trino-", dir=home.parent) as folder:
                assemble(Path(folder, "trino"))
                Path(folder, "trino").rename(home)
    return home


def assemble(folder: Path) -> None:
    """All of Trino that is needed here in the new `folder`."""
    plugin = folder / "plugin" / "iceberg"
    fetch_jars(folder / "lib", ("io.trino", "trino-main", VERSION))
    fetch_jars(plugin, ("io.trino", "trino-iceberg", VERSION), OTHER_STORES)
    # The server has it, and a plugin with one of its own would be of another kind.
    (plugin / f"trino-spi-{VERSION}.jar").unlink()
    with zipfile.ZipFile(plugin / "service.jar", "w") as jar:
        jar.writestr("META-INF/services/io.trino.spi.Plugin", f"{PLUGIN}\n")
    compile_launcher(folder)
    if jdk_of_machine() is None:
        runtime_from_pypi(folder / "java")


def java_of(home: Path) -> Path:
    """The program `java` that a Trino in `home` is started with."""
    return jdk_of_machine() or runtime_from_pypi(home / "java")


def fetch_jars(folder: Path, artifact: tuple[str, str, str], without: tuple[str, ...] = ()) -> None:
    """A jar and all that it needs, by Maven."""
    group, name, version = artifact
    exclusions = "".join(exclusion_of(other) for other in without)
    pom = POM.format(
        version=VERSION,
        group=group,
        artifact=name,
        artifact_version=version,
        exclusions=exclusions,
    )
    folder.mkdir(parents=True)
    with TemporaryDirectory(prefix="pom-") as place:
        path = Path(place, "pom.xml")
        path.write_text(pom)
        run(maven(), "-q", "-B", "-f", path, COPY, f"-DoutputDirectory={folder}",
            "-DincludeScope=runtime")  # fmt: skip


def exclusion_of(other: str) -> str:
    group, artifact = other.split(":")
    return f"<exclusion><groupId>{group}</groupId><artifactId>{artifact}</artifactId></exclusion>"


def compile_launcher(folder: Path) -> None:
    """`Launch.java` by Eclipse's compiler, which is a jar: no JDK has to be there."""
    source = Path(__file__).with_name("Launch.java")
    fetch_jars(folder / "compiler", COMPILER)
    (compiler,) = (folder / "compiler").glob("ecj-*.jar")
    run(java_of_maven(), "-jar", compiler, "-17", "-cp", f"{folder}/lib/trino-main-{VERSION}.jar",
        "-d", folder / "launch", source)  # fmt: skip
    shutil.rmtree(folder / "compiler")


def maven() -> str:
    found = shutil.which("mvn")
    if found is None:
        raise SetupError(
            "Trino's jars come from Maven Central by Maven, and there is no `mvn` here: "
            "install it (on Debian `apt-get install maven`) and run this again."
        )
    return found


def java_of_maven() -> str:
    found = shutil.which("java")
    if found is None:
        raise SetupError(
            "There is no `java` on the PATH: install Java 17 or newer "
            "(on Debian `apt-get install openjdk-17-jre-headless`) and run this again."
        )
    return found


def run(*command: str | os.PathLike[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise SetupError(f"{Path(command[0]).name} failed while Trino was set up: {said}")
