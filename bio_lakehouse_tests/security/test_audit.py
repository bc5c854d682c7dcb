"""The audit of dependencies finds what is there, and never takes silence for health."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from importlib.metadata import distributions

import pytest

from bio_lakehouse_tests.aws.loopback import served
from bio_lakehouse_tests.security import audit
from bio_lakehouse_tests.security.audit import KNOWN_BAD, Finding, Outcome

BAD = ("jinja2", "2.11.2")


def advisory(name: str) -> dict[str, object]:
    package = {"name": name, "ecosystem": "PyPI"}
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}]
    return {"id": f"PYSEC-{name}", "affected": [{"package": package, "ranges": ranges}]}


@contextmanager
def database(
    known: Mapping[str, str], status: int = 200, asked: list[str] | None = None
) -> Iterator[str]:
    """A stand-in of osv.dev that knows a vulnerability of each name and version in `known`."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name, version = query["package"]["name"], query["version"]
            if asked is not None:
                asked.append(name)
            is_bad = known.get(name) == version
            body = json.dumps({"vulns": [advisory(name)]} if is_bad else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing of it is said."""

    with served(Answers) as address:
        yield f"{address}/v1/query"


def test_everything_installed_is_asked_about_and_a_bad_version_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    numpy = next(found for found in distributions() if found.name == "numpy")
    asked: list[str] = []
    with database({BAD[0]: BAD[1], "numpy": numpy.version}, asked=asked) as address:
        assert audit.audit(address) is Outcome.VULNERABLE
    assert f"numpy {numpy.version}: PYSEC-numpy, mended in 99.1" in capsys.readouterr().out
    there = {found.name.lower().replace("_", "-").replace(".", "-") for found in distributions()}
    assert there - set(asked) == {"bio-lakehouse"}


def test_what_is_accepted_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [Finding("numpy", "2.0", "PYSEC-numpy", ())]
    monkeypatch.setattr(audit, "findings_here", lambda osv: found)
    monkeypatch.setattr(audit, "findings_of_requirement", lambda *_: found)
    assert audit.audit() is Outcome.VULNERABLE
    monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-numpy": "only on Windows"})
    assert audit.audit() is Outcome.CLEAN
    assert "mended in no version yet (only on Windows)" in capsys.readouterr().out


def test_an_audit_that_does_not_find_the_known_bad_version_does_not_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with database({}) as address:
        assert audit.audit(address) is Outcome.BLIND
    assert f"it finds nothing in {KNOWN_BAD}" in capsys.readouterr().out


def test_a_database_that_fails_is_no_clean_one(capsys: pytest.CaptureFixture[str]) -> None:
    with database({}, status=503) as address:
        assert audit.audit(address) is Outcome.UNREACHABLE
    assert audit.audit("http://127.0.0.1:9/v1/query") is Outcome.UNREACHABLE
    assert "Nothing was audited" in capsys.readouterr().out
