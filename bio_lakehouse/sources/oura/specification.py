"""What Oura's published specification (OpenAPI) lists, beside what is read here: drift is seen
before data shows it.

Oura publishes it as https://cloud.ouraring.com/v2/static/json/openapi-<version>.json.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bio_lakehouse.errors import SourceError
from bio_lakehouse.sources.oura.client import ENDPOINTS
from bio_lakehouse.sources.oura.connection import RetryPolicy, require_safe
from bio_lakehouse.sources.oura.fetch import readable
from bio_lakehouse.sources.oura.fields import API_FIELDS
from bio_lakehouse.sources.oura.http_client import explained, open_http
from bio_lakehouse.sources.oura.known_fields import COMMON_FIELDS, KNOWN_FIELDS, UNREAD_FIELDS

COLLECTION = "/v2/usercollection/"
READ_BESIDES = {"daily_activity": frozenset({"met.items"})}
"""What silver derives columns from without a declared field."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Names of endpoints, of fields as `endpoint.field`, and of scopes, each sorted.

    `unread` is what is known and stays in bronze (fields: of endpoints that are read); it is no
    drift.
    """

    new_endpoints: tuple[str, ...] = ()
    gone_endpoints: tuple[str, ...] = ()
    unread_endpoints: tuple[str, ...] = ()
    new_fields: tuple[str, ...] = ()
    gone_fields: tuple[str, ...] = ()
    unread_fields: tuple[str, ...] = ()
    gone_scopes: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the specification and this version disagree."""
        return any(
            (
                self.new_endpoints,
                self.gone_endpoints,
                self.new_fields,
                self.gone_fields,
                self.gone_scopes,
            )
        )


def load_specification(address: str) -> dict[str, Any]:
    """The document at a path or https address. Raises `SourceError` when it is none of Oura's."""
    text = _fetched(address) if "://" in address else _read(Path(address))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise SourceError(f"{address} is not JSON. Name Oura's OpenAPI document.") from None
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict) or not any(path.startswith(COLLECTION) for path in paths):
        raise SourceError(f"{address} lists no {COLLECTION}. Name Oura's OpenAPI document.")
    return dict(document)


def drift_of(document: Mapping[str, Any], asked: Collection[str]) -> Drift:
    """How the document differs from what is known here; `asked` are the scopes that login asks
    for."""
    published = published_fields(document)
    both = sorted(published.keys() & KNOWN_FIELDS.keys())
    read = [name for name in both if f"oura/{name}" in API_FIELDS]
    known_endpoints = KNOWN_FIELDS.keys() | UNREAD_FIELDS.keys()
    return Drift(
        new_endpoints=_sorted(published.keys() - known_endpoints),
        gone_endpoints=_sorted(KNOWN_FIELDS.keys() - published.keys()),
        unread_endpoints=_sorted(name for name in published if f"oura/{name}" not in API_FIELDS),
        new_fields=_named(
            (name, published[name] - KNOWN_FIELDS[name] - COMMON_FIELDS) for name in both
        ),
        gone_fields=_named(
            (name, KNOWN_FIELDS[name] - published[name] - COMMON_FIELDS) for name in both
        ),
        unread_fields=_named((name, _unread(name, published[name])) for name in read),
        gone_scopes=_gone_scopes(document, asked),
    )


def published_fields(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Fields by endpoint, and those one level deeper, dotted."""
    schemas = _Schemas(document)
    return {
        path.removeprefix(COLLECTION): schemas.fields(operations)
        for path, operations in document["paths"].items()
        if path.startswith(COLLECTION) and "{" not in path
    }


class _Schemas:
    """Schemas of a document, with references followed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.named = _at(document, "components", "schemas")

    def fields(self, operations: object) -> frozenset[str]:
        """Fields of the records that a GET answers with, in a list under `data` or alone."""
        schema = _at(operations, "get", "responses", "200", "content", "application/json", "schema")
        answer = self.properties(schema)
        records = _at(answer.get("data"), "items")
        properties = self.properties(records) if records else answer
        return frozenset(self._dotted(properties))

    def _dotted(self, properties: Mapping[str, Any]) -> Iterator[str]:
        for name, schema in properties.items():
            yield name
            yield from (f"{name}.{inner}" for inner in self.properties(schema))

    def properties(self, schema: object) -> dict[str, Any]:
        """A schema's own properties; of several alternatives those of the first that has any."""
        resolved = self._followed(schema)
        if own := _at(resolved, "properties"):
            return own
        alternatives = (resolved.get(kind) for kind in ("anyOf", "oneOf", "allOf"))
        for alternative in (one for listed in alternatives if listed for one in listed):
            if found := self.properties(alternative):
                return found
        return {}

    def _followed(self, schema: object) -> dict[str, Any]:
        for _ in self.named:
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if not isinstance(reference, str):
                break
            schema = self.named.get(reference.rpartition("/")[2])
        return schema if isinstance(schema, dict) else {}


def _at(value: object, *names: str) -> dict[str, Any]:
    """The object at the end of those names; an empty one when it is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _unread(endpoint: str, published: frozenset[str]) -> frozenset[str]:
    read = {field.path for field in API_FIELDS[f"oura/{endpoint}"]} | READ_BESIDES.get(
        endpoint, frozenset()
    )
    holders = {path.partition(".")[0] for path in read}
    return frozenset((published & KNOWN_FIELDS[endpoint]) - read - holders - COMMON_FIELDS)


def _gone_scopes(document: Mapping[str, Any], asked: Collection[str]) -> tuple[str, ...]:
    """Scopes without which something can no longer be read: no name of theirs is listed any
    more."""
    scheme = _at(document, "components", "securitySchemes", "OAuth2", "flows", "authorizationCode")
    listed = {name.removeprefix("extapi:") for name in _at(scheme, "scopes")}
    if not listed:
        return ()
    wanted = {ENDPOINTS[name].scopes for name in readable(asked)}
    return _sorted(scopes[0] for scopes in wanted if not listed.intersection(scopes))


def _named(fields: Iterable[tuple[str, Collection[str]]]) -> tuple[str, ...]:
    return tuple(f"{endpoint}.{name}" for endpoint, names in fields for name in sorted(names))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _fetched(address: str) -> bytes:
    require_safe("The specification", address)
    with open_http(RetryPolicy()) as http, explained("its specification"):
        response = http.get(address)
    if not response.is_success:
        reason = httpx.codes.get_reason_phrase(response.status_code)
        raise SourceError(f"{address} answers {response.status_code} ({reason}).")
    return response.content
