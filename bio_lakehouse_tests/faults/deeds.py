"""What a child of the warm process is told to do; arguments and answers are plain JSON."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from bio_lakehouse.cli import main
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.sources.oura import oauth
from bio_lakehouse.sources.oura.http_client import open_http
from bio_lakehouse.sources.oura.tokens import FileTokenStore
from bio_lakehouse_tests import test_damaged_homes
from bio_lakehouse_tests.faults import holdings, way
from bio_lakehouse_tests.faults.interposing import Happens, arm
from bio_lakehouse_tests.sources.oura_server import connection_at


def go(home: str, files: list[str], stages: list[str]) -> None:
    """Those stages of the way; an error of the family ends it as the command line does."""
    try:
        way.go(Path(home), list(map(Path, files)), stages)
    except BioLakehouseError as error:
        print(f"Error: {error}")
        raise SystemExit(1) from error


def command(*words: str) -> None:
    """A command, as the shell would run it.

    A file of which a row is in quarantine ends with 1 a command that did all it could: that counts
    as going on.
    """
    try:
        main(list(words))
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


def build_to_damage(folder: str) -> str:
    """Build the home whose files are damaged; what it answers."""
    return test_damaged_homes.answer(test_damaged_homes.built_in(Path(folder)))


def damage(home: str, right: str, file: str, way_of_it: str) -> bool:
    """Damage a file, and see that it is made again; whether that took a `repair`."""
    return test_damaged_homes.check_made_again(Path(home), right, file, way_of_it)


def go_beside_another(
    home: str, files: list[str], stages: list[str], at: int, seconds: float
) -> list[int]:
    """Two go the same way at once: the first stands still at its call number `at` until the second
    is done, or waits for it; how each ended."""
    first = _forked(home, files, stages, at)
    _, status = os.waitpid(first, os.WUNTRACED)
    is_still = os.WIFSTOPPED(status)
    second = _forked(home, files, stages, 0)
    until, ended = time.monotonic() + seconds, 0
    while not ended and time.monotonic() < until:
        ended, second_status = os.waitpid(second, os.WNOHANG)
        time.sleep(0.05)
    if is_still:
        os.kill(first, signal.SIGCONT)
        _, status = os.waitpid(first, 0)
    if not ended:
        _, second_status = os.waitpid(second, 0)
    return [os.waitstatus_to_exitcode(one) for one in (status, second_status)]


def _forked(home: str, files: list[str], stages: list[str], at: int) -> int:
    """A process that goes the way and stands still at a call, or at none for 0."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        arm(Path(home), Happens.STOPPED, at, -1)
        go(home, files, stages)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)
