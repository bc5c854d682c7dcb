"""What a user can set, run or materialise is documented; these tests fail when it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bio_lakehouse.ask_commands import AskGroup
from bio_lakehouse.cli import main
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.settings import Settings, UserProfile, documented_settings
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(
    group: click.Group = main, path: str = "bio-lakehouse"
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, AskGroup):
            yield f"{path} {name}", command.question
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_the_readmes_users_are_read_and_show_all_that_can_be_said_of_one() -> None:
    example = README.partition("```toml\n# users.toml")[2].partition("```")[0]
    (user,) = Settings().profiles_in(f"# users.toml{example}", "README").values()
    assert not UserProfile.model_fields.keys() - user.model_fields_set


def test_every_setting_is_in_the_example_environment_and_the_readme() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    written = re.findall(r"^# ([A-Z0-9_]+)=(.*)$", example, re.MULTILINE)
    assert written == [(variable, default) for variable, default, _ in documented_settings()]
    for variable, default, meaning in documented_settings():
        assert meaning in example
        assert f"| `{variable}` | {f'`{default}`' if default else ''} | {meaning} |" in README


@pytest.mark.parametrize("name", [name.partition(".")[2] for name in DESCRIBED])
def test_every_table_and_view_is_in_the_readmes_map_of_the_lake(name: str) -> None:
    lake = README.partition("## What is in the lake")[2].partition("```\n\n")[0]

    assert re.search(rf"\b{name}\b", lake)


@pytest.mark.parametrize("source", registry.SOURCES, ids=lambda source: source.name)
def test_every_format_is_in_the_readme_with_how_one_gets_it(source: Source) -> None:
    rows = [line for line in README.splitlines() if line.startswith(f"| {source.title} | ")]
    for one in source.formats:
        assert [row for row in rows if row.endswith(f"| {one.obtained} |")], one.title


@pytest.mark.parametrize("source", registry.SOURCES, ids=lambda source: source.name)
def test_the_help_of_a_vendors_commands_lists_its_settings(source: Source) -> None:
    told = CliRunner().invoke(main, [source.name, "--help"]).output
    assert source.fetcher is not None
    named = {name for name in Settings.model_fields if name.startswith(source.fetcher.settings)}
    assert len(named) > 3
    assert all(f"BIO_{name.upper()}" in told for name in named)


def test_the_help_of_ingest_lists_every_format() -> None:
    told = " ".join(CliRunner().invoke(main, ["ingest", "--help"]).output.split()).lower()
    assert all(one.title.lower() in told for one in registry.formats())


@pytest.mark.parametrize(("path", "command"), list(commands()))
def test_every_command_teaches_and_is_in_the_readme(path: str, command: click.Command) -> None:
    assert "Example:" in (command.help or "")
    assert path in (command.help or "")
    assert f"`{path}" in README
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--home" in options
    assert all(
        isinstance(p, click.Argument) or getattr(p, "help", None) or p.name == "port"
        for p in command.params
    )
