"""The PostgreSQL of Dagster's record of runs, where one is set: its address, whether it can be
used, and what its refusals mean. No message has the password."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from sqlalchemy import URL, NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from bio_lakehouse.errors import BioLakehouseError, SettingsError, StoreError
from bio_lakehouse.lake.store_errors import causes
from bio_lakehouse.settings import Settings

VARIABLE = "BIO_DAGSTER_POSTGRES_URL"
DRIVER = "postgresql+psycopg2"
"""Named, since SQLAlchemy 2.1 takes another one by default than Dagster brings along."""
SCHEMES = ("postgresql", "postgres", DRIVER)
HOST = re.compile(r"[A-Za-z0-9_.:-]+")
CONNECT_SECONDS = 10
MAKING_TABLES = int.from_bytes(b"biotable")
"""The key of that lock."""
NO_ADDRESS = (
    f"{VARIABLE} is no address of a PostgreSQL database: write it as "
    "postgresql://user:password@host:5432/database, and characters such as @, : and / in the "
    "password as %40, %3A and %2F"
)
NOT_INSTALLED = (
    f"{VARIABLE} is set, and what Dagster needs for PostgreSQL is not installed. Run "
    '`pip install "bio-lakehouse[postgres]"`.'
)
MEANINGS = (
    ("password authentication failed", "does not know user {user} with this password", "{correct}"),
    ("Connection refused", "does not answer", "start it, or {correct}"),
    ("could not translate host name", "has a host that nobody knows", "{correct}"),
    ("timeout expired", "does not answer", "see that this machine may reach it, or {correct}"),
    ("does not exist", "has no database {database}", "create it (`createdb`), or {correct}"),
    (
        "permission denied for schema",
        "lets user {user} make no tables in {database}",
        'as its owner run `GRANT CREATE ON SCHEMA public TO "{user}"`',
    ),
    ("No space left", "has a full disk", "give it more room and run the same again"),
    ("too many clients", "has no connection left", "raise its `max_connections`"),
    ("connection slots are reserved", "has no connection left", "raise its `max_connections`"),
    (
        "server closed the connection",
        "ended the connection",
        "run the same again once it is there; what had arrived is kept",
    ),
    (
        "terminating connection",
        "ended the connection",
        "run the same again once it is there; what had arrived is kept",
    ),
)
"""What the server says, what that means, and what to do about it."""


def is_set(settings: Settings) -> bool:
    """Whether Dagster's record of runs is in a PostgreSQL."""
    return bool(settings.dagster_postgres_url.get_secret_value())


def address_of(settings: Settings) -> str:
    """The address with its password, as SQLAlchemy takes it; `SettingsError` when it is none."""
    return with_driver(settings.dagster_postgres_url.get_secret_value())


def with_driver(address: str) -> str:
    """`address` with the driver that Dagster's own PostgreSQL storage was written for."""
    return _parsed(address).set(drivername=DRIVER).render_as_string(hide_password=False)


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise SettingsError(NO_ADDRESS) from None
    host = str(url.host or "")
    has_host = bool(HOST.fullmatch(host)) or "host" in url.query
    if url.drivername not in SCHEMES or not (has_host and url.database):
        raise SettingsError(NO_ADDRESS)
    return url


def check_server(settings: Settings) -> None:
    """Raise `SettingsError` or `StoreError`, with the next step, unless the database can be
    reached."""
    address = address_of(settings)
    if find_spec("dagster_postgres") is None:
        raise SettingsError(NOT_INSTALLED)
    seconds = {"connect_timeout": CONNECT_SECONDS}
    engine = create_engine(address, poolclass=NullPool, connect_args=seconds)
    with refusals_named(settings):
        engine.connect().close()


@contextmanager
def making_tables(address: str) -> Iterator[None]:
    """Hold the database's lock for making tables: PostgreSQL refuses one of two machines that make
    the same table at once."""
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MAKING_TABLES})
        yield


@contextmanager
def refusals_named(settings: Settings) -> Iterator[None]:
    """What PostgreSQL refuses inside becomes a `StoreError` that says what to do."""
    try:
        yield
    except BioLakehouseError:
        raise
    except Exception as error:
        refusal = next(filter(is_refusal, causes(error)), None)
        if refusal is None or not is_set(settings):
            raise
        raise explained(refusal, _parsed(address_of(settings))) from None


def is_refusal(error: BaseException) -> bool:
    return not isinstance(error, DBAPIError) and type(error).__module__.startswith("psycopg2")


def explained(refusal: BaseException, url: URL) -> StoreError:
    """What PostgreSQL said, as a sentence."""
    said = str(refusal).strip().splitlines()[0].replace(url.password or "\0", "…")
    known = ((what, step) for words, what, step in MEANINGS if words in str(refusal))
    what, step = next(known, (f"refused ({said})", "{correct}, or ask who looks after it"))
    names = {
        "user": url.username,
        "database": url.database,
        "correct": f"correct {VARIABLE}",
    }
    host = url.host or url.query.get("host")
    server = f"PostgreSQL at {host}:{url.port or 5432}"
    return StoreError(f"{server} {what}: {step}.".format(**names))


@contextmanager
def told_to_dagster(settings: Settings) -> Iterator[None]:
    """The address in this process's environment, for as long as Dagster looks it up there: it stays
    out of what is started later."""
    if not is_set(settings) or VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = settings.dagster_postgres_url.get_secret_value()
    try:
        yield
    finally:
        del os.environ[VARIABLE]
