"""What BIO_SPARK_REMOTE may say: Spark on this machine's Java, or an address of Spark Connect."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

DEFAULT_PORT = 15002
SCHEME = "sc://"
MASTER = re.compile(r"local(\[(\*|[1-9][0-9]*)\])?")
SIGNED_IN = re.compile(r"//[^/]*@")


def starts_here(address: str | None) -> bool:
    """Whether BIO_SPARK_REMOTE asks for a Spark on this machine's Java: `local`, `local[2]`,
    `local[*]`."""
    return bool(address and MASTER.fullmatch(address))


def known_spark(address: str) -> str:
    """`address` itself; raises ValueError unless it is one of both."""
    if not starts_here(address):
        try:
            endpoint_of(address)
        except ValueError as error:
            raise ValueError(
                f"{error}; nor is it local, local[2] or local[*], which ask for Spark on this "
                "machine. Unset it to use Sail."
            ) from error
    return address


def endpoint_of(address: str) -> tuple[str, int]:
    """Host and port of a Spark Connect address such as `sc://host:15002/;use_ssl=true`; raises
    ValueError where it is none."""
    no_address = f"{without_secrets(address)!r} is no Spark Connect address such as sc://host:15002"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(no_address) from error
    path = parts.path.partition(";")[0]
    if not address.startswith(SCHEME) or not host or path not in ("", "/") or port == 0:
        raise ValueError(no_address)
    return host, port or DEFAULT_PORT


def without_secrets(address: str) -> str:
    """An address as it may be shown: without a password, and without what follows a semicolon,
    which may be a token."""
    shown, semicolon, _ = SIGNED_IN.sub("//…@", address).partition(";")
    return f"{shown};…" if semicolon else shown


def meant_by(shown: str | None, own: str | None) -> str | None:
    """The address of which `shown` is what may be shown: a home's own where it is that, else
    `shown` itself."""
    return own if own and without_secrets(own) == shown else shown
