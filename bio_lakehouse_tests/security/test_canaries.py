"""No secret shows in what a command says or leaves behind, also where a service throws it back.

What Dagster keeps and shows of a run is held in `automation/test_resources.py`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse.cli import main
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse_tests.aws.loopback import served

CANARY = "canary-5e1f"
TOKENS = ("access", "refresh")
"""Of Oura's, which the home keeps in a file of its own."""


LONG_AGO = 1_000_000.0
"""When the access token expired, in seconds since 1970: it is renewed before it is used."""


class ThrowsBack(BaseHTTPRequestHandler):
    """A service that refuses everything, and repeats all that it was sent."""

    def _refuse(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = f"{self.path} {self.headers} {self.rfile.read(length).decode(errors='replace')}"
        body = json.dumps({"error": sent, "detail": sent, "message": sent, "title": sent}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _refuse  # noqa: N815 - the base class calls these names

    def log_message(self, *_: object) -> None:
        """Nothing of it is said."""


def said_by(words: Sequence[str]) -> str:
    result = CliRunner().invoke(main, list(words))
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit | None)
    return result.output


def secret_settings() -> list[str]:
    """The settings that are secrets, by their types."""
    fields = Settings.model_fields.items()
    return [name for name, field in fields if "SecretStr" in str(field.annotation)]


def canary_of(name: str, address: str) -> str:
    """A secret in the form in which its setting takes it."""
    port = address.rpartition(":")[2]
    urls = {
        "dagster_postgres_url": f"postgresql://me:{CANARY}-{name}@127.0.0.1:{port}/lake",
        "notify_urls": f"json://{CANARY}-{name}@127.0.0.1:{port}",
        "smtp_url": f"smtp://me:{CANARY}-{name}@127.0.0.1:{port}",
    }
    return urls.get(name, f"{CANARY}-{name}")


def variable_of(name: str) -> str:
    own_names = {"anthropic_api_key", "openai_api_key", "gemini_api_key"}
    return name.upper() if name in own_names else f"BIO_{name.upper()}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A lake whose every secret is a canary, with each service at an address that throws back."""
    folder = tmp_path / "home"
    with served(ThrowsBack) as address:
        told = {variable_of(name): canary_of(name, address) for name in secret_settings()}
        told |= {
            "AWS_ACCESS_KEY_ID": f"{CANARY}-id",
            "AWS_SECRET_ACCESS_KEY": f"{CANARY}-aws",
            "BIO_OURA_CLIENT_ID": "client",
            "BIO_OURA_API_URL": address,
            "BIO_OURA_TOKEN_URLS": f"{address}/token",
            "BIO_ASK_URL": f"{address}/v1",
            "BIO_ASK_MODEL": "some-model",
            "BIO_REPORT_DELIVERY": "mail",
            "BIO_MAIL_FROM": "lake@example.org",
            "BIO_MAIL_TO": "me@example.org",
            "BIO_HOME": str(folder),
            "BIO_TIMEZONE": "UTC",
        }
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        lake = Lakehouse.open(load_settings())
        tokens = Tokens(*(f"{CANARY}-{name}" for name in TOKENS), expires_at=LONG_AGO)
        fetching.oura_tokens(lake.settings, "me").save(tokens)
        yield folder


COMMANDS = [
    ("doctor",),
    ("doctor", "--json"),
    ("oura", "sync"),
    ("status",),
    ("ask", "allow"),
    ("ask", "Do planets move my readiness?"),
    ("ask", "--json", "Do planets move my readiness?"),
    ("query", "SELECT no_such_column FROM energy_state"),
    ("ingest", "/nowhere/at/all.csv"),
]


def test_nothing_that_is_said_or_left_behind_has_a_secret(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = {words: said_by(words) for words in COMMANDS}
    assert "401" in said["oura", "sync"] or "login" in said["oura", "sync"]
    assert [words for words, text in said.items() if CANARY in text] == []
    logged = "\n".join(f"{one.getMessage()} {one.exc_text}" for one in caplog.records)
    assert CANARY not in logged
    keeps = [path for path in home.rglob("*") if path.is_file() and has_canary(path)]
    assert [path.parent.name for path in keeps] == ["secrets"]
    assert keeps[0].stat().st_mode & 0o777 == 0o600


def has_canary(path: Path) -> bool:
    return CANARY.encode() in path.read_bytes()


def test_every_secret_is_hidden_where_settings_are_shown(home: Path) -> None:
    settings = load_settings()
    assert len(secret_settings()) >= 8
    assert all(getattr(settings, name) for name in secret_settings())
    assert CANARY not in f"{settings!r} {settings} {settings.model_dump()} "
    assert CANARY not in settings.model_dump_json()
