"""The two DynamoDB tables of a lake on AWS, and their keys: what `infra/bronze-stack.yaml` deploys.

Neither has an index beside its keys. An index of DynamoDB's own is never consistent, and an answer
that lacks what has just arrived would lose it; so each narrow question has items of its own in the
table of the lake's state, written in the same transaction as what they point to.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableKeys:
    """The keys of a table, both text: the one that spreads its items, and the one that orders
    them."""

    partition: str
    sort: str


TABLES = {
    "ingestion_log_table": TableKeys("file_path", "upload_timestamp"),
    "lake_state_table": TableKeys("kind", "name"),
}
"""By the setting that names the table."""
