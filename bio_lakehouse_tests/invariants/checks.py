"""The invariants, each by its name: what must hold of a lake, whatever befell it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from bio_lakehouse import silver
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE, GAP_LEDGER
from bio_lakehouse.lake import arrivals, bronze, quarantine
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse_tests.invariants.daily_model import DAILY_COLUMNS, Shown
from bio_lakehouse_tests.invariants.model import Model
from bio_lakehouse_tests.invariants.tellings import DAYS, KINDS, NIGHTS, TABLES, WORKOUTS
from bio_lakehouse_tests.invariants.world import DATASETS, FIRST, World
from bio_lakehouse_tests.whole_log import entries_of

NOISE = 6
OWN = {"user_id", "day", "source_origin", "source_file", "ingested_at"}


class Broken(AssertionError):  # noqa: N818
    """An invariant that does not hold, by its name."""

    def __init__(self, invariant: str, told: str) -> None:
        super().__init__(f"{invariant}: {told}")
        self.invariant = invariant


Days = tuple[date, date]


def silver_says_the_last_word(world: World, model: Model, days: Days) -> None:
    """Every silver table has the records and values that the model has, and no others."""
    for table in TABLES:
        expected = {
            record: _rounded(values)
            for record, values in model.silver(table).items()
            if days[0] <= record[1] <= days[1]
        }
        columns = [column for name, column in _columns(table)]
        _same("silver says the last word", table, expected, _silver(world, table, columns, days))


def daily_follows_silver(world: World, model: Model, days: Days) -> None:
    """Gold's daily rows are those of the days with a record or coverage, value by value."""
    expected = {
        record: _rounded(values)
        for record, values in model.daily().items()
        if days[0] <= record[1] <= days[1]
    }
    found = {
        (row["user_id"], row["day"], ""): _rounded({name: row[name] for name in DAILY_COLUMNS})
        for row in world.lake.tables.read(DAILY_READINESS_PERFORMANCE, *days).to_pylist()
    }
    _same("the daily row follows silver", "daily", expected, found)


def people_stay_apart(world: World, model: Model, days: Days) -> None:
    """What `me` said is even and what `ann` said is odd: nobody's rows have another's values."""
    named = {"score", "contributor_hrv_balance", "steps", "total_sleep_s", "total_output_kj"}
    for table in TABLES:
        for row in world.lake.tables.read(silver.SCHEMAS[table], *days).to_pylist():
            odd = row["user_id"] == "ann"
            numbers = {name: row[name] for name in named & row.keys() if row[name] is not None}
            foreign = {name: value for name, value in numbers.items() if value % 2 != odd}
            if foreign:
                told = f"{table} shows {row['user_id']} {row['day']} {foreign}"
                raise Broken("people stay apart", told)


def missing_days_have_their_cause(world: World, model: Model, days: Days) -> None:
    """The ledger has every missing day with the model's cause, and no other day."""
    found = {
        (row["user_id"], row["dataset"], row["day"]): row["cause"]
        for row in world.lake.tables.read(GAP_LEDGER, FIRST, world.today).to_pylist()
    }
    _same("every missing day has its cause", "ledger", model.missing(TABLES), found)


def every_row_is_counted(world: World, model: Model, days: Days) -> None:
    """Of each file that counts: landed = bronze + quarantined + duplicates, in the files themselves
    and in the log, and as many as the model was told."""
    stored = _bronze_lines(world)
    by_checksum = Counter[str]()
    for entry in entries_of(world.lake.log):
        if not entry.usable:
            continue
        counts = world.lake.log.counts(entry.file_path)
        kept = stored[entry.file_path]
        aside = len(quarantine.read(world.lake.objects, entry.file_path))
        told = f"{entry.file_path}: {counts}; bronze {kept}, quarantine {aside}"
        in_bronze = counts.current + counts.superseded + counts.withdrawn
        holds = counts.landed == kept + aside + counts.duplicates and in_bronze == kept
        if not (counts.balanced and holds and aside == entry.quarantined_count):
            raise Broken("every row is counted", told)
        by_checksum[_told_of(entry)] += 1
    expected = Counter(
        f"{one.user} {one.dataset} {len(one.rows)} {model.quarantined(one)}"
        for one in model.payloads
    )
    if by_checksum != expected:
        raise Broken("every row is counted", f"{by_checksum - expected} {expected - by_checksum}")


def nothing_is_owed(world: World, model: Model, days: Days) -> None:
    """After a run over what was owed nothing is, and no file was left in the middle."""
    pending, begun = arrivals.pending(world.lake), world.lake.log.interrupted()
    if pending or begun:
        raise Broken("nothing is owed after a run", f"{pending} {begun}")


def a_second_run_writes_nothing(world: World, model: Model, days: Days) -> None:
    """Every layer of every day made once more is the same, and commits nothing."""
    told_of = {one.dataset for one in model.payloads}
    written = world.rebuild(FIRST, world.today, tuple(sorted(told_of)))
    if any(written.values()):
        told = [name for name, changed in written.items() if changed]
        raise Broken("a second run writes nothing", ", ".join(told))


def order_does_not_matter(world: World, model: Model, days: Days) -> None:
    """A new lake of the same files, taken in the order of their names, has the same rows."""
    if world.gone:
        return
    other = World(world.home.with_name(f"{world.home.name} again"), world.spark)
    other.now = world.now
    other.reopen()
    shutil.copytree(world.home / "landing", other.home / "landing", dirs_exist_ok=True)
    other.scan()
    other.build_pending()
    for schema in (*map(silver.SCHEMAS.get, TABLES), DAILY_READINESS_PERFORMANCE):
        assert schema
        mine, others = (
            one.lake.tables.read(schema, *days).drop_columns(
                [name for name in ("source_file", "ingested_at") if name in schema.column_names]
            )
            for one in (world, other)
        )
        if mine.to_pylist() != others.to_pylist():
            told = f"{schema.name}: {mine.to_pylist()} {others.to_pylist()}"
            raise Broken("order does not matter", told)


Check = Callable[[World, Model, Days], None]
AFTER_A_RUN: tuple[Check, ...] = (
    people_stay_apart,
    silver_says_the_last_word,
    daily_follows_silver,
)
"""Of the days that were built."""
AT_THE_END: tuple[Check, ...] = (
    nothing_is_owed,
    *AFTER_A_RUN,
    missing_days_have_their_cause,
    every_row_is_counted,
    a_second_run_writes_nothing,
    order_does_not_matter,
)


def check_days(world: World, first: date, last: date, checks: tuple[Check, ...]) -> None:
    """What holds, of `checks`, for days that have just been built."""
    asked = [check for check in AFTER_A_RUN if check in checks]
    if asked and not world.is_torn:
        model = world.model()
        for check in asked:
            check(world, model, (first, last))


def check_whole(world: World, checks: tuple[Check, ...]) -> None:
    """Take and build what is left, and hold everything against the model."""
    world.scan()
    world.build_pending()
    model = world.model()
    for check in checks:
        check(world, model, (FIRST, world.today))


def _columns(table: str) -> list[tuple[str, str]]:
    """The cells of a table that some kind of file has."""
    found = {cell: None for kind in KINDS.values() for cell in kind.columns if cell[0] == table}
    started = {(WORKOUTS, "started_at"): None} if table == WORKOUTS else {}
    return [*found, *started]


def _silver(world: World, table: str, columns: list[str], days: Days) -> Shown:
    found: Shown = {}
    for row in world.lake.tables.read(silver.SCHEMAS[table], *days).to_pylist():
        record = (row["user_id"], row["day"], _key(table, row))
        if record in found:
            raise Broken("silver says the last word", f"{table} has {record} twice")
        found[record] = _rounded({name: row[name] for name in columns})
    return found


def _key(table: str, row: dict[str, Any]) -> str:
    if table == WORKOUTS:
        return str(row["started_at_local"].isoformat())
    return str(row["period_id"]) if table == NIGHTS else ""


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Values without those that are unknown; the last bits of a double are noise."""
    return {
        name: round(value, NOISE) if isinstance(value, float) else value
        for name, value in values.items()
        if value is not None
    }


def _same(invariant: str, what: str, expected: Any, found: Any) -> None:
    if expected == found:
        return
    told = [
        f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in sorted({*expected, *found}, key=str)
        if expected.get(key) != found.get(key)
    ]
    raise Broken(invariant, f"{what}: {'; '.join(told)}")


def _bronze_lines(world: World) -> Counter[str]:
    """How many lines that are rows bronze has of each file, by the name that the log has for it."""
    from bio_lakehouse.lake.bronze_plan import under_their_names

    lines = Counter[str]()
    for dataset in DATASETS:
        contents = world.lake.bronze.contents(dataset, FIRST, DAYS[-1].replace(day=30))
        decoded = {key: bronze.decode(content) for key, content in contents.items()}
        for versions in under_their_names(world.lake, decoded).values():
            lines.update(line.source_file for line in versions if not line.withdrawn)
    return lines


def _told_of(entry: LogEntry) -> str:
    counts = f"{entry.record_count} {entry.quarantined_count}"
    return f"{entry.user_id} {entry.data_type} {counts}"
