"""Whose process asks: on Linux the system tells the user of every connection of this machine.

Loopback is open to all who can log in to a machine, and Dagster's page has no login.
"""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
OWN, PEER, USER = 1, 2, 7
"""Columns of these tables. https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html"""
POLICY_VIOLATION = 1008
REASON = "Another user of this machine may not ask this server."


class OwnUserOnly:
    """ASGI middleware that passes on what this user's own processes ask; everything where nobody
    can tell."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.can_tell = all(table.exists() for table in TABLES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] in ("http", "websocket")
        if not is_asked or not self.can_tell or _is_own(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            refusal = PlainTextResponse(f"{REASON}\n", HTTPStatus.FORBIDDEN)
            await refusal(scope, receive, send)
        else:
            await WebSocketClose(POLICY_VIOLATION, REASON)(scope, receive, send)


def _is_own(scope: Scope) -> bool:
    return user_of_connection(scope["client"], scope["server"]) == os.geteuid()


def user_of_connection(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """Number of the user who opened that connection; None when it is not there any more.

    A connection that its client has closed already is listed as root's.
    """
    wanted = [(_written(client, mapped), _written(server, mapped)) for mapped in (False, True)]
    for table in TABLES:
        for line in table.read_text("ascii").splitlines()[1:]:
            columns = line.split()
            if (columns[OWN], columns[PEER]) in wanted:
                return int(columns[USER])
    return None


def _written(address: tuple[str, int], mapped: bool) -> str:
    """An address as the tables write it, `mapped` as that of an IPv6 socket that speaks IPv4."""
    host: IPv4Address | IPv6Address = ip_address(address[0])
    if mapped and isinstance(host, IPv4Address):
        host = IPv6Address(f"::ffff:{host}")
    packed = host.packed
    words = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    numbers = [int.from_bytes(word, sys.byteorder) for word in words]
    return f"{''.join(f'{number:08X}' for number in numbers)}:{address[1]:04X}"
