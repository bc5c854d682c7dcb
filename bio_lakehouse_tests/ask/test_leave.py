"""Questions go to a language model only after a yes of the home's owner, and only to the address
that it was said of."""

from __future__ import annotations

import errno
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse.ask.translation.language_models import (
    GEMINI_URL,
    OPENAI_URL,
    LanguageModel,
    by_name,
    candidate,
    chosen,
    preview,
)
from bio_lakehouse.ask.translation.leave import FILE, leave_to_ask, record_leave_to_ask
from bio_lakehouse.claude.access import is_of_effort
from bio_lakehouse.claude.consent import record_claude_consent
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.cli import main
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.settings import Settings, load_settings

ANTHROPIC = "https://api.anthropic.com"
LOCAL = "http://localhost:11434/v1"
KEYS = {
    "anthropic_api_key": "sk-a",
    "openai_api_key": "sk-o",
    "gemini_api_key": "sk-g",
    "ask_url": f"{LOCAL}/",
}
ADDRESSES = {
    "claude-haiku-4-5": ANTHROPIC,
    "gpt-5-mini": OPENAI_URL,
    "o4-mini": OPENAI_URL,
    "gemini-2.5-flash": GEMINI_URL,
    "openai:gpt-oss:20b": LOCAL,
    "qwen3": LOCAL,
}
ASK = """
from bio_lakehouse.ask_leave_commands import ask_about_leave
from bio_lakehouse.settings import load_settings
ask_about_leave(load_settings(), lambda model: f"{model.name} would get: THE QUESTION")
"""


@pytest.fixture(autouse=True)
def _no_address_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


def settings_of(home: Path, **changes: object) -> Settings:
    return load_settings(home=home, **(KEYS | changes))


def asked_at(model: LanguageModel | None) -> str | None:
    return model.address if model else None


@pytest.mark.parametrize(("name", "address"), ADDRESSES.items())
def test_each_model_is_asked_at_its_own_address_with_leave_for_it(
    tmp_path: Path, name: str, address: str
) -> None:
    settings = settings_of(tmp_path, ask_model=name)
    assert asked_at(candidate(settings)) == address
    assert chosen(settings) is None
    for other in {*ADDRESSES.values()} - {address}:
        record_leave_to_ask(tmp_path, other, allowed=True)
    record_claude_consent(tmp_path, allowed=True)
    assert chosen(settings) is None
    with pytest.raises(SettingsError, match=f"ask allow --model {name}"):
        by_name(name, settings)
    record_leave_to_ask(tmp_path, address, allowed=True)
    assert asked_at(chosen(settings)) == asked_at(by_name(name, settings)) == address
    record_leave_to_ask(tmp_path, address, allowed=False)
    assert chosen(settings) is None


LACKING = [
    ("claude-haiku-4-5", {"anthropic_api_key": ""}, "needs a key in ANTHROPIC_API_KEY"),
    ("gpt-5-mini", {"openai_api_key": ""}, "needs a key in OPENAI_API_KEY"),
    ("gemini-2.5-flash", {"gemini_api_key": ""}, "needs a key in GEMINI_API_KEY"),
    ("openai:llama", {"ask_url": ""}, "BIO_ASK_URL does not say where openai:llama is asked"),
    ("claude-haiku-4-5", {"local_only": True}, "BIO_LOCAL_ONLY is set"),
    ("openai:llama", {"local_only": True}, "BIO_LOCAL_ONLY is set"),
]


@pytest.mark.parametrize(("name", "changes", "said"), LACKING)
def test_what_is_missing_is_said_and_nobody_is_asked(
    tmp_path: Path, name: str, changes: dict[str, object], said: str
) -> None:
    for address in ADDRESSES.values():
        record_leave_to_ask(tmp_path, address, allowed=True)
    settings = settings_of(tmp_path, ask_model=name, **changes)
    assert (chosen(settings), candidate(settings)) == (None, None)
    with pytest.raises(SettingsError, match=said):
        by_name(name, settings)


def test_another_address_of_claude_needs_its_own_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_leave_to_ask(tmp_path, ANTHROPIC, allowed=True)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://elsewhere.example/")
    settings = settings_of(tmp_path)
    assert chosen(settings) is None
    assert asked_at(candidate(settings)) == "https://elsewhere.example"


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_is_only_shown_cannot_be_sent(tmp_path: Path, name: str) -> None:
    shown = preview(settings_of(tmp_path), name)
    answer = shown.answer("", [""], {}, deadline=float("inf"))
    assert "nobody has given leave" in answer.failure
    assert "sk-" not in repr(shown)


@pytest.mark.parametrize(
    "url", ["ftp://x", "localhost:11434", "https://me:secret@host/v1", "https://host /v1"]
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="BIO_ASK_URL"):
        load_settings(home=tmp_path, ask_url=url)


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("claude-haiku-4-5", False),
        ("claude-sonnet-4-5-20250929", False),
        ("claude-sonnet-4-6", True),
        ("claude-sonnet-5", True),
        ("claude-haiku-5-5", True),
        ("claude-of-tomorrow", True),
    ],
)
def test_older_models_are_told_no_effort(tmp_path: Path, name: str, takes: bool) -> None:
    assert is_of_effort(name) is takes
    body = preview(settings_of(tmp_path), name).body("", [""], {"type": "object"})
    assert ('"effort":"low"' in body) is takes


EFFORTS = [
    ("gpt-5-mini", {}, True),
    ("gemini-2.5-flash", {}, True),
    ("gpt-4.1", {}, False),
    ("openai:llama3.3", {}, False),
    ("openai:gpt-oss:20b", {"ask_effort": "low"}, True),
    ("gpt-5-mini", {"ask_effort": "none"}, False),
]


@pytest.mark.parametrize(("name", "changes", "takes"), EFFORTS)
def test_an_effort_is_told_where_it_is_taken_or_set(
    tmp_path: Path, name: str, changes: dict[str, object], takes: bool
) -> None:
    body = preview(settings_of(tmp_path, **changes), name).body("", [""], {})
    assert ('"reasoning_effort":"low"' in body) is takes


USED = [Usage(1_000_000, 0, 0, 0)]


def test_prices_that_are_set_are_those_of_the_model_that_is_set(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path, ask_model="qwen3", ask_prices="7,1,1,1", claude_prices="9,1,1,1"
    )
    costs = {name: preview(settings, name).cost(USED) for name in ADDRESSES}
    assert costs.pop("qwen3") == 7.0
    assert costs.pop("openai:gpt-oss:20b") is None
    assert costs.pop("claude-haiku-4-5") == pytest.approx(1.0)
    assert all(cost and cost not in (7.0, 9.0) for cost in costs.values())
    assert preview(settings, settings.claude_model).cost(USED) == 9.0


@pytest.mark.parametrize("content", [b"", b"yes", b"[]", b"\xff\xfe", b'{"other": "allowed on x"}'])
def test_an_answer_that_is_no_clear_yes_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert chosen(settings_of(tmp_path)) is None


def run(*words: str) -> str:
    done = CliRunner().invoke(main, ["ask", *words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def keyed_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home beside a key in the environment."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    monkeypatch.setenv("BIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_an_answer_that_cannot_be_kept_leaves_the_ones_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    record_leave_to_ask(tmp_path, LOCAL, allowed=False)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        record_leave_to_ask(tmp_path, LOCAL, allowed=True)
    assert leave_to_ask(tmp_path, LOCAL) is False
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_commands_keep_the_answer_in_the_home(keyed_home: Path) -> None:
    assert "bio-lakehouse ask forbid" in run("allow")
    other = run("allow", "--model", "gpt-5-mini")
    assert "api.openai.com" in other
    assert "Nothing is sent yet: gpt-5-mini needs a key in OPENAI_API_KEY" in other
    assert leave_to_ask(keyed_home, ANTHROPIC) is True
    run("forbid")
    assert leave_to_ask(keyed_home, ANTHROPIC) is False
    assert leave_to_ask(keyed_home, OPENAI_URL) is False


def ask_in_a_process(stdin: int, stderr: int) -> None:
    subprocess.run([sys.executable, "-c", ASK], stdin=stdin, stderr=stderr, check=True)


@pytest.mark.parametrize(("typed", "answer"), [(b"y\n", True), (b"\n", False)])
def test_a_person_at_a_terminal_is_shown_it_and_asked_once(
    keyed_home: Path, typed: bytes, answer: bool
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    ask_in_a_process(theirs, theirs)
    assert leave_to_ask(keyed_home, ANTHROPIC) is answer
    told = os.read(ours, 4096)
    assert b"THE QUESTION" in told
    assert ANTHROPIC.encode() in told
    os.write(ours, b"n\n" if answer else b"y\n")
    ask_in_a_process(theirs, theirs)
    assert leave_to_ask(keyed_home, ANTHROPIC) is answer


def test_nobody_is_asked_where_nobody_sits(keyed_home: Path) -> None:
    read, write = os.pipe()
    ask_in_a_process(subprocess.DEVNULL, write)
    os.close(write)
    with os.fdopen(read) as said:
        assert "To allow it: bio-lakehouse ask allow" in said.read()
    assert leave_to_ask(keyed_home, ANTHROPIC) is None
