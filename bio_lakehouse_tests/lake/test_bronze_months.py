"""Files a month: a function of their days' lines, each of which is kept to the byte."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import bronze, bronze_months
from bio_lakehouse.lake.bronze import DayKey, Line
from bio_lakehouse.lake.bronze_months import MonthKey, months_between, pack, parse_key, unpack
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse_tests.lake.counted_objects import CountedObjects

FIRST = date(2026, 1, 1)
MONTH = MonthKey("oura/daily_sleep", FIRST, "me", "api")
Contents = dict[DayKey, bytes]


def lines_of(key: DayKey, *scores: int) -> bytes:
    made = [
        Line(f"{number}", f"v{number}", number, "f", "2026-03-01", "{}", f'{{"score":{score}}}')
        for number, score in enumerate(scores)
    ]
    return bronze.encode(key, made)


def day(number: int, *scores: int, user_id: str = "me") -> Contents:
    key = DayKey("oura/daily_sleep", FIRST + timedelta(number), user_id, "api")
    return {key: lines_of(key, *scores)}


def stored(folder: Path) -> dict[str, bytes]:
    store = FolderStore(folder)
    return {info.key: store.get(info.key) for info in store.list("bronze")}


said = st.dictionaries(
    st.tuples(st.integers(0, 70), st.sampled_from(["me", "ada"])),
    st.lists(st.integers(0, 100), min_size=1, max_size=3),
    min_size=1,
    max_size=12,
)


@given(said, st.randoms(), st.integers(1, 4))
def test_any_order_and_split_of_the_same_days_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    said: dict[tuple[int, str], list[int]],
    random: object,
    parts: int,
) -> None:
    days = [day(number, *scores, user_id=user) for (number, user), scores in said.items()]
    at_once, in_parts = (tmp_path_factory.mktemp("bronze") for _ in range(2))
    Bronze(FolderStore(at_once)).apply(
        {key: days[n][key] for n in range(len(days)) for key in days[n]}
    )
    random.shuffle(days)  # type: ignore[attr-defined]
    for start in range(parts):
        some = days[start::parts]
        # What a day said before is replaced by what it says.
        Bronze(FolderStore(in_parts)).apply(
            {key: lines_of(key, 1, 2, 3) for one in some for key in one}
        )
        Bronze(FolderStore(in_parts)).apply({key: one[key] for one in some for key in one})
    assert stored(in_parts) == stored(at_once)
    found = Bronze(FolderStore(at_once)).contents("oura/daily_sleep", FIRST, FIRST + timedelta(70))
    assert found == {key: lines for one in days for key, lines in one.items()}


def test_a_new_day_writes_one_file_and_leaves_the_others_to_the_byte(tmp_path: Path) -> None:
    known = {key: lines for number in range(90) for key, lines in day(number, number).items()}
    Bronze(FolderStore(tmp_path)).apply(known)
    before = stored(tmp_path)
    objects = CountedObjects(FolderStore(tmp_path))
    Bronze(objects).apply(day(40, 7, 8))
    changed = {name for name, content in stored(tmp_path).items() if before.get(name) != content}
    assert objects.written == ["bronze/oura/daily_sleep/month=2026-02/me.api.jsonl.gz"]
    assert objects.read == objects.written == sorted(changed)
    found = Bronze(FolderStore(tmp_path)).contents("oura/daily_sleep", FIRST, FIRST + timedelta(89))
    assert found == known | day(40, 7, 8)


def test_a_range_reads_the_months_of_its_days_alone(tmp_path: Path) -> None:
    for user in ("me", "ada"):
        for number in (0, 31, 59, 90):
            Bronze(FolderStore(tmp_path)).apply(day(number, 1, user_id=user))
    objects = CountedObjects(FolderStore(tmp_path))
    last_of_january, first_of_march = FIRST + timedelta(30), FIRST + timedelta(59)
    Bronze(objects).read("oura/daily_sleep", last_of_january, first_of_march)
    assert len(objects.read) == 2 * 3
    objects.read.clear()
    Bronze(objects).contents("oura/daily_sleep", first_of_march, first_of_march, "ada")
    assert objects.read == ["bronze/oura/daily_sleep/month=2026-03/ada.api.jsonl.gz"]


def test_a_month_whose_last_day_goes_has_no_file(tmp_path: Path) -> None:
    layer = Bronze(FolderStore(tmp_path))
    layer.apply(day(0, 1) | day(1, 2))
    layer.apply(dict.fromkeys(day(0, 1), b""))
    assert list(layer.contents(MONTH.dataset, FIRST, date(2026, 1, 31))) == list(day(1, 2))
    layer.apply(dict.fromkeys(day(1, 2), b""))
    assert stored(tmp_path) == {}


def test_what_a_month_holds_can_be_read_without_the_lake() -> None:
    days = {key.day: lines for key, lines in (day(4, 1) | day(2, 3)).items()}
    assert gzip.decompress(pack(days)) == days[FIRST + timedelta(2)] + days[FIRST + timedelta(4)]
    assert unpack(MONTH, pack(days), "") == days


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2026, 1, 31), date(2026, 1, 31), 1),
        (date(2026, 1, 31), date(2026, 2, 1), 2),
        (date(2025, 12, 5), date(2027, 1, 1), 14),
        (date(2026, 2, 1), date(2026, 1, 31), 0),
        (date(9999, 11, 9), date.max, 2),
    ],
)
def test_months_of_a_range(first: date, last: date, count: int) -> None:
    assert len(list(months_between(first, last))) == count


def test_names_are_read_as_they_are_written() -> None:
    odd = MONTH._replace(user_id="a.b_c")
    assert parse_key(odd.object_key) == odd
    for name in ("bronze/layout", f"{odd.object_key}x", odd.object_key.replace("-01/", "-13/")):
        assert parse_key(name) is None


WHOLE = {key.day: lines for number in range(5) for key, lines in day(number, 1, 2).items()}
OTHERS = {key.day: lines for key, lines in day(1, 5, user_id="ada").items()}
PACKED = pack(WHOLE)
DAMAGED = {
    "cut": PACKED[:-9],
    "cut early": PACKED[: len(PACKED) // 2],
    "empty": b"",
    "no gzip": gzip.decompress(PACKED),
    "a byte": PACKED[:-20] + bytes([PACKED[-20] ^ 1]) + PACKED[-19:],
    "cut before it was packed": gzip.compress(gzip.decompress(PACKED)[:-5]),
    "nothing packed": gzip.compress(b""),
    "of another person": pack(OTHERS),
    "of another month": pack(
        {
            date(2026, 2, 9): lines_of(DayKey("x", date(2026, 2, 9), "me", "y"))
            or lines_of(MONTH.day(date(2026, 2, 9)), 1)
        }
    ),
    "days not in order": gzip.compress(gzip.decompress(PACKED) + WHOLE[FIRST]),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_named_and_nothing_is_made_up(content: bytes) -> None:
    with pytest.raises(DamagedFile, match=r"me\.api\.jsonl\.gz"):
        bronze_months.check(MONTH, content, MONTH.object_key)
    readable = bronze_months.readable_days(MONTH, content)
    assert all(
        set(lines.split(b"\n")) <= set(WHOLE[day].split(b"\n")) for day, lines in readable.items()
    )


def test_of_a_file_that_is_cut_the_lines_before_the_cut_are_kept() -> None:
    (*others, newest) = WHOLE
    kept = bronze_months.readable_days(MONTH, DAMAGED["cut"])
    assert [kept[day] for day in others] == [WHOLE[day] for day in others]
    assert WHOLE[newest].startswith(kept.get(newest, b""))
    assert bronze_months.readable_days(MONTH, PACKED[:-8]) == WHOLE
