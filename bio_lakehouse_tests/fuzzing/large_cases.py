"""Files that are large by mistake, or as ten years of readings are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bio_lakehouse_tests.fuzzing.cases import Make, case

MEGABYTE = 1 << 20
_START = datetime(2016, 1, 1, tzinfo=UTC)
_READINGS_AT_ONCE = 50_000


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def _of(pattern: bytes, size: int, start: bytes = b"") -> Make:
    """A file that begins so and goes on with a pattern."""

    def make(path: Path) -> None:
        block = pattern * (MEGABYTE // len(pattern))
        with path.open("wb") as file:
            file.write(start)
            for _ in range(size // MEGABYTE):
                file.write(block)

    return make


def readings(count: int, seconds: float) -> Make:
    """That many heart rates, so many seconds apart, as the account export writes them."""

    def make(path: Path) -> None:
        with path.open("w") as file:
            file.write("timestamp;bpm;source\n")
            for start in range(0, count, _READINGS_AT_ONCE):
                some = range(start, min(start + _READINGS_AT_ONCE, count))
                file.write("".join(_rows(some, seconds)))

    return make


def _rows(numbers: range, seconds: float) -> Iterator[str]:
    for number in numbers:
        moment = _START + timedelta(seconds=int(number * seconds))
        yield f"{moment:%Y-%m-%dT%H:%M:%S}.000Z;{40 + number % 90};awake\n"


_ANSWER = b'{"timestamp": "2026-03-01T00:00:00Z", "bpm": 60, "source": "rest"},'

LARGE = (
    case("1 GB of nothing", "video.mp4", _sparse, "refused", "binary file", only_given=True),
    case(
        "100 MB in one line",
        "workouts.csv",
        _of(b"a", 100 * MEGABYTE),
        "refused",
        "no known file",
        is_slow=True,
    ),
    case(
        "100 MB in one line after a header",
        "workouts.csv",
        _of(b"a", 100 * MEGABYTE, b"Workout Timestamp,Fitness Discipline\n"),
        "refused",
        "the most that is read",
        is_slow=True,
    ),
    case(
        "90 MB in one line of readings",
        "heartrate.csv",
        _of(b"1", 90 * MEGABYTE, b"timestamp;bpm;source\n"),
        "kept",
        "characters in a line",
        is_slow=True,
    ),
    case("100 MB of commas", "workouts.csv", _of(b",", 100 * MEGABYTE), "refused", is_slow=True),
    case(
        "400 MB of an answer",
        "heartrate.json",
        _of(_ANSWER, 400 * MEGABYTE, b'{"data": ['),
        "refused",
        "the most that is read",
        is_slow=True,
    ),
    case(
        "5,000,000 readings",
        "heartrate.csv",
        readings(5_000_000, 64),
        "taken",
        rows=5_000_000,
        is_slow=True,
    ),
    case(
        "1 GB of readings",
        "heartrate.csv",
        readings(26_000_000, 12),
        "taken",
        rows=26_000_000,
        is_slow=True,
    ),
)
