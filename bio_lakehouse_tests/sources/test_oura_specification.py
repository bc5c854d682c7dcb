"""Comparing Oura's published specification with what is read here."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bio_lakehouse.cli import main
from bio_lakehouse.errors import SettingsError, SourceError
from bio_lakehouse.sources.oura.known_fields import KNOWN_FIELDS
from bio_lakehouse.sources.oura.specification import (
    COLLECTION,
    Drift,
    drift_of,
    load_specification,
    published_fields,
)

ASKED = ("daily", "heartrate", "spo2", "spo2Daily")


def schema_of(names: frozenset[str]) -> dict[str, Any]:
    """Properties of those names, dotted ones one level deep."""
    properties: dict[str, Any] = {}
    for name in sorted(names):
        outer, _, inner = name.partition(".")
        properties.setdefault(outer, {"type": "string"})
        if inner:
            own = properties[outer].setdefault("properties", {})
            own[inner] = {"type": "integer"}
    return {"type": "object", "properties": properties}


def get(schema: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}


@pytest.fixture
def document() -> dict[str, Any]:
    """A specification of just what is known here, its records behind references and
    alternatives."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for name, fields in KNOWN_FIELDS.items():
        schemas[name] = schema_of(fields)
        items = {"anyOf": [{"$ref": f"#/components/schemas/{name}"}, {"type": "null"}]}
        schemas[f"many_{name}"] = {"properties": {"data": {"type": "array", "items": items}}}
        paths[COLLECTION + name] = get({"$ref": f"#/components/schemas/many_{name}"})
        paths[f"{COLLECTION}{name}/{{document_id}}"] = get(items)
    scopes = {"daily": "", "heartrate": "", "spo2": ""}
    security = {"OAuth2": {"flows": {"authorizationCode": {"scopes": scopes}}}}
    return {"paths": paths, "components": {"schemas": schemas, "securitySchemes": security}}


def test_every_published_field_is_found_through_references(document: dict[str, Any]) -> None:
    assert published_fields(document) == KNOWN_FIELDS


def test_what_is_known_is_no_drift(document: dict[str, Any]) -> None:
    drift = drift_of(document, ASKED)
    assert not drift.found
    assert "workout" in drift.unread_endpoints
    assert "daily_sleep" not in drift.unread_endpoints
    assert "sleep.low_battery_alert" in drift.unread_fields
    assert "sleep.average_hrv" not in drift.unread_fields
    assert "daily_activity.met.items" not in drift.unread_fields


@pytest.mark.parametrize("endpoint", ["daily_sleep", "workout"])
def test_new_and_gone_fields_are_named(document: dict[str, Any], endpoint: str) -> None:
    properties = document["components"]["schemas"][endpoint]["properties"]
    gone = next(name for name in properties if name not in {"id", "day", "timestamp"})
    del properties[gone]
    properties["glucose"] = {"$ref": "#/components/schemas/vO2_max"}
    drift = drift_of(document, ASKED)
    assert f"{endpoint}.glucose" in drift.new_fields
    assert f"{endpoint}.glucose.vo2_max" in drift.new_fields
    assert f"{endpoint}.{gone}" in drift.gone_fields
    assert drift.found


def test_new_and_gone_endpoints_are_named(document: dict[str, Any]) -> None:
    document["paths"][f"{COLLECTION}glucose"] = document["paths"].pop(f"{COLLECTION}sleep")
    drift = drift_of(document, ASKED)
    assert (drift.new_endpoints, drift.gone_endpoints) == (("glucose",), ("sleep",))


@pytest.mark.parametrize(
    ("listed", "gone"),
    [
        ("daily heartrate spo2Daily", ()),
        ("extapi:daily extapi:heartrate extapi:spo2", ()),
        ("daily heartrate oxygen", ("spo2",)),
        ("", ()),
    ],
)
def test_a_scope_that_has_another_name_is_drift(
    document: dict[str, Any], listed: str, gone: tuple[str, ...]
) -> None:
    flows = document["components"]["securitySchemes"]["OAuth2"]["flows"]
    flows["authorizationCode"]["scopes"] = dict.fromkeys(listed.split(), "")
    assert drift_of(document, ASKED).gone_scopes == gone


def test_references_in_a_circle_end(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["sleep"] = {"$ref": "#/components/schemas/sleep"}
    assert drift_of(document, ASKED).gone_fields


def test_the_published_specification_holds_nothing_new_or_gone(shared: Path) -> None:
    published = load_specification(str(shared / "specs" / "oura-openapi-1.35.json"))
    drift = drift_of(published, ASKED)
    assert drift == Drift(
        unread_endpoints=drift.unread_endpoints, unread_fields=drift.unread_fields
    )
    assert drift.unread_endpoints


@pytest.fixture
def folder(tmp_path: Path, document: dict[str, Any]) -> Path:
    (tmp_path / "same.json").write_text(json.dumps(document))
    newer = copy.deepcopy(document)
    newer["paths"][f"{COLLECTION}glucose[red]"] = get({})
    (tmp_path / "newer.json").write_text(json.dumps(newer))
    (tmp_path / "other.json").write_text('{"paths": {"/pets": {}}}')
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "text.json").write_text("no JSON")
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_command_says_what_differs_by_its_exit_code(folder: Path, site: str) -> None:
    home = ["--home", str(folder / "home")]
    for address in (str(folder), site):
        same = CliRunner().invoke(main, ["oura", "spec", f"{address}/same.json", *home])
        assert (same.exit_code, "Nothing is new or gone." in same.output) == (0, True)
        newer = CliRunner().invoke(main, ["oura", "spec", f"{address}/newer.json", *home])
        assert newer.exit_code == 1
        assert "new endpoints: glucose[red]" in newer.output


@pytest.mark.parametrize("name", ["other", "list", "text", "absent"])
def test_what_is_no_specification_is_one_sentence(folder: Path, site: str, name: str) -> None:
    for address in (str(folder), site):
        with pytest.raises(SourceError, match=rf"{name}\.json") as raised:
            load_specification(f"{address}/{name}.json")
        assert "\n" not in str(raised.value)


def test_a_specification_is_not_fetched_over_an_open_line() -> None:
    with pytest.raises(SettingsError, match="not https"):
        load_specification("http://example.org/openapi.json")
