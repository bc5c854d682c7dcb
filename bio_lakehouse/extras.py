"""What the extras of this distribution bring, told to whoever uses one without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from bio_lakehouse.errors import SettingsError

EXTRAS = {
    "app": {"streamlit"},
    "aws": {"boto3", "botocore", "dagster_aws", "pyathena"},
    "charts": {"kaleido"},
    "jvm": {"dagster_pyspark", "py4j"},
    "openai": {"openai"},
    "peloton": {"playwright"},
    "postgres": {"dagster_postgres", "psycopg2"},
}
"""Extra → the packages that nothing but it brings."""
EXTRA_OF = {package: extra for extra, packages in EXTRAS.items() for package in packages}


def why_without(extra: str) -> str | None:
    """What to do where a package of `extra` is not installed; None where all are."""
    missing = next((name for name in sorted(EXTRAS[extra]) if find_spec(name) is None), None)
    return _sentence(missing) if missing else None


@contextmanager
def extras_named() -> Iterator[None]:
    """Raise `SettingsError` in place of the import of a package that only an extra brings."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA_OF:
            raise
        raise SettingsError(_sentence(package)) from error


def _sentence(package: str) -> str:
    return (
        f"This needs {package}, which is not installed: run "
        f'`pip install "bio-lakehouse[{EXTRA_OF[package]}]"` (in a clone '
        f'`pip install ".[{EXTRA_OF[package]}]"`), and try again.'
    )
