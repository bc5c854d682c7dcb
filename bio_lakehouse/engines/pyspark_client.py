"""PySpark's client, loaded in any process.

PySpark takes a process whose main module is no file for one that runs its doctests, loads what they
need, and ends the process where Spark's jars are not installed (`pyspark/sql/connect/utils.py`,
`check_dependencies`). Such a process is each in which Dagster's daemon and web page start a run,
and any `python -c`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec

__all__ = ["ConnectDataFrame", "ConnectSession", "DefaultChannelBuilder", "DefaultPolicy"]


@contextmanager
def as_a_program() -> Iterator[None]:
    """The main module has a specification while something is imported inside. That of `__main__` is
    passed over by processes that are started meanwhile."""
    main = sys.modules["__main__"]
    before = main.__spec__
    if before is None:
        main.__spec__ = ModuleSpec("__main__", None)
    try:
        yield
    finally:
        main.__spec__ = before


with as_a_program():
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.dataframe import DataFrame as ConnectDataFrame
    from pyspark.sql.connect.session import SparkSession as ConnectSession
