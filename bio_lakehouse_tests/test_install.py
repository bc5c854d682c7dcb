"""What is installed is what is used: no more in the base than the package imports, and of an extra
nothing but where it is asked for."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.extras import EXTRA_OF, EXTRAS, extras_named, why_without

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "bio_lakehouse"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
IMPORTED_BY_OTHERS = {"pyspark-client", "tzdata"}
"""PySpark may be installed by another distribution; zoneinfo reads tzdata."""
PARTS_OF = {
    "botocore": "boto3",
    "dagster-shared": "dagster",
    "markupsafe": "jinja2",
    "mcp-types": "mcp",
    "pydantic": "pydantic-settings",
    "py4j": "pyspark",
    "pydantic-core": "pydantic-settings",
    "python-dotenv": "pydantic-settings",
    "alembic": "dagster",
    "sqlalchemy": "dagster",
}
"""Distributions that are used in the version that another of ours brings → that other."""
FOR_WHO_DEVELOPS = {"benchmarks", "fuzz"}
"""Extras of which the package imports nothing."""
MEANT = {"pyspark": "pyspark-client", "psycopg2": "psycopg2-binary"}
"""Where a package may come from several distributions: the one that is asked for."""
JARS_ONLY = "pyspark.core"
"""What PySpark's client does not have: it takes that for the sign that it is alone."""
WITHOUT_EXTRAS = """
import sys
sys.modules.update(dict.fromkeys({packages!r}))
{code}
"""


def distribution_of(requirement: str) -> str:
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


BASE = {distribution_of(requirement) for requirement in PROJECT["dependencies"]}
OPTIONAL = {
    extra: {distribution_of(requirement) for requirement in requirements}
    for extra, requirements in PROJECT["optional-dependencies"].items()
    if extra != "test"
}


def imports_of(path: Path) -> Iterator[str]:
    """The first names of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def imported_packages() -> set[str]:
    names = {name for path in PACKAGE.rglob("*.py") for name in imports_of(path)}
    return names - set(sys.stdlib_module_names) - {"bio_lakehouse"}


installed = cache(packages_distributions)


def asked_for(package: str) -> str:
    """The distribution of `pyproject.toml` that brings a package."""
    owners = installed().get(package, [package])
    found = MEANT.get(package) or distribution_of(owners[0])
    return PARTS_OF.get(found, found)


@pytest.mark.thorough
def test_the_base_has_what_the_package_imports_and_no_more() -> None:
    wanted = {asked_for(package) for package in imported_packages() - EXTRA_OF.keys()}
    assert wanted <= BASE
    assert wanted >= BASE - IMPORTED_BY_OTHERS


def test_each_extra_is_asked_for_by_the_sentence_of_whoever_lacks_it() -> None:
    assert EXTRAS.keys() == OPTIONAL.keys() - FOR_WHO_DEVELOPS
    for package in EXTRA_OF.keys() & imported_packages():
        assert asked_for(package) in OPTIONAL[EXTRA_OF[package]], package
    for requirements in OPTIONAL.values():
        assert not requirements & (BASE - {"pyiceberg"})


def test_both_distributions_of_pyspark_are_of_one_version() -> None:
    client = next(one for one in PROJECT["dependencies"] if one.startswith("pyspark-client"))
    jars = next(one for one in PROJECT["optional-dependencies"]["jvm"] if "pyspark==" in one)
    assert re.fullmatch(r"pyspark-client==\d+\.\d+\.\d+", client)
    assert jars.removeprefix("pyspark") == client.removeprefix("pyspark-client")


def run_without_extras(code: str, home: Path) -> str:
    script = WITHOUT_EXTRAS.format(packages={*EXTRA_OF, JARS_ONLY}, code=code)
    words = [sys.executable, "-c", script]
    environment = {"BIO_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def test_the_graph_and_the_commands_load_without_any_extra(tmp_path: Path) -> None:
    code = "import bio_lakehouse.definitions, bio_lakehouse.workflows, bio_lakehouse.engines.spark"
    more = "import bio_lakehouse.app.beside_dagster, bio_lakehouse.doctor.examination"
    assert run_without_extras(f"{code}\n{more}", tmp_path) == "0\n"


@pytest.mark.parametrize(
    ("words", "extra"),
    [(["app", "--no-open"], "app"), (["push", "--bucket", "body", "--dry-run"], "aws")],
)
def test_a_command_without_its_extra_says_what_to_install(
    words: list[str], extra: str, tmp_path: Path
) -> None:
    code = f"from bio_lakehouse.cli import main; main({words!r})"
    (tmp_path / "landing").mkdir()
    said = run_without_extras(code, tmp_path)
    assert said.split()[:4] == ["1", "Error:", "This", "needs"]
    assert f'pip install "bio-lakehouse[{extra}]"' in said


def test_only_what_an_extra_brings_is_explained() -> None:
    with pytest.raises(ModuleNotFoundError), extras_named():
        raise ModuleNotFoundError("No module named 'nobodys'", name="nobodys")
    with pytest.raises(SettingsError, match=r"bio-lakehouse\[aws\]"), extras_named():
        raise ModuleNotFoundError("No module named 'boto3.session'", name="boto3.session")


def test_what_is_installed_is_not_missed() -> None:
    assert why_without("app") is None


def test_no_process_is_taken_for_one_that_runs_doctests(tmp_path: Path) -> None:
    """Dagster starts a run in a process without a main file. PySpark would load there what its
    doctests need, and end it where there are no jars."""
    code = "import bio_lakehouse.engines.spark, sys; print(sorted(sys.modules))"
    said = run_without_extras(code, tmp_path)
    assert "'pyspark.sql.connect.session'" in said
    assert "'pyspark.testing.connectutils'" not in said
