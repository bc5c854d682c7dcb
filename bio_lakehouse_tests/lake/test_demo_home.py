"""The demo's home is made afresh by every demo; a home with anything of a person's own is never
touched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from bio_lakehouse.cli import main
from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import arrivals, demo_home
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.automation.test_kill import contents
from bio_lakehouse_tests.lake.test_arrivals import trends
from bio_lakehouse_tests.whole_log import entries_of


def brought_in(home: Path, seed: int, last: date) -> Lakehouse:
    """What a demo does up to bronze."""
    lake = Lakehouse.open(Settings(home=home, timezone="UTC", today_override=last))
    demo_home.make_afresh(lake.settings)
    files = demo.write_files(demo.simulate(10, seed, last, timezone="UTC"), home.parent / str(seed))
    demo_home.note_files(home, files)
    for file in files:
        arrivals.ingest(lake, file, "me")
    return lake


def everything(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_second_demo_is_as_if_it_were_the_first(tmp_path: Path) -> None:
    brought_in(tmp_path / "twice" / "home", 1, date(2026, 3, 1))
    twice = brought_in(tmp_path / "twice" / "home", 2, date(2026, 3, 5))
    once = brought_in(tmp_path / "once" / "home", 2, date(2026, 3, 5))
    landed = [everything(lake.settings.home / "landing") for lake in (twice, once)]
    assert landed[0] == landed[1]
    paths = [{entry.file_path for entry in entries_of(lake.log)} for lake in (twice, once)]
    assert paths[0] == paths[1]
    assert arrivals.pending(twice) == arrivals.pending(once)


def test_a_home_that_is_not_the_demos_is_left_as_it_is(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "trends.csv"
    file.write_bytes(trends(d01=80))
    arrivals.ingest(Lakehouse.open(load_settings(home=home)), file, "me")
    before = everything(home / "landing")
    answer = CliRunner().invoke(main, ["demo", "--home", str(home)])
    assert answer.exit_code == 1
    assert "holds things that no demo has made" in answer.output
    assert before == everything(home / "landing")
    assert not (home / demo_home.MARK).exists()


def test_a_persons_own_file_in_the_demos_home_stops_the_next_demo(tmp_path: Path) -> None:
    lake = brought_in(tmp_path / "home", 1, date(2026, 3, 1))
    (tmp_path / "trends.csv").write_bytes(trends(d01=80))
    arrivals.ingest(lake, tmp_path / "trends.csv", "me")
    before = everything(tmp_path / "home" / "landing")
    with pytest.raises(StoreError, match=r"landing/me/trends\.csv is not of the demo"):
        demo_home.make_afresh(lake.settings)
    assert everything(tmp_path / "home" / "landing") == before


def test_a_demo_that_was_killed_while_it_emptied_its_home_goes_on(tmp_path: Path) -> None:
    lake = brought_in(tmp_path / "home", 1, date(2026, 3, 1))
    (tmp_path / "home" / "log.db").unlink()
    demo_home.make_afresh(lake.settings)
    assert {path.name for path in (tmp_path / "home").iterdir()} == {demo_home.MARK}


def test_an_open_ui_or_a_bucket_stops_the_demo(tmp_path: Path) -> None:
    lake = brought_in(tmp_path / "home", 1, date(2026, 3, 1))
    (tmp_path / "home" / "dagster").mkdir()
    with (
        FileLock(tmp_path / "home" / demo_home.UI_LOCK),
        pytest.raises(StoreError, match="the UI is open over"),
    ):
        demo_home.make_afresh(lake.settings)
    apart = Settings(home=tmp_path / "home", landing_url="s3://bucket/mine")
    with pytest.raises(StoreError, match="BIO_LANDING_URL is set"):
        demo_home.make_afresh(apart)


@pytest.mark.slow
def test_the_command_twice(tmp_path: Path) -> None:
    command = ["demo", "--days", "30", "--home", str(tmp_path / "home")]
    for seed in ("1", "2"):
        assert CliRunner().invoke(main, [*command, "--seed", seed]).exit_code == 0
    once = [*command[:-1], str(tmp_path / "once"), "--seed", "2"]
    assert CliRunner().invoke(main, once).exit_code == 0
    lakes = [Lakehouse.open(load_settings(home=tmp_path / name)) for name in ("home", "once")]
    assert contents(lakes[0]) == contents(lakes[1])
