"""Ports of this machine alone, for whatever is served on them."""

from __future__ import annotations

import errno
import socket

from bio_lakehouse.errors import BioLakehouseError

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
NO_IPV6 = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})


def listeners_on(port: int, command: str) -> list[socket.socket]:
    """Sockets that listen on that port of loopback: `localhost` may mean either of its two
    addresses. `BioLakehouseError` when it is taken."""
    listeners: list[socket.socket] = []
    for family, address in LOOPBACK:
        try:
            listeners.append(socket.create_server((address, port), family=family))
        except OSError as error:
            if family == socket.AF_INET6 and error.errno in NO_IPV6:
                continue
            for listener in listeners:
                listener.close()
            raise BioLakehouseError(
                f"Port {port} cannot be used ({error.strerror}). End what uses it, or take another:"
                f" bio-lakehouse {command} --port {port % 65535 + 1}"
            ) from error
    return listeners
