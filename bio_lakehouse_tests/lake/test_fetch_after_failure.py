"""Whatever befalls a fetch: the tables hold all that arrived whole, the rest is told, and the next
run completes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from bio_lakehouse import silver
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_silver
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.lake import arrivals, bronze_writing, fetching
from bio_lakehouse.lake.fetched_windows import FetchedWindows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura import client as client_module
from bio_lakehouse.sources.oura import http_client
from bio_lakehouse.sources.oura.connection import RetryPolicy
from bio_lakehouse.sources.oura.fetch import Progress, Window, readable, windows
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.sources.oura_server import (
    Fault,
    OuraServer,
    connection_to,
    rate_limited,
    signed_in,
)

TODAY = date(2025, 3, 20)
FIRST = TODAY - timedelta(days=34)
PATIENT = RetryPolicy(
    connect_seconds=20, read_seconds=20, total_seconds=30, attempts=2, longest_wait_seconds=2
)
"""A machine that is busy with other tests is no trouble of Oura's."""
HASTY = replace(PATIENT, read_seconds=1.0, total_seconds=1.4, attempts=1)
"""For answers that never come."""
OF_THE_ARRIVAL = {"ingested_at", "source_file"}
TABLES = {
    "oura_daily_readiness": "daily_readiness",
    "oura_daily_sleep": "daily_sleep",
    "oura_daily_activity": "daily_activity",
    "oura_sleep": "sleep",
    "oura_daily_spo2": "daily_spo2",
    "oura_heartrate": "heartrate",
}
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(FIRST - timedelta(days=5), TODAY + timedelta(days=2), page_size=13) as running:
        yield running


def open_lake(home: Path, server: OuraServer) -> Lakehouse:
    lake = Lakehouse.open(Settings(home=home, timezone="Europe/Berlin", today_override=TODAY))
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    return lake


def fetch(
    lake: Lakehouse,
    server: OuraServer,
    progress: Callable[[Progress], None] | None = None,
    resume: bool = False,
    policy: RetryPolicy = PATIENT,
) -> fetching.FetchOutcome:
    connection = replace(connection_to(server), retry_policy=policy)
    return fetching.fetch_oura(
        lake, "me", FIRST, TODAY, connection=connection, progress=progress, resume=resume
    )


def build(lake: Lakehouse, spark: SparkSession) -> None:
    """What landed, through bronze and silver to gold, as a run does it."""
    arrivals.scan(lake)
    changes = arrivals.pending(lake)
    if not changes:
        return
    first, last = min(map(min, changes.values())), max(map(max, changes.values()))
    for dataset in changes:
        bronze_writing.write_bronze(lake, dataset, first, last)
    for table in TABLES:
        build_silver(lake, spark, table, first, last)
    build_gold_daily(lake, spark, first, last)
    mark_built(lake, changes, first, last)


def rows_of(lake: Lakehouse) -> Rows:
    found: Rows = {}
    for schema in (*(silver.SCHEMAS[table] for table in TABLES), DAILY_READINESS_PERFORMANCE):
        rows = lake.tables.read(schema, FIRST, TODAY).sort_by(
            [(name, "ascending") for name in schema.grain]
        )
        found[schema.name] = rows.select(
            [n for n in rows.column_names if n not in OF_THE_ARRIVAL]
        ).to_pylist()
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, sail: SparkSession) -> Rows:
    with OuraServer(FIRST - timedelta(days=5), TODAY + timedelta(days=2), page_size=13) as server:
        lake = open_lake(tmp_path_factory.mktemp("undisturbed"), server)
        assert fetch(lake, server).error is None
        build(lake, sail)
    rows = rows_of(lake)
    assert {len({row["day"] for row in rows[table]}) for table in TABLES} == {35}
    return rows


@dataclass(frozen=True)
class Trouble:
    """What befalls one dataset's requests from its second page on, or everything after the third
    window.

    `said` is what the person reads; None when the fetch gets over it by itself.
    """

    said: str | None
    faults: tuple[Fault, ...] = ()
    strikes: Callable[[OuraServer, Lakehouse], None] | None = None
    repair: Callable[[OuraServer, Lakehouse], None] = lambda server, lake: None
    policy: RetryPolicy = PATIENT


def access_expires(server: OuraServer, lake: Lakehouse) -> None:
    server.accounts.expire_access()


def refresh_token_is_spent(server: OuraServer, lake: Lakehouse) -> None:
    """Another program has used the refresh token: Oura takes it for stolen and revokes the
    login."""
    tokens = fetching.oura_tokens(lake.settings, "me").load()
    assert isinstance(tokens, Tokens)
    assert tokens.refresh_token
    assert server.accounts.refresh_with(tokens.refresh_token)[0] == 200
    server.accounts.expire_access()


def sign_in_again(server: OuraServer, lake: Lakehouse) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))


def membership_lapses(server: OuraServer, lake: Lakehouse) -> None:
    server.membership = False


def membership_is_renewed(server: OuraServer, lake: Lakehouse) -> None:
    server.membership = True


NOT_VALID = Fault(
    422, {"detail": [{"loc": ["query", "end_date"], "msg": "invalid date", "type": "value_error"}]}
)
SAME_TOKEN = "ZGFpbHlfc2xlZXA6MA=="
TROUBLES = {
    "401 with refresh": Trouble(None, strikes=access_expires),
    "spent refresh token": Trouble(
        "expired or was revoked .*bio-lakehouse oura login",
        strikes=refresh_token_is_spent,
        repair=sign_in_again,
    ),
    "403": Trouble(
        r"\(403.*membership has most likely lapsed",
        strikes=membership_lapses,
        repair=membership_is_renewed,
    ),
    "422": Trouble(r"daily_sleep .*HTTP 422: query\.end_date: invalid date", (NOT_VALID,) * 2),
    "429": Trouble(None, (rate_limited(1),)),
    "429 for longer than is waited": Trouble(
        "429 for daily_sleep .*asks to wait 600 s", (rate_limited(600),)
    ),
    "5xx": Trouble("HTTP 503 for daily_sleep", (Fault(503, text="<html>down"),) * 4),
    "5xx for a moment": Trouble(None, (Fault(502, text="<html>bad gateway"),)),
    "cut in the middle of a page": Trouble(
        "broke during daily_sleep .*not whole", (Fault(cut=True),) * 4
    ),
    "pages without end": Trouble(
        "daily_sleep .*does not end", (Fault(next_token=SAME_TOKEN),) * 60
    ),
    "a page that floods": Trouble("daily_sleep .*longer than 4 MiB", (Fault(flood=True),) * 4),
    "a page that drips": Trouble(
        "too slowly for daily_sleep", (Fault(trickle=True),) * 4, policy=HASTY
    ),
    "no answer": Trouble(
        "too slowly for daily_sleep", (Fault(delay_seconds=1.6),) * 4, policy=HASTY
    ),
}

BUILT_EACH_TIME = ("401 with refresh", "cut in the middle of a page")


def disturbed_fetch(trouble: Trouble, lake: Lakehouse, server: OuraServer) -> fetching.FetchOutcome:
    """One fetch with that trouble: the newest window's first page comes, then it begins."""
    server.faults["daily_sleep"].extend([Fault(), *trouble.faults])

    def strike(step: Progress) -> None:
        if trouble.strikes and step.number == 3:
            trouble.strikes(server, lake)

    return fetch(lake, server, strike, policy=trouble.policy)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less is taken, and less waited for, than in a person's fetch."""
    monkeypatch.setattr(client_module, "MOST_PAGES", 20)
    monkeypatch.setattr(http_client, "MOST_BYTES", 4 << 20)
    monkeypatch.setattr(http_client, "_BACK_OFF", lambda state: 0.0)


@pytest.mark.parametrize("name", TROUBLES)
def test_landing_ends_as_if_nothing_had_been(
    name: str, tmp_path: Path, server: OuraServer, hasty: None
) -> None:
    """Each record of each window lies there once, and what is missing meanwhile is known."""
    trouble, lake = TROUBLES[name], open_lake(tmp_path, server)
    outcome = disturbed_fetch(trouble, lake, server)
    if trouble.said is None:
        assert outcome.error is None
    else:
        failed = {entry.window for entry in outcome.failed}
        assert failed
        assert re.search(trouble.said, str(outcome.error))
        assert dict(FetchedWindows(lake, "me").failed()).keys() == failed
        server.faults.clear()
        trouble.repair(server, lake)
        again = fetch(lake, server, resume=True)
        assert (again.error, len(again.landed)) == (None, len(failed))
    assert dict(FetchedWindows(lake, "me").failed()) == {}
    landed = landed_records(lake)
    assert sorted(landed) == sorted(set(landed)) == sorted(server_records(server))


def landed_records(lake: Lakehouse) -> list[str]:
    """The records of all answers in landing, as text."""
    keys = [info.key for info in lake.landing_objects.list("landing/me/")]
    answers = [json.loads(lake.landing_objects.get(key)) for key in keys if key.endswith("Z.json")]
    return [json.dumps(record) for answer in answers for record in answer["data"]]


def server_records(server: OuraServer) -> list[str]:
    """The records that Oura has of the days that are asked for."""
    return [
        json.dumps(record)
        for endpoint in TABLES.values()
        for record in server.records[endpoint]
        if FIRST <= day_of(record) <= TODAY
    ]


def day_of(record: dict[str, Any]) -> date:
    return date.fromisoformat(record.get("day") or record["timestamp"][:10])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in BUILT_EACH_TIME else pytest.mark.thorough)
        for name in TROUBLES
    ],
)
def test_the_tables_end_as_if_nothing_had_been(
    name: str,
    tmp_path: Path,
    server: OuraServer,
    sail: SparkSession,
    undisturbed: Rows,
    hasty: None,
) -> None:
    trouble, lake = TROUBLES[name], open_lake(tmp_path, server)
    outcome = disturbed_fetch(trouble, lake, server)
    build(lake, sail)
    if trouble.said is None:
        assert outcome.error is None
    else:
        holds_what_arrived_and_says_what_did_not(lake, outcome, trouble.said, undisturbed)
        server.faults.clear()
        trouble.repair(server, lake)
        server.asked.clear()
        again = fetch(lake, server, resume=True)
        assert (again.error, len(again.landed)) == (None, len(outcome.failed))
        build(lake, sail)
    assert rows_of(lake) == undisturbed
    assert dict(FetchedWindows(lake, "me").failed()) == {}


def holds_what_arrived_and_says_what_did_not(
    lake: Lakehouse, outcome: fetching.FetchOutcome, said: str, undisturbed: Rows
) -> None:
    failed = {entry.window for entry in outcome.failed}
    arrived = set(windows(FIRST, TODAY, readable(()))) - failed
    assert failed
    assert len(arrived) == len(outcome.landed) > 0
    found = rows_of(lake)
    for table, endpoint in TABLES.items():
        whole = [row for row in undisturbed[table] if is_in(row["day"], endpoint, arrived)]
        assert found[table] == whole
    assert re.search(said, str(outcome.error))
    assert dict(FetchedWindows(lake, "me").failed()).keys() == failed


def is_in(day: date, endpoint: str, among: set[Window]) -> bool:
    return any(
        window.endpoint == endpoint and window.first_day <= day <= window.last_day
        for window in among
    )


def test_answers_are_those_of_the_specification(server: OuraServer) -> None:
    """What the other tests rely on: the server notices an answer or a query that the specification
    does not allow."""
    if server.specification is None:
        pytest.skip("the specification is not here")
    server.check_answer(
        "/v2/usercollection/daily_sleep", 200, {"data": [{"id": "a", "day": 5}], "next_token": None}
    )
    server.check_answer("/v2/usercollection/daily_sleep", 418, {})
    found, server.violations = server.violations, []
    assert any("418 is not in the specification" in text for text in found)
    assert any("5 is not of type 'string'" in text for text in found)
    assert any("'contributors' is a required property" in text for text in found)
