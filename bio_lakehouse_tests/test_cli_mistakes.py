"""What a person mistypes is told in a sentence, and makes nothing."""

from __future__ import annotations

import runpy
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from bio_lakehouse.cli import main
from bio_lakehouse_tests.command_line import run
from bio_lakehouse_tests.lake.poison import no_files, sleep_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A lake to which a file came that says nothing: no run is needed."""
    (tmp_path / "answer.json").write_text('{"data": [], "next_token": null}')
    home = tmp_path / "home"
    result = run(home, "ingest", str(tmp_path / "answer.json"), "--user", "anna")
    assert result.exit_code == 0, result.output
    assert f"A new lake begins at {home}." in result.output
    return home


ASKING = [("query", "SELECT 1 AS one"), ("status",), ("report",), ("refresh",)]


@pytest.mark.parametrize("words", ASKING, ids=lambda words: words[0])
def test_a_home_that_is_not_there_is_told_and_not_made(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = run(tmp_path / "lakee", *words)
    assert result.exit_code == 1
    assert f"there is no lake at {tmp_path / 'lakee'}" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ASKING, ids=lambda words: words[0])
def test_a_folder_that_is_no_lake_is_left_as_it_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "holiday.jpg").write_text("x")
    result = run(tmp_path, *words)
    assert result.exit_code == 1
    assert "there is no lake at" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["--home", "x", "status"], "bio-lakehouse COMMAND --home …"),
        (["oura", "--user", "anna", "sync"], "bio-lakehouse oura COMMAND --user …"),
    ],
)
def test_an_option_that_stands_before_its_command_is_told_its_place(
    words: list[str], place: str
) -> None:
    result = CliRunner().invoke(main, words, prog_name="bio-lakehouse")
    assert result.exit_code == 2
    assert f"stands after their name: {place}" in " ".join(result.output.split())


def test_the_package_itself_is_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with patch("sys.argv", ["", "--version"]), pytest.raises(SystemExit) as ended:
        runpy.run_module("bio_lakehouse", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("bio-lakehouse, version ")


@pytest.mark.parametrize("words", [*ASKING[:2], ("report",)], ids=lambda words: words[0])
def test_a_user_whom_the_lake_does_not_know_is_told(home: Path, words: tuple[str, ...]) -> None:
    result = run(home, *words, "--user", "ana")
    assert result.exit_code == 1
    text = " ".join(result.output.split())
    assert "there is no user 'ana' in this lake; there are: anna, me. Did you mean anna?" in text


def test_a_new_user_of_a_lake_with_others_is_told(home: Path, tmp_path: Path) -> None:
    result = run(home, "ingest", str(tmp_path / "answer.json"), "--user", "ana")
    assert "new user ana: until now there are anna, me." in result.output


def test_a_dataset_that_is_mistyped_is_told_with_those_near_it(home: Path, tmp_path: Path) -> None:
    result = run(home, "ingest", str(tmp_path / "answer.json"), "--dataset", "daily_slep")
    assert result.exit_code == 2
    assert "there is no dataset 'daily_slep'; there are daily_sleep" in result.output


@pytest.mark.parametrize(
    ("name", "safe"),
    [("Anna", "anna"), ("two words", "two_words"), ("Zoë", "zoe"), ("日本", "somebody")],
)
def test_a_name_that_is_no_user_id_is_offered_its_safe_spelling(
    home: Path, tmp_path: Path, name: str, safe: str
) -> None:
    result = run(home, "ingest", str(tmp_path / "answer.json"), "--user", name)
    assert result.exit_code == 2
    assert f"write it as {safe}" in " ".join(result.output.split())
    folder = home / "landing" / name
    folder.mkdir()
    (folder / "daily_sleep.json").write_bytes(sleep_of("2026-03-01"))
    result = run(home, "ingest", str(tmp_path / "answer.json"), "--user", "anna")
    text = " ".join(result.output.split())
    assert f'bio-lakehouse ingest "…/landing/{name}" --user {safe}`' in text


def test_refusals_name_files_as_they_were_given_and_known_formats_once(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("beach,sun\n1,2\n")
    (home / "landing" / "anna" / "c.csv").write_text("sand,sea\n1,2\n")
    result = run(home, "ingest", "a.csv", "./b.csv")
    assert result.exit_code == 1
    text = " ".join(result.output.split())
    assert "not read a.csv is no known file; it begins with 'beach,sun'." in text
    assert "not read b.csv is no known file; it begins with 'beach,sun'." in text
    assert "refused anna/c.csv is no known file; it begins with 'sand,sea'." in text
    assert text.count("Read are Peloton's workout CSV") == 1
    last = result.output.strip().splitlines()[-1]
    assert last.startswith(
        "Files: 2 not taken. And 1 file of anna that waited in landing, 1 of them not taken "
        "whole: see `bio-lakehouse status --user anna`. Nothing changed"
    )
    assert "Read are Peloton's workout CSV" not in run(home, "status", "--user", "me").output


def test_a_wholly_quarantined_file_does_not_read_ingested(home: Path, tmp_path: Path) -> None:
    (tmp_path / "daily_sleep.json").write_bytes(sleep_of("2026-03-01", 300))
    result = run(home, "ingest", str(tmp_path / "daily_sleep.json"))
    assert result.exit_code == 1
    assert "Files: 1 came." in result.output
    lines = [line for line in run(home, "status").output.splitlines() if "daily_sleep.json" in line]
    assert "quarantined" in lines[0]
    assert "ingested" not in lines[0]


def test_a_refused_file_stays_in_the_status_whatever_came_since(tmp_path: Path) -> None:
    home, refused = tmp_path / "home", tmp_path / "old.json"
    refused.write_text('[{"summary_date": "2020-01-01", "score": 71}]')
    assert run(home, "ingest", str(refused)).exit_code == 1
    later = [tmp_path / f"daily_sleep {number}.json" for number in range(12)]
    for number, path in enumerate(later):
        path.write_text('{"data": [], "next_token": null}' + " " * number)
    assert run(home, "ingest", *map(str, later)).exit_code == 0

    said = " ".join(run(home, "status").stdout.split())
    assert "me/old.json" in said
    assert "API v1" in said
    assert said.count("me/daily_sleep") == 10


def test_what_is_passed_over_in_landing_is_told_by_every_command(home: Path) -> None:
    names = no_files(home / "landing" / "anna")
    for words in (("ingest", str(home.parent / "answer.json"), "--user", "anna"), ("status",)):
        result = run(home, *words)
        assert result.exit_code == 0, result.output
        for name in names:
            assert f"passed over landing/anna/{name}: it " in result.output
