"""Leave to ask Claude comes from one place, and nothing else in the package can reach it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import bio_lakehouse
from bio_lakehouse.claude.access import access_of, preview_access
from bio_lakehouse.claude.consent import record_claude_consent
from bio_lakehouse.settings import Settings, load_settings

PACKAGE = Path(bio_lakehouse.__file__).parent
ONLY_IN = {
    "anthropic_api_key": {"settings.py", "claude/access.py", "automation/resources.py"},
    "ClaudeAccess(": {"claude/access.py"},
    "from anthropic": {"claude/transport.py"},
    "import anthropic": {"claude/transport.py"},
}


def settings_of(home: Path, **changes: object) -> Settings:
    return load_settings(home=home, **({"anthropic_api_key": "sk-test"} | changes))


def test_leave_takes_a_key_a_yes_and_no_wish_to_stay_local(tmp_path: Path) -> None:
    assert access_of(settings_of(tmp_path)) is None
    record_claude_consent(tmp_path, allowed=True)
    assert access_of(settings_of(tmp_path)) is not None
    assert access_of(settings_of(tmp_path, anthropic_api_key="")) is None
    assert access_of(settings_of(tmp_path, local_only=True)) is None
    record_claude_consent(tmp_path, allowed=False)
    assert access_of(settings_of(tmp_path)) is None


def test_access_is_as_the_settings_say(tmp_path: Path) -> None:
    record_claude_consent(tmp_path, allowed=True)
    changed = settings_of(tmp_path, claude_effort="none", claude_prices="1,2,3,0.5")
    access = access_of(changed)
    assert access is not None
    assert access.api_key.get_secret_value() == "sk-test"
    assert (access.effort, access.model) == (None, "claude-sonnet-5-5")
    assert access.prices is not None
    assert access.prices.output == 2.0


def test_what_is_only_shown_cannot_be_sent(tmp_path: Path) -> None:
    record_claude_consent(tmp_path, allowed=True)
    assert preview_access(settings_of(tmp_path)).api_key.get_secret_value() == ""


@pytest.mark.parametrize(("words", "homes"), ONLY_IN.items())
def test_the_key_and_the_sdk_are_used_in_one_place(words: str, homes: set[str]) -> None:
    said = [path for path in PACKAGE.rglob("*.py") if names_of(words) <= words_in(path)]
    found = {path for path in said if words in code_of(path)}
    assert {str(path.relative_to(PACKAGE)) for path in found} == homes


def names_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def words_in(path: Path) -> set[str]:
    """Whatever code and comments of a module say, however it is written."""
    return names_of(path.read_text("utf-8"))


def code_of(path: Path) -> str:
    """The code of a module without comments, in one writing."""
    return ast.unparse(ast.parse(path.read_text("utf-8")))
