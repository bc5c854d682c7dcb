"""How new the data is that an answer was made of, in a sentence: of what its statement read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.english import capital, count, dated, listed, long_day
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.sources import registry

if TYPE_CHECKING:
    from bio_lakehouse.engines.guard import CheckedQuery
    from bio_lakehouse.lake.lakehouse import Lakehouse

SILVER = "bio_silver."
CALLED = {
    "oura_daily_readiness": "readiness",
    "oura_daily_sleep": "the sleep score",
    "oura_daily_activity": "activity",
    "oura_sleep": "nights",
    "oura_heartrate": "heart rate readings",
    "oura_daily_spo2": "blood oxygen",
    "peloton_workouts": "workouts",
}
"""Silver tables in a sentence; another is called by its name."""
MADE_OF = (
    ("resting_hr", "oura_daily_readiness"),
    ("hrv_balance", "oura_daily_readiness"),
    ("hrv", "oura_sleep"),
    ("resting_heart", "oura_sleep"),
    ("sleep_duration", "oura_sleep"),
    ("readiness", "oura_daily_readiness"),
    ("temperature", "oura_daily_readiness"),
    ("recovery", "oura_daily_readiness"),
    ("sleep", "oura_daily_sleep"),
    ("spo2", "oura_daily_spo2"),
    ("steps", "oura_daily_activity"),
    ("activity", "oura_daily_activity"),
    ("active_calories", "oura_daily_activity"),
    ("total_calories", "oura_daily_activity"),
    ("workout", "peloton_workouts"),
    ("output", "peloton_workouts"),
    ("watts", "peloton_workouts"),
    ("discipline", "peloton_workouts"),
    ("heart_rate", "peloton_workouts"),
    ("calories", "peloton_workouts"),
    ("load", "peloton_workouts"),
    ("form", "peloton_workouts"),
)
"""What in the name of a gold column says from which silver table it is; the first that fits."""
USUAL = ("oura_daily_readiness", "peloton_workouts")
"""What a gold table is asked about where its columns do not say it."""


def told(lake: Lakehouse, user_id: str, checked: CheckedQuery) -> str:
    """`Readiness reaches to Wednesday 25 November 2026; workouts to 20 November 2026.`, and how
    many days wait to be built."""
    if lake.log.is_empty():
        return "There is no data in this lake yet."
    sentences = [_reach(lake, user_id, silver_tables(checked)), _waiting(lake)]
    return " ".join(filter(None, sentences))


def newest_known(lake: Lakehouse, user_id: str, table: str, column: str) -> date | None:
    """The newest day on which a column of a table is known, or of a view that is made of one silver
    table with that column; None where that is not said."""
    table = min(_read_through(table))
    schema = SCHEMAS.get(table)
    if schema is None or schema.day_column is None or not lake.tables.exists(table):
        return None
    if column not in schema.column_names:
        return None
    rows = lake.tables.scan(table, user_id=user_id, columns=[schema.day_column, column])
    known = rows.column(schema.day_column).filter(rows.column(column).is_valid())
    newest: date | None = max(known.to_pylist(), default=None)
    return newest


def extent(lake: Lakehouse, user_id: str, checked: CheckedQuery) -> tuple[date, date] | None:
    """The first and the last day about which the files say anything that feed what a statement
    reads."""
    sources = {registry.source_of_table(table).name for table in silver_tables(checked)}
    entries = [one for one in lake.log.of_user(user_id) if one.usable and one.source in sources]
    firsts = [day for one in entries for day in (one.covered_first, one.first_day) if day]
    lasts = [day for one in entries for day in (one.covered_last, one.last_day) if day]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def silver_tables(checked: CheckedQuery) -> list[str]:
    """Names of the silver tables that a statement's answer hangs on, through gold by the columns
    that it names."""
    read = {table for name in checked.tables for table in _read_through(name)}
    direct = [name.removeprefix(SILVER) for name in read if name.startswith(SILVER)]
    known = [name for name in sorted(direct) if name in registry.tables()]
    if known and len(direct) == len(read):
        return known
    named = {column.name for column in checked.expression.find_all(exp.Column)}
    through = {_table_of(name) for name in named} - {None}
    return [*known, *_ordered({str(name) for name in through} - set(known) or USUAL)]


def _read_through(name: str) -> tuple[str, ...]:
    """The tables of a view that is made of silver alone; any other table or view itself."""
    view = VIEWS.get(name.partition(".")[2])
    is_of_silver = view and all(table.startswith(SILVER) for table in view.depends_on)
    return view.depends_on if view and is_of_silver else (name,)


def _table_of(column: str) -> str | None:
    return next((table for part, table in MADE_OF if part in column), None)


def _ordered(tables: Collection[str]) -> list[str]:
    in_order = dict.fromkeys(table for _, table in MADE_OF)
    return [name for name in in_order if name in tables]


def _reach(lake: Lakehouse, user_id: str, tables: Iterable[str]) -> str:
    """Up to which day there are records; tables that reach as far are named together."""
    newest = lake.log.newest_days(user_id)
    reaching: dict[date | None, list[str]] = {}
    for table in tables:
        day = _newest_of(lake, user_id, table, newest)
        reaching.setdefault(day, []).append(CALLED.get(table, table.replace("_", " ")))
    missing = reaching.pop(None, [])
    parts = [_part(day, names) for day, names in reaching.items() if day]
    sentence = f"{capital('; '.join(parts))}." if parts else ""
    none = f"There is nothing of {listed(missing, 'or')} yet." if missing else ""
    return " ".join(filter(None, (sentence, none)))


def _part(day: date, names: list[str]) -> str:
    is_one = names == ["readiness"] or (len(names) == 1 and not names[0].endswith("s"))
    return f"{listed(names)} {'reaches' if is_one else 'reach'} to {long_day(day)}"


def _newest_of(lake: Lakehouse, user_id: str, table: str, newest: dict[str, date]) -> date | None:
    """The newest day that is known of a table: also an empty one, where a file says that it is."""
    days = [newest[name] for name in registry.feeding(table) if name in newest]
    if registry.tables()[table].knows_empty_days:
        days += _covered(lake, user_id, registry.source_of_table(table).name)
    return max(days, default=None)


def _covered(lake: Lakehouse, user_id: str, source: str) -> list[date]:
    spoken = lake.log.covering(user_id, source, date.min, date.max)
    return [entry.covered_last for entry in spoken if entry.covered_last]


def _waiting(lake: Lakehouse) -> str:
    """How many days have changed since they were built."""
    settings = lake.settings
    first, today = settings.first_day, settings.today()
    days = [day for day in lake.log.owed.changed() if first <= day <= today]
    if not days:
        return ""
    waits = "waits" if len(days) == 1 else "wait"
    return (
        f"{capital(count(len(days), 'changed day'))} up to {dated(max(days))} {waits} to be built "
        "(`bio-lakehouse refresh`) and may change this answer."
    )
