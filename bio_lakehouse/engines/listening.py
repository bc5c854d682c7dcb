"""Ending a port that a library of this process listens at, while the connection that is there
stays."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

DESCRIPTORS = Path("/dev/fd")
MAPPED = "::ffff:"
Address = tuple[str, int]


class Endpoints(NamedTuple):
    """A TCP socket of this process; one that listens has no peer."""

    descriptor: int
    own: Address
    peer: Address | None


def only_connection_kept(port: int) -> bool:
    """End listening at a port of 127.0.0.1; whether one connection of this process is all it has.

    When somebody else is connected, everybody is hung up on.

    The library keeps a descriptor that is valid, but no longer a socket that listens: closing it
    would give its number to the next file that is opened.
    """
    for listener in [found for found in _tcp_sockets() if _listens(found, port)]:
        with socket.socket() as idle:
            os.dup2(idle.fileno(), listener.descriptor, inheritable=False)
    sockets = list(_tcp_sockets())
    ours = {found.own for found in sockets if found.peer == ("127.0.0.1", port)}
    connected = [found for found in sockets if found.own[1] == port]
    is_alone = len(connected) == 1 and connected[0].peer in ours
    if not is_alone:
        for found in connected:
            _hang_up(found.descriptor)
    return is_alone


def _listens(found: Endpoints, port: int) -> bool:
    return found.own[1] == port and found.peer is None


def _tcp_sockets() -> Iterator[Endpoints]:
    for path in list(DESCRIPTORS.iterdir()):
        # Other threads open and close descriptors meanwhile.
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(path.name)).st_mode):
                yield from _endpoints(int(path.name))


def _endpoints(descriptor: int) -> Iterator[Endpoints]:
    looked_at = socket.socket(fileno=descriptor)
    try:
        if looked_at.family in (socket.AF_INET, socket.AF_INET6):
            yield Endpoints(descriptor, _address(looked_at.getsockname()), _peer(looked_at))
    finally:
        looked_at.detach()


def _hang_up(descriptor: int) -> None:
    looked_at = socket.socket(fileno=descriptor)
    with suppress(OSError):
        looked_at.shutdown(socket.SHUT_RDWR)
    looked_at.detach()


def _peer(looked_at: socket.socket) -> Address | None:
    try:
        return _address(looked_at.getpeername())
    except OSError:
        return None


def _address(name: tuple[str, int]) -> Address:
    """The same for a socket of IPv6 that speaks IPv4, as gRPC's do."""
    return name[0].removeprefix(MAPPED), name[1]
