"""The command `bio-lakehouse mcp`: the lake for a person's own assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bio_lakehouse import __version__
from bio_lakehouse.command_parts import (
    HOME,
    LakeCommand,
    known_user,
    open_existing_lake,
    user_option,
)

if TYPE_CHECKING:
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.status import DatasetStatus

MOST_GAPS = 5
PORT = 8765


@click.command("mcp", cls=LakeCommand)
@HOME
@user_option("Whose data the assistant sees, and no other's")
@click.option("--http", is_flag=True, help="Answer at a port of this machine instead.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=PORT,
    show_default=True,
    help="With --http: the port.",
)
@click.option(
    "--with-model",
    is_flag=True,
    help="Let the language model that you allowed read questions; else nothing is sent by this "
    "program.",
)
def mcp(home: Path | None, user: str | None, http: bool, port: int, with_model: bool) -> None:
    """Let your own assistant ask, over the Model Context Protocol; nothing can be written.

    It is started by the assistant, which speaks to it over standard input and output. Tools: ask,
    query, describe, status, report. What they answer goes to your assistant, and with it to the
    company that runs it, unless it runs on this machine.

    \b
    Example:  bio-lakehouse mcp
              bio-lakehouse mcp --http --port 8765
    """
    lake = open_existing_lake(home, local_only=None if with_model else True)
    user_id = known_user(lake, user)

    from bio_lakehouse.ask.asking import Asking
    from bio_lakehouse.ask.server.mcp_server import http_app, mcp_server

    server = mcp_server(Asking(lake), user_id, partial(status_facts, lake, user_id), __version__)
    if http:
        from bio_lakehouse.automation.mcp_serving import serve

        serve(http_app(server), port)
    else:
        server.run("stdio")


def status_facts(lake: Lakehouse, user_id: str) -> Mapping[str, Any]:
    """How the data of a user stands, as JSON has it."""
    from bio_lakehouse.status import lake_status

    status = lake_status(lake, user_id)
    return {
        "user": user_id,
        "today": status.today,
        "tables": [_table_facts(dataset) for dataset in status.datasets],
        "days_that_wait_to_be_built": status.pending_days,
        "rows_set_aside": sum(len(rows) for rows in status.quarantine.values()),
        "outdated_reports": list(status.outdated_reports),
        "tomorrow": status.tomorrow,
        "experiment": status.experiment or None,
    }


def _table_facts(dataset: DatasetStatus) -> Mapping[str, Any]:
    return {
        "table": dataset.table,
        "days": dataset.days,
        "first_day": dataset.first_day,
        "newest_day": dataset.newest_day,
        "last_gaps": [asdict(gap) for gap in dataset.gaps[-MOST_GAPS:]],
    }
