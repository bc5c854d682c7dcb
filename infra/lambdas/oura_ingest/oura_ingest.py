"""The Lambda that asks Oura once a day, and lands what it answers."""

import logging
from datetime import UTC, datetime
from typing import Any

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.scheduled_fetch import fetch_everybody

LOG = logging.getLogger()
LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """How many answers landed, by user; it fails where some did not, and is then tried again."""
    scheduled = event.get("time")
    since = datetime.fromisoformat(scheduled) if scheduled else datetime.now(UTC)
    fetched = fetch_everybody(Lakehouse.open(), since)
    for sentence in fetched.told():
        LOG.info(sentence)
    if not fetched.is_whole:
        raise RuntimeError("not everything arrived from Oura: the lake's log says what and why")
    return {user_id: len(outcome.landed) for user_id, outcome in fetched.outcomes.items()}
