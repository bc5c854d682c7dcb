"""What a child of the warm process is told to do; arguments and answers are plain JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bio_lakehouse.cli import main
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.sources.oura import oauth
from bio_lakehouse.sources.oura.http_client import open_http
from bio_lakehouse.sources.oura.tokens import FileTokenStore
from bio_lakehouse_tests.faults import holdings, way
from bio_lakehouse_tests.sources.oura_server import connection_at


def go(home: str, files: list[str], stages: list[str]) -> None:
    """Those stages of the way; an error of the family ends it as the command line does."""
    try:
        way.go(Path(home), list(map(Path, files)), stages)
    except BioLakehouseError as error:
        print(f"Error: {error}")
        raise SystemExit(1) from error


def command(*words: str) -> None:
    """A command, as the shell would run it."""
    main(list(words))


def commands(*lines: list[str]) -> None:
    """Commands one after the other; the first that cannot go on ends them.

    A file of which a row is in quarantine ends a command with 1 that did all it could: that counts
    as going on.
    """
    for words in lines:
        try:
            main(words)
        except SystemExit as end:
            if end.code not in (0, 1):
                raise


def held(home: str) -> dict[str, Any]:
    """What the lake at `home` holds, and what lies in it that nothing reads."""
    lake = way.open_lake(Path(home))
    return {"holds": holdings.holdings_of(lake), "left": holdings.left_behind(lake)}


def go_and_look(home: str, files: list[str], stages: list[str]) -> dict[str, Any]:
    """Those stages of the way, and what the lake holds then."""
    go(home, files, stages)
    return held(home)


def renew_tokens(home: str, address: str) -> None:
    """Have tokens of Oura that are good for another minute."""
    connection = connection_at(address)
    store = FileTokenStore(Path(home) / "secrets" / "oura-me.json")
    try:
        with open_http(connection.retry_policy) as http:
            oauth.Session(connection, store, http).tokens()
    except BioLakehouseError as error:
        print(f"Error: {error}")
        raise SystemExit(1) from error
