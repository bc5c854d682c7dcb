"""What a user can set, run or materialise is documented; these tests fail when it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bio_lakehouse.cli import main
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.settings import documented_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(
    group: click.Group = main, path: str = "bio-lakehouse"
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


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
