"""How pages stand is looked up once, and again when anything has changed that they depend on."""

from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import kept_states
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings

SUNDAY = date(2026, 3, 1)
FOUND = {SUNDAY: "current"}
KEPT = "reports/me/states.json"


class Looks:
    """Counts how often somebody had to look."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> dict[date, str]:
        self.count += 1
        return FOUND


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    lake = Lakehouse.open(load_settings(home=tmp_path / "home"))
    lake.objects.put(report_key("me", SUNDAY), b"a page")
    return lake


@pytest.mark.parametrize(
    ("key", "content"),
    [
        (report_key("me", SUNDAY), b"another page"),
        ("views/bio_gold.energy_state.sql", b"SELECT 1"),
        (KEPT, b"damaged"),
        (KEPT, b"[]"),
    ],
)
def test_a_change_is_looked_at_once(lake: Lakehouse, key: str, content: bytes) -> None:
    look = Looks()
    assert kept_states.kept_or(lake, "me", look) == FOUND
    assert kept_states.kept_or(lake, "me", look) == FOUND
    assert look.count == 1
    lake.objects.put(key, content)
    assert kept_states.kept_or(lake, "me", look) == FOUND
    assert kept_states.kept_or(lake, "me", look) == FOUND
    assert look.count == 2


def test_another_person_is_looked_at_for_themselves(lake: Lakehouse) -> None:
    look = Looks()
    kept_states.kept_or(lake, "me", look)
    kept_states.kept_or(lake, "river", look)
    assert look.count == 2
