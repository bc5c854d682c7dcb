"""What a fetch yields is read by the parsers as it stands: every record used, the window covered,
nothing unknown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bio_lakehouse.sources import parse
from bio_lakehouse.sources.oura.client import OuraClient
from bio_lakehouse.sources.oura.fetch import READ_BY_DEFAULT, Answer, fetch
from bio_lakehouse.sources.oura.tokens import FileTokenStore
from bio_lakehouse.sources.records import ParseContext
from bio_lakehouse_tests.sources.oura_server import OuraServer, connection_to, signed_in

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2025, 3, 24), date(2025, 4, 20)


def test_fetched_answers_are_read_whole_even_when_they_hold_nothing(tmp_path: Path) -> None:
    with OuraServer(date(2025, 3, 28), date(2025, 4, 2)) as server:
        store = FileTokenStore(tmp_path / "oura-me.json")
        signed_in(server, store)
        with OuraClient(connection_to(server), store) as client:
            answers = [
                answer
                for answer in fetch(client, FIRST, LAST, BERLIN)
                if isinstance(answer, Answer)
            ]
    assert {answer.window.endpoint for answer in answers} == set(READ_BY_DEFAULT)
    assert 0 in {answer.record_count for answer in answers}
    for answer in answers:
        context = ParseContext(BERLIN, date(2015, 1, 1), date(2025, 12, 31), fetch=answer.note)
        parsed = parse(answer.file_name, answer.content, context)
        assert parsed.datasets == (f"oura/{answer.window.endpoint}",)
        assert (parsed.row_count, parsed.rejected) == (answer.record_count, [])
        assert parsed.coverage == (answer.window.first_day, answer.window.last_day)
        assert parsed.unknown_fields == ()
        assert {
            answer.window.first_day <= record.day <= answer.window.last_day
            for record in parsed.records
        } <= {True}
