"""The daily fetch where no Dagster runs: Oura is asked about everybody who has signed in, and what
arrives whole lands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bio_lakehouse import english
from bio_lakehouse.errors import SettingsError, SourceError
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.fetching import FetchOutcome
from bio_lakehouse.lake.lakehouse import Lakehouse


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought, by user."""

    outcomes: dict[str, FetchOutcome]

    @property
    def is_whole(self) -> bool:
        """Whether everything arrived that was asked for."""
        return not any(outcome.error for outcome in self.outcomes.values())

    def told(self) -> Iterator[str]:
        """What became of each user's fetch, in a sentence that holds no value and no token."""
        for user_id, outcome in self.outcomes.items():
            landed = english.count(len(outcome.landed), "answer")
            yield f"{user_id}: {landed} landed{_missing(outcome)}"


def _missing(outcome: FetchOutcome) -> str:
    """How much did not arrive, and of what kinds the errors were; their texts may quote an answer,
    and stand in the lake's log."""
    kinds = Counter(type(error).__name__ for error in outcome.errors)
    told = ", ".join(f"{number} {name}" for name, number in sorted(kinds.items()))
    return f"; not all arrived: {told}" if kinds else ""


def fetch_everybody(lake: Lakehouse, since: datetime) -> Fetched:
    """Ask Oura about the newest days of everybody who has signed in, but for what has been fetched
    `since` (UTC), as an earlier try of the same day's fetch has; who cannot be asked keeps nobody
    else from it.

    Raises `SettingsError` without an application, and `SignInRequired` when nobody has signed in.
    """
    users = fetching.oura_users(lake.settings)
    return Fetched({user_id: _fetch(lake, user_id, since) for user_id in users})


def _fetch(lake: Lakehouse, user_id: str, since: datetime) -> FetchOutcome:
    first, last = fetching.look_back(lake.settings, user_id)
    try:
        return fetching.fetch_oura(lake, user_id, first, last, landed_since=since)
    except (SettingsError, SourceError) as error:
        return FetchOutcome(not_asked=error)
