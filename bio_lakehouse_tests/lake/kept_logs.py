"""Logs on an emulator of AWS, each in tables of its own."""

from __future__ import annotations

from itertools import count

from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws import emulator

_NUMBERS = count(1)


def with_own_tables(on_aws: Settings) -> Settings:
    """The settings with two tables that nobody else has."""
    number = next(_NUMBERS)
    names = {"ingestion_log_table": f"log-{number}", "lake_state_table": f"state-{number}"}
    settings = on_aws.model_copy(update=names)
    emulator.make_tables(settings)
    return settings
