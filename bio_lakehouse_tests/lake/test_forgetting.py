"""A person is taken out of every layer for good, and nothing of the others is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake import (
    arrivals,
    built_with,
    forgetting,
    landing,
    locks,
    quarantine,
    table_forgetting,
    users,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema
from bio_lakehouse.lake.table_files import files_in_use
from bio_lakehouse.lake.tables import conform
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.lake.speaking_of import places
from bio_lakehouse_tests.lake.test_arrivals import TODAY, ingest, peloton, ride, trends
from bio_lakehouse_tests.whole_log import entries_of

GONE, STAYS = "zaragoza", "ben"
CANARY = "Canary Climb 4711"
SCHEMAS = tuple(
    TableSchema(
        database,
        name,
        "Titles by day.",
        ("user_id", "day"),
        (USER_ID, DAY, Column("title", "string", "What it is called.")),
    )
    for database, name in (("bio_silver", "titles"), ("bio_gold", "best_titles"))
)
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def rows(schema: TableSchema, *found: tuple[str, date, str]) -> pa.Table:
    user_ids, days, titles = zip(*found, strict=True)
    values = {
        "user_id": list(user_ids),
        "day": pa.array(days, pa.date32()),
        "title": list(titles),
    }
    return conform(pa.table(values), schema)


def fill_tables(lake: Lakehouse) -> None:
    """Rows of both, in files of their own and in common ones, with a history."""
    for schema in SCHEMAS:
        for number in range(3):
            both = [
                (user_id, date(2026, month, 5), f"{title} {number}")
                for user_id, title in ((GONE, CANARY), (STAYS, "Plain Ride"))
                for month in (1, 2)
            ]
            alone = [(STAYS, date(2026, 3, 1), "Alone")]
            lake.tables.replace(schema, rows(schema, *both, *alone), FIRST, LAST)


def fill(lake: Lakehouse) -> Lakehouse:
    """A lake of two, with something in every layer."""
    fill_tables(lake)
    for user_id in (GONE, STAYS):
        title = CANARY if user_id == GONE else "Plain Ride"
        ingest(lake, f"{user_id}.csv", peloton(ride(1, 100, title), ride(40, 100, title)), user_id)
        ingest(lake, "trends.csv", trends(d01=70, d02=71), user_id)
        for key in ("experiments/{}/x/plan.json", "reports/{}/weekly-2026-03-01.html"):
            lake.objects.put(key.format(user_id), title.encode())
        lake.objects.put(f"ask/{user_id}/verified.yaml", title.encode())
        home = lake.settings.home
        forgetting.fetching.oura_tokens(lake.settings, user_id).save(Tokens(f"{title} a", title))
        profile = forgetting.fetching.peloton_profiles(lake.settings) / user_id
        profile.mkdir(parents=True)
        (profile / "cookies").write_text(title)
        answers = home / "ask-cache"
        answers.mkdir(exist_ok=True)
        (answers / f"{len(user_id)}.arrow").write_text(f'{{"user_id": "{user_id}"}} {title}')
    lake.objects.put("users.toml", f"[{STAYS}]\nftp = 200\n\n[{GONE}]\nftp = 47114711\n".encode())
    kept = {user_id: {"ftp": "200"} for user_id in (GONE, STAYS)}
    lake.objects.put(built_with.KEY, json.dumps(kept).encode())
    lake.objects.put("damaged/log.db", CANARY.encode())
    lake.objects.put("bronze/oura/trends/month=2026-03/.half", CANARY.encode())
    build_pending(lake)
    lake.log.begin(f"landing/{GONE}/more.csv")
    lake.log.owed.add(f"settings of {GONE}", {"oura/trends": {date(2026, 3, 1)}})
    return lake


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    return fill(Lakehouse.open(Settings(home=tmp_path / "home", today_override=TODAY)))


def forget(lake: Lakehouse, *, is_trial: bool = False) -> dict[str, int]:
    removed = forgetting.forget(lake, GONE, is_trial=is_trial)
    return {one.layer: one.count for one in removed}


def rows_of(lake: Lakehouse, user_id: str) -> dict[str, bytes]:
    """All rows of a person as Arrow's bytes, by table."""
    found = {}
    for schema in SCHEMAS:
        sink = pa.BufferOutputStream()
        table = lake.tables.read(schema, None, None, user_id).combine_chunks()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        found[schema.full_name] = sink.getvalue().to_pybytes()
    return found


def objects_of(lake: Lakehouse, user_id: str) -> dict[str, bytes]:
    home = lake.settings.home
    files = [path for path in home.rglob("*") if path.is_file() and user_id in str(path)]
    return {str(path): path.read_bytes() for path in files}


def assert_forgotten(lake: Lakehouse) -> None:
    assert places(lake.settings.home, GONE, CANARY, "47114711") == []
    for name in lake.tables.names():
        table = lake.tables.catalog.writable.load_table(name)
        assert len(table.snapshots()) == 1
        assert table.properties["write.metadata.previous-versions-max"] == "20"
        folder = lake.tables.catalog.folder_of(name)
        lying = {str(path) for path in folder.rglob("*") if path.is_file()}
        assert lying == {path.removeprefix("file://") for path in files_in_use(table)}


def test_nothing_of_a_person_is_left_anywhere(lake: Lakehouse) -> None:
    assert places(lake.settings.home, GONE) != []
    forget(lake)
    assert_forgotten(lake)


def test_every_layer_says_how_much_went(lake: Lakehouse) -> None:
    trial = forget(lake, is_trial=True)
    assert forget(lake) == trial
    assert trial == {
        "logins": 2,
        "landing": 2,
        "quarantine": 1,
        "experiments": 1,
        "corrections": 1,
        "bronze": 3,
        "tables": 4,
        "reports": 1,
        "kept answers": 1,
        "query results": 0,
        "told to jobs": 0,
        "set aside": 1,
        "measures": 2,
        "log": 2,
        "meanwhile": 0,
    }
    assert set(forget(lake).values()) == {0}


def test_a_trial_leaves_every_byte(lake: Lakehouse) -> None:
    home = lake.settings.home
    before = {path: path.read_bytes() for path in home.rglob("*.*") if path.is_file()}
    forget(lake, is_trial=True)
    after = {path: path.read_bytes() for path in home.rglob("*.*") if path.is_file()}
    assert {path: content for path, content in after.items() if path in before} == before


def test_the_others_are_as_they_were(lake: Lakehouse) -> None:
    tables, objects, log = rows_of(lake, STAYS), objects_of(lake, STAYS), lake.log.of_user(STAYS)
    assert all(tables.values())
    forget(lake)
    assert rows_of(lake, STAYS) == tables
    assert objects_of(lake, STAYS) == objects
    assert lake.log.of_user(STAYS) == log == entries_of(lake.log)
    assert all(lake.log.counts(entry.file_path).balanced for entry in log)
    assert users.KEY in lake.objects.uri(users.KEY)
    assert lake.objects.get(users.KEY) == f"[{STAYS}]\nftp = 200\n\n".encode()


def test_what_comes_back_meanwhile_is_removed_too(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a fetch that had begun before: its answer lands when landing was gone through."""
    before = users.forget

    def landing_meanwhile(*given: Any, **named: Any) -> int:
        if not named["is_trial"] and not came:
            came.append(ingest(lake, "late.csv", trends(d03=73), GONE))
        return before(*given, **named)

    came: list[object] = []
    monkeypatch.setattr(users, "forget", landing_meanwhile)
    assert forget(lake)["meanwhile"] == 1
    assert_forgotten(lake)


def test_a_file_in_somebodys_hands_is_waited_for(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read before landing was emptied, and is logged after that."""
    key = landing.put(lake.landing_objects, GONE, "late.csv", trends(d03=73))
    is_read, goes_on = Event(), Event()
    write = quarantine.write

    def slowly(*given: Any) -> None:
        is_read.set()
        goes_on.wait(20)
        write(*given)

    def take() -> None:
        with locks.exclusively(lake, locks.ARRIVALS):
            arrivals.take_readable(lake, lake.landing_objects.info(key))

    monkeypatch.setattr(quarantine, "write", slowly)
    with ThreadPoolExecutor(2) as pool:
        taking = pool.submit(take)
        assert is_read.wait(20)
        forgetting_them = pool.submit(forget, lake)
        wait([forgetting_them], timeout=1)
        goes_on.set()
        taking.result(60)
        forgetting_them.result(120)
    assert_forgotten(lake)


STEPS = ("_drop_removed_entries", "_expire_all_earlier", "_rotate_metadata", "delete_orphans")


class Killed(BaseException):
    """The process ends here."""


def killed(step: Callable[..., object], *, before: bool) -> Callable[..., object]:
    def stopped(*given: object, **named: object) -> object:
        if not before:
            step(*given, **named)
        raise Killed

    return stopped


def test_a_run_that_is_killed_after_every_layer_is_begun_again(lake: Lakehouse) -> None:
    kept = rows_of(lake, STAYS)
    for layer in range(len(forgetting.LAYERS)):
        for _ in zip(range(layer), forgetting.forget(lake, GONE), strict=False):
            """The rest is left where it is, as a killed process would leave it."""
    forget(lake)
    assert_forgotten(lake)
    assert rows_of(lake, STAYS) == kept


@pytest.mark.parametrize("before", [True, False])
def test_a_run_that_is_killed_within_a_table_is_begun_again(
    before: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path / "home"))
    fill_tables(lake)
    kept = rows_of(lake, STAYS)
    for name in STEPS:
        with monkeypatch.context() as patched:
            step = getattr(table_forgetting, name)
            patched.setattr(table_forgetting, name, killed(step, before=before))
            with pytest.raises(Killed):
                forget(lake)
    forget(lake)
    assert_forgotten(lake)
    assert rows_of(lake, STAYS) == kept


NAMES = st.lists(st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True), min_size=2, unique=True)


@hypothesis_settings(max_examples=15)
@given(names=NAMES, quoted=st.booleans(), data=st.data())
def test_users_toml_loses_one_table_and_keeps_every_other_line(
    names: list[str], quoted: bool, data: st.DataObject
) -> None:
    tables = {
        name: f'["{name}"] # who\nftp = {number} # [x]\n\n'
        if quoted
        else f"[{name}]\nftp = {number}\n"
        for number, name in enumerate(names, start=1)
    }
    gone = data.draw(st.sampled_from(names))
    kept = "".join(text for name, text in tables.items() if name != gone)
    assert users.without("# people\n" + "".join(tables.values()), gone) in (
        "# people\n" + kept,
        kept,
    )


def test_users_toml_that_is_written_otherwise_is_left_to_its_owner() -> None:
    with pytest.raises(SettingsError, match=r"remove the table \[ann\] by hand"):
        users.without("ann = { ftp = 200 }\n", "ann")


@pytest.mark.parametrize(
    ("user_id", "text", "is_theirs"),
    [
        ("ann", "landing/ann/x.csv", True),
        ("ann", "bannister", False),
        ("a_b", r"- a\_b, found", True),
        ("a_b", "a_b.api.jsonl", True),
        ("me", "landing/x.csv: taken", True),
        ("me", "landing/ann/x.csv: taken", False),
        ("me", "some home", False),
    ],
)
def test_a_person_is_found_as_a_word(user_id: str, text: str, is_theirs: bool) -> None:
    assert bool(forgetting.speaks_of(user_id).search(text)) == is_theirs
