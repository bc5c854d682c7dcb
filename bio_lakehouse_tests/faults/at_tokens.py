"""Oura's tokens renewed, and killed, torn or without room at every call.

A refresh token works once. What is lost between Oura's answer and the first byte of it that is
kept, nobody can have again: that is told, with the command that signs in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from bio_lakehouse.sources.oura.tokens import FileTokenStore
from bio_lakehouse_tests.faults.at_calls import KINDS as AT_CALLS
from bio_lakehouse_tests.faults.at_calls import calls_for
from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, lost, sentence_in
from bio_lakehouse_tests.faults.workshop import Call, Workshop
from bio_lakehouse_tests.sources.oura_server import OuraServer, signed_in

KIND = "token refresh"
SIGN_IN = "bio-lakehouse oura login --user me"
DAYS = date(2025, 3, 1), date(2025, 3, 2)


def faults(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Every call of a renewal in each way; they are few."""
    for way_name, happens in AT_CALLS.items():
        for call in calls_for(way_name, unhurt(workshop)):
            name = f"{way_name} {call.number}: {call.does} {call.path}"
            yield Fault(KIND, way_name, name, partial(tried, happens=happens, at=call.number))


def unhurt(workshop: Workshop) -> list[Call]:
    """The calls of a renewal to which nothing happens."""
    with OuraServer(*DAYS) as server:
        home = workshop.new_home()
        signed_in(server, store_in(home), expires_in=-60)
        ended = workshop.run(home, "renew_tokens", str(home), server.url)
        assert ended.status == 0, ended.said
        workshop.drop(home)
        return ended.calls


def store_in(home: Path) -> FileTokenStore:
    return FileTokenStore(home / "secrets" / "oura-me.json")


def tried(workshop: Workshop, happens: int, at: int) -> Verdict:
    """Renew twice, the first time hurt: afterwards Oura takes the tokens, or the person is told how
    to sign in and can."""
    with OuraServer(*DAYS) as server:
        home = workshop.new_home()
        store = store_in(home)
        signed_in(server, store, expires_in=-60)
        workshop.run(home, "renew_tokens", str(home), server.url, happens=happens, at=at)
        again = workshop.run(home, "renew_tokens", str(home), server.url)
        left = sum(1 for path in store.path.parent.glob(".*"))
        if again.status == 0 and server.accounts.accepts(store.load().access_token):
            return Verdict("whole", left_behind=left)
        told = sentence_in(again.said) or ""
        if "ended before its answer was kept" not in told or SIGN_IN not in told:
            return lost(f"{again.status}: {again.said[-800:]}")
        signed_in(server, store)
        after = workshop.run(home, "renew_tokens", str(home), server.url)
        return Verdict("told", told, left) if after.status == 0 else lost(after.said[-800:])
