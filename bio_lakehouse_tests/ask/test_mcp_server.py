"""The MCP server, driven by the SDK's own client: each tool and resource, and what it refuses."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.server.mcp_results import MOST_BYTES, MOST_ROWS, rows_shown
from bio_lakehouse.ask.server.mcp_server import mcp_server
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.mcp_command import status_facts
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, TODAY, USER
from bio_lakehouse_tests.command_line import run
from bio_lakehouse_tests.conftest import free_port

DAILY = "SELECT day, readiness_score FROM daily_readiness_performance ORDER BY day DESC LIMIT 3"
SECRET = "a-title-of-mine"
START = "from bio_lakehouse.cli import main; main()"
NUMBERS = "UNNEST(sequence(1, 10000))"
WRITES = [
    "DROP TABLE energy_state",
    "DELETE FROM daily_readiness_performance",
    "INSERT INTO energy_state SELECT * FROM energy_state",
    "SELECT 1; DROP TABLE energy_state",
    "COPY energy_state TO 'x.csv'",
]


@pytest.fixture(scope="module")
def asking(demo_lake: Lakehouse) -> Asking:
    return Asking(demo_lake)


@pytest.fixture(scope="module")
def server(asking: Asking) -> MCPServer:
    return mcp_server(asking, USER, lambda: status_facts(asking.lake, USER))


def called(server: Any, tool: str, **arguments: Any) -> tuple[bool, str]:
    """Whether a tool refused, and its text."""

    async def call() -> tuple[bool, str]:
        async with Client(server) as client:
            result = await client.call_tool(tool, arguments)
            (content,) = result.content
            assert content.type == "text"
            return bool(result.is_error), content.text

    return anyio.run(call)


def told(server: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    is_error, text = called(server, tool, **arguments)
    assert not is_error, text
    found: dict[str, Any] = json.loads(text)
    return found


def refused(server: Any, tool: str, **arguments: Any) -> str:
    is_error, text = called(server, tool, **arguments)
    assert is_error, text
    return text


def read(server: Any, uri: str) -> str:
    """A resource, or the error that there is instead."""

    async def reading() -> str:
        async with Client(server) as client:
            try:
                (content,) = (await client.read_resource(uri)).contents
            except MCPError as error:
                return f"Error: {error}"
            assert isinstance(content, TextResourceContents)
            return content.text

    return anyio.run(reading)


def test_tools_only_read_and_take_no_user(server: MCPServer) -> None:
    async def listed() -> Any:
        async with Client(server) as client:
            return (await client.list_tools()).tools, client.instructions

    tools, instructions = anyio.run(listed)

    assert [tool.name for tool in tools] == ["ask", "query", "describe", "status", "report"]
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert "user" not in str(tool.input_schema)
        assert tool.description
    assert "No diagnosis" in instructions
    assert repr(USER) in instructions


def test_a_question_is_answered_as_everywhere(server: MCPServer, asking: Asking) -> None:
    question = "What was my average readiness score last week?"
    answer = asking.ask(question, USER)

    found = told(server, "ask", question=question)

    assert found["sentence"] == answer.sentence
    assert found["freshness"] == answer.freshness
    assert found["sql"] == (answer.sql or None)
    if answer.rows is not None:
        assert found["row_count"] == answer.rows.num_rows == len(found["rows"])


def test_what_is_not_understood_says_why(server: MCPServer) -> None:
    found = told(server, "ask", question="blorp the fnord?")

    assert found["why"]
    assert found["sentence"].endswith((".", "?"))
    assert "rows" not in found


def test_a_statement_gives_rows_with_their_freshness(server: MCPServer) -> None:
    found = told(server, "query", sql=DAILY)

    assert found["columns"] == ["day", "readiness_score"]
    assert found["rows"][0][0] == TODAY.isoformat()
    assert found["row_count"] == 3
    assert found["note"] == ""
    assert "reaches to" in found["freshness"]


def test_only_the_rows_of_the_user_at_start_are_seen(asking: Asking) -> None:
    for user in (USER, OTHER_USER):
        server = mcp_server(asking, user, dict)
        found = told(server, "query", sql="SELECT DISTINCT user_id FROM oura_sleep")
        assert found["rows"] == [[user]]


def test_a_user_that_a_request_names_is_refused(server: MCPServer) -> None:
    for tool, arguments in [("query", {"sql": DAILY}), ("ask", {"question": "x"}), ("status", {})]:
        text = refused(server, tool, **arguments, user_id=OTHER_USER)
        assert "not permitted" in text


@pytest.mark.parametrize("statement", WRITES)
def test_a_write_is_refused_in_a_sentence(server: MCPServer, statement: str) -> None:
    assert refused(server, "query", sql=statement).endswith(".")


def test_an_unknown_table_is_answered_with_near_names(server: MCPServer) -> None:
    assert "energy_state" in refused(server, "query", sql="SELECT * FROM energy_stat")
    assert "energy_state" in refused(server, "describe", table="energy_stat")


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT x, y FROM {NUMBERS} a (x), (VALUES 1, 2, 3) b (y)",
        f"SELECT rpad('x', 1000, 'y') AS text FROM {NUMBERS} t (x)",
        "SELECT rpad('x', 5000000, 'y') AS text",
    ],
)
def test_an_enormous_answer_is_cut_with_a_sentence(server: MCPServer, statement: str) -> None:
    _, text = called(server, "query", sql=statement)
    found = json.loads(text)

    assert len(text.encode()) < 1.5 * MOST_BYTES
    assert len(found["rows"]) < found["row_count"]
    assert "WHERE" in found["note"] or "fewer columns" in found["note"]


def test_more_than_the_engine_allows_is_refused(server: MCPServer) -> None:
    text = refused(
        server,
        "query",
        sql=f"SELECT rpad('x', 60000000, 'y') AS s FROM {NUMBERS} t (x)",
    )

    assert "memory" in text or "larger than" in text


CELLS = st.one_of(st.text(max_size=3000), st.none())


@given(st.lists(st.tuples(CELLS, CELLS), max_size=60), st.integers(1, 30))
def test_what_is_shown_is_a_beginning_and_says_so(
    rows: list[tuple[str | None, str | None]], times: int
) -> None:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)] or [
        pa.array([], pa.string())
    ] * 2
    table = pa.concat_tables([pa.table(columns, names=["a", "a"])] * times)

    shown = rows_shown(table)

    assert shown.columns == ["a", "a_2"]
    assert len(shown.rows) <= MOST_ROWS
    assert len(json.dumps(shown.rows, ensure_ascii=False).encode()) <= MOST_BYTES * 1.1
    assert [tuple(row) for row in shown.rows] == (rows * times)[: len(shown.rows)]
    assert bool(shown.note) == (len(shown.rows) < table.num_rows)


def test_what_there_is_is_described(server: MCPServer) -> None:
    _, text = called(server, "describe")

    assert "daily_readiness_performance" in text
    assert len(text.encode()) <= MOST_BYTES
    assert told(server, "describe", table="energy_state")["columns"][0] == "column"


def test_the_status_says_how_the_data_stands(server: MCPServer) -> None:
    found = told(server, "status")

    assert found["user"] == USER
    tables = {table["table"]: table for table in found["tables"]}
    assert tables["oura_sleep"]["newest_day"] <= TODAY.isoformat()


def test_without_a_report_the_command_is_named(server: MCPServer) -> None:
    assert "bio-lakehouse report" in refused(server, "report")


def test_a_report_is_read_as_text(own_demo_lake: Lakehouse) -> None:
    server = mcp_server(Asking(own_demo_lake), USER, dict)
    page = (
        "<html><head><title>No</title><style>p{}</style></head><body><a class='skip'>Skip</a>"
        "<h1>A week</h1><p hidden>old<b>er</b></p><script>var no</script><p>Readiness was"
        " <b>85</b>.<br>Sleep&nbsp;&lt; 8 h.</p><table><tr><th>Day<td>Sleep</table></body></html>"
    )
    own_demo_lake.objects.put(report_key(USER, TODAY), page.encode())

    newest = called(server, "report")
    named = called(server, "report", week_ending=TODAY.isoformat())

    assert newest == named == (False, read(server, f"bio://reports/{TODAY}"))
    lines = [line for line in newest[1].splitlines() if line]
    assert lines == ["A week", "Readiness was 85.", "Sleep < 8 h.", "· Day · Sleep"]
    assert json.loads(read(server, "bio://reports")) == [f"bio://reports/{TODAY}"]
    assert TODAY.isoformat() in refused(server, "report", week_ending="../../log.db")
    assert "Error: There is no report" in read(server, "bio://reports/2020-01-01")


def test_the_semantic_model_is_a_resource(server: MCPServer) -> None:
    assert "daily_readiness_performance" in read(server, "bio://semantic-model")
    assert read(server, "bio://semantic-model.yaml").startswith("semantic_model:")
    assert read(server, "bio://nothing").startswith("Error: Unknown resource")


def test_a_fault_tells_nothing_of_the_data(
    server: MCPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Answer:
        raise ValueError(f"cannot read {SECRET}")

    monkeypatch.setattr(Asking, "ask", failing)
    text = refused(server, "ask", question="x")

    assert "fault in Bio Lakehouse (ValueError)" in text
    assert SECRET not in text


def test_no_log_holds_a_question_or_an_answer(
    server: MCPServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        called(server, "ask", question=f"How is {SECRET}?")
        called(server, "query", sql=f"SELECT '{SECRET}' FROM {SECRET.replace('-', '_')}")
        called(server, "query", sql=f"SELECT '{SECRET}' AS x")
        called(server, "nothing", x=SECRET)
        called(server, "report", week_ending=SECRET)

    logged = "\n".join(record.getMessage() + str(record.exc_info) for record in caplog.records)
    assert SECRET not in logged
    assert SECRET.replace("-", "_") not in logged


def test_a_stranger_is_named_at_the_start(demo_lake: Lakehouse) -> None:
    result = run(demo_lake.settings.home, "mcp", "--user", "nobody")

    assert result.exit_code == 1
    assert "there is no user 'nobody' in this lake" in result.stderr


def test_over_standard_input_and_output(demo_lake: Lakehouse, tmp_path: Path) -> None:
    home = str(demo_lake.settings.home)
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", START, "mcp", "--home", home, "--user", USER],
        env={"PYTHONPATH": ":".join(sys.path), "BIO_TODAY_OVERRIDE": TODAY.isoformat()},
    )
    log = tmp_path / "errors.txt"
    with log.open("w") as errors:
        found = told(stdio_client(parameters, errors), "query", sql=f"SELECT '{SECRET}' AS x")

    assert found["rows"] == [[SECRET]]
    assert log.read_text() == ""


def test_over_http_on_this_machine_alone(demo_lake: Lakehouse, tmp_path: Path) -> None:
    port = free_port()
    with served(demo_lake.settings.home, port, tmp_path / "log.txt"):
        url = f"http://localhost:{port}/mcp"
        found = told(url, "query", sql=f"SELECT '{SECRET}' AS x")
        rebound = httpx.post(url, json={}, headers={"Host": "evil.example"})
        framed = httpx.post(url, json={}, headers={"Origin": "http://evil.example"})
        form = httpx.post(url, data={"x": "1"})
        with socket.create_server(("127.0.0.1", 0)):
            taken = run(demo_lake.settings.home, "mcp", "--http", "--port", str(port))

    assert found["rows"] == [[SECRET]]
    assert [rebound.status_code, framed.status_code, form.status_code] == [421, 403, 415]
    assert taken.exit_code == 1
    assert f"Port {port} cannot be used" in taken.stderr
    assert f"bio-lakehouse mcp --http --port {port + 1}" in taken.stderr
    log = (tmp_path / "log.txt").read_text()
    assert log.splitlines() == [f"The MCP server is at {url}. Ctrl-C ends it."]


@contextmanager
def served(home: Path, port: int, log: Path) -> Iterator[None]:
    with log.open("w") as output:
        words = ["mcp", "--home", str(home), "--http", "--port", str(port)]
        process = subprocess.Popen(
            [sys.executable, "-c", START, *words], stdout=output, stderr=output
        )
    try:
        ends = time.monotonic() + 60
        while "is at" not in log.read_text() and time.monotonic() < ends:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()
