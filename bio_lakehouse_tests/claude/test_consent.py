"""Nothing goes to Claude before a yes of the home's owner, and no folder's `.env` says yes for
them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse.claude.access import stays_local
from bio_lakehouse.claude.consent import FILE, claude_consent, record_claude_consent
from bio_lakehouse.cli import main
from bio_lakehouse.settings import load_settings

ASK = """
from bio_lakehouse.cli import ask_about_claude
from bio_lakehouse.settings import load_settings
ask_about_claude(load_settings())
"""


@pytest.fixture
def keyed_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home beside a key in the environment."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    monkeypatch.setenv("BIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def ask_in_a_process(stdin: int, stderr: int) -> int:
    return subprocess.run(
        [sys.executable, "-c", ASK], stdin=stdin, stderr=stderr, check=False
    ).returncode


def test_a_key_is_no_yes(keyed_home: Path) -> None:
    assert stays_local(load_settings())
    record_claude_consent(keyed_home, allowed=True)
    assert not stays_local(load_settings())
    assert stays_local(load_settings(local_only=True))
    record_claude_consent(keyed_home, allowed=False)
    assert stays_local(load_settings())


@pytest.mark.parametrize(
    "content", [b"", b"yes", b"allowed", b"refused on 2026-11-25\n", b"\xff\xfe"]
)
def test_an_answer_that_is_no_clear_yes_is_none(keyed_home: Path, content: bytes) -> None:
    keyed_home.mkdir()
    (keyed_home / FILE).write_bytes(content)
    assert stays_local(load_settings())


def test_the_commands_keep_the_answer_in_the_home(keyed_home: Path) -> None:
    said = CliRunner().invoke(main, ["claude", "allow"])
    assert said.exit_code == 0
    assert "bio-lakehouse claude forbid" in said.output
    assert claude_consent(keyed_home) is True
    assert CliRunner().invoke(main, ["claude", "forbid"]).exit_code == 0
    assert claude_consent(keyed_home) is False


@pytest.mark.parametrize(("typed", "answer"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_person_at_a_terminal_is_asked_once(keyed_home: Path, typed: bytes, answer: bool) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    assert ask_in_a_process(theirs, theirs) == 0
    assert claude_consent(keyed_home) is answer
    asked = os.read(ours, 4096)
    assert b"report --show-egress" in asked
    os.write(ours, b"n\n" if answer else b"y\n")
    assert ask_in_a_process(theirs, theirs) == 0
    assert claude_consent(keyed_home) is answer


def test_nobody_is_asked_where_nobody_sits(keyed_home: Path) -> None:
    read, write = os.pipe()
    assert ask_in_a_process(subprocess.DEVNULL, write) == 0
    os.close(write)
    with os.fdopen(read) as said:
        assert "To allow it: bio-lakehouse claude allow" in said.read()
    assert claude_consent(keyed_home) is None


def test_only_the_homes_own_env_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("BIO_USER", raising=False)
    here, home = tmp_path / "here", tmp_path / "home"
    for folder in (here, home):
        folder.mkdir()
    monkeypatch.chdir(here)
    elsewhere = f"ANTHROPIC_API_KEY=sk-test\nBIO_USER=ann\nBIO_HOME={tmp_path / 'other'}\n"
    (here / ".env").write_text(elsewhere)
    settings = load_settings(home=home)
    assert not settings.anthropic_api_key.get_secret_value()
    assert (settings.user, settings.home) == ("me", home)
    (home / ".env").write_text(elsewhere)
    settings = load_settings(home=home)
    assert settings.anthropic_api_key.get_secret_value() == "sk-test"
    assert (settings.user, settings.home) == ("ann", home)
