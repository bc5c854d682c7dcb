"""The guard before Dagster's web page, over an app that answers everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from bio_lakehouse.automation.web_guard import WebGuard, loopback_hosts

PORT = 3000
HOST = "localhost:3000"
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
WRITING = ["POST", "PUT", "PATCH", "DELETE"]
JSON = {"content-type": "application/json"}
SIMPLE_TYPES = [
    "",
    "text/plain",
    "text/plain;application/json",
    "text/plain; charset=application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=application/json",
    "application/graphql",
    "application/jsonp",
]
FOLLOWED_LINK = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}
hosts = st.sampled_from(sorted(loopback_hosts(PORT)))
header_text = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("done")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("done")
    await websocket.close()


APP = Starlette(
    routes=[
        WebSocketRoute("/graphql", socket),
        Route("/{path:path}", answer, methods=METHODS),
    ]
)
CLIENT = TestClient(WebGuard(APP, PORT), base_url=f"http://{HOST}")


def status(method: str = "GET", path: str = "/", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return CLIENT.request(method, path, headers=named).status_code


@given(st.sampled_from(METHODS), header_text)
def test_a_host_that_is_not_loopback_with_the_port_is_refused(method: str, host: str) -> None:
    expected = 200 if host.lower() in loopback_hosts(PORT) else 421
    assert status(method, host=host, **JSON) == expected


@pytest.mark.parametrize(
    "host",
    ["evil.test:3000", "localhost", "localhost:3001", "localhost.evil.test:3000", "[::]:3000"],
)
def test_rebound_names_and_other_ports_are_refused(host: str) -> None:
    assert status(host=host) == 421


@given(hosts, st.sampled_from(METHODS), header_text)
def test_an_origin_is_the_host_that_was_asked_or_refused(
    host: str, method: str, origin: str
) -> None:
    assert status(method, host=host, origin=f"http://{host}", **JSON) == 200
    expected = 200 if origin.lower() == f"http://{host}" else 403
    assert status(method, host=host, origin=origin, **JSON) == expected


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.test",
        "https://localhost:3000",
        "http://localhost:8000",
        "http://127.0.0.1:3000",
    ],
)
def test_another_origin_is_refused(origin: str) -> None:
    assert status("POST", "/graphql", host=HOST, origin=origin, **JSON) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "unheard-of"])
@pytest.mark.parametrize("method", METHODS)
def test_a_request_that_another_page_makes_is_refused(method: str, site: str) -> None:
    assert status(method, sec_fetch_site=site, **JSON) == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_the_page_or_the_person_asks_is_answered(site: str) -> None:
    assert status(sec_fetch_site=site) == 200


def test_a_link_is_followed_in_a_tab_but_nothing_is_embedded() -> None:
    link = {name.replace("-", "_"): value for name, value in FOLLOWED_LINK.items()}
    assert status(**link) == 200
    assert status(**{**link, "sec_fetch_dest": "iframe"}) == 403
    assert status(**{**link, "sec_fetch_mode": "no-cors"}) == 403
    assert status("POST", **link, **JSON) == 403


@pytest.mark.parametrize("method", WRITING)
@pytest.mark.parametrize("kind", SIMPLE_TYPES)
def test_what_a_form_can_send_is_refused(method: str, kind: str) -> None:
    assert CLIENT.request(method, "/graphql", headers={"content-type": kind}).status_code == 415


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_answered(kind: str) -> None:
    assert CLIENT.post("/graphql", headers={"content-type": kind}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_graphql_is_not_asked_by_reading(method: str) -> None:
    assert status(method, "/graphql?query=mutation{setNuxSeen}", accept="*/*") == 405
    assert status(method, "/graphql", accept="text/html,*/*") == 200
    assert status(method, "/runs?query=mutation", accept="*/*") == 200


def test_an_answer_cannot_be_framed_or_read_elsewhere() -> None:
    headers = CLIENT.get("/").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"host": "evil.test:3000", "origin": "http://evil.test:3000"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_socket_of_another_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), CLIENT.websocket_connect("/graphql", headers=headers):
        pass


@pytest.mark.parametrize("headers", [{}, {"origin": f"http://{HOST}"}])
def test_the_pages_own_socket_is_answered(headers: dict[str, str]) -> None:
    # The client's own default Host would be `testserver`.
    with CLIENT.websocket_connect("/graphql", headers={"host": HOST, **headers}) as opened:
        assert opened.receive_text() == "done"
