"""Which user a connection of this machine belongs to, and that others are not answered."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from bio_lakehouse.automation.own_user import TABLES, OwnUserOnly, user_of_connection

pytestmark = pytest.mark.skipif(
    not TABLES[0].exists(), reason="only Linux tells the user of a connection"
)
NOBODY = 65534
PYTHON = Path("/usr/bin/python3")
ASK = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read())"


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def address(request: pytest.FixtureRequest) -> tuple[socket.AddressFamily, str]:
    return request.param


@pytest.fixture
def url() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        OwnUserOnly(PlainTextResponse("done")), log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    serving.join()


def test_ones_own_connection_is_ones_own(address: tuple[socket.AddressFamily, str]) -> None:
    family, host = address
    with (
        socket.create_server((host, 0), family=family) as listener,
        socket.create_connection(listener.getsockname()[:2]) as client,
    ):
        ends = client.getsockname()[:2], listener.getsockname()[:2]
        assert user_of_connection(*ends) == os.geteuid()
        assert user_of_connection(ends[0], (host, 1)) is None


def test_a_socket_of_ipv6_that_speaks_ipv4_is_found() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_INET6) as client,
    ):
        client.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
        ends = ("127.0.0.1", client.getsockname()[1]), listener.getsockname()
        assert user_of_connection(*ends) == os.geteuid()


def test_ones_own_processes_are_answered(url: str) -> None:
    assert httpx.get(url).text == "done"


@pytest.mark.skipif(os.geteuid() != 0 or not PYTHON.exists(), reason="needs to be another user")
def test_another_user_is_not_answered(url: str) -> None:
    asked = subprocess.run(
        [str(PYTHON), "-c", ASK, url], user=NOBODY, cwd="/", capture_output=True, check=False
    )
    assert b"HTTP Error 403" in asked.stderr
    assert asked.stdout == b""
