"""Which PySpark is installed, without loading it.

PyPI has it twice: `pyspark-client` is the Python alone, which is all that Sail and a Spark
elsewhere need, `pyspark` has Spark's jars too. Both write into one folder `pyspark`. Of one version
their common files are the same, byte for byte, so both may be installed, in either order. Of two
versions the later one's files lie over the earlier one's, and to uninstall one takes files away
from the other.
"""

from __future__ import annotations

import os
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.extras import why_without

DISTRIBUTIONS = ("pyspark-client", "pyspark")
NEEDED = ("__init__.py", "sql/session.py", "sql/connect/session.py", "sql/connect/client/core.py")
"""Files of both, by whose lack it shows that one of the two was uninstalled."""


def pyspark_problem() -> tuple[str, str] | None:
    """What is wrong with the installed PySpark, and what to do; None where nothing is."""
    there = {name: found for name in DISTRIBUTIONS if (found := _version(name))}
    told = " and ".join(f"{name} {found}" for name, found in there.items())
    if len(set(there.values())) > 1:
        return f"{told} are installed over each other, in one folder", _remedy(there)
    if not all(map(_is_there, NEEDED)):
        lacks = f"files of {told} are missing" if told else "PySpark is not installed"
        return lacks, _remedy(there)
    return None


def require_pyspark() -> None:
    """Raise `SettingsError` where PySpark cannot be used."""
    problem = pyspark_problem()
    if problem:
        raise SettingsError(f"No transform can run: {problem[0]}. To do: {problem[1]}.")


def require_jvm() -> None:
    """Raise `SettingsError` where Spark itself cannot be started on this machine."""
    missing = why_without("jvm")
    if missing:
        raise SettingsError(f"BIO_SPARK_REMOTE asks for a Spark on this machine. {missing}")
    require_pyspark()
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise SettingsError(
            "BIO_SPARK_REMOTE asks for a Spark on this machine, and there is no Java: install "
            "Java 17, or unset the variable to use Sail."
        )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _is_there(file: str) -> bool:
    spec = find_spec("pyspark")
    return bool(spec and spec.origin and Path(spec.origin).parent.joinpath(file).is_file())


def _remedy(there: dict[str, str]) -> str:
    """To take both away takes away all of both, and what is then lacking is of one version."""
    extra = "[jvm]" if "pyspark" in there else ""
    return (
        "run `pip uninstall --yes pyspark pyspark-client`, then "
        f'`pip install "bio-lakehouse{extra}"` (in a clone `pip install ".{extra}"`)'
    )
