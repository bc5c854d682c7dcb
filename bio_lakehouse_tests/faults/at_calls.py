"""Faults at every call that changes a file: killed before it, torn in its middle, and a disk that
is full from it on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from bio_lakehouse_tests.faults.interposing import Happens, why_not
from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, compared, lost, sentence_in
from bio_lakehouse_tests.faults.way import STAGES
from bio_lakehouse_tests.faults.workshop import KILLED, Call, Ended, Workshop

KINDS = {
    "killed": Happens.KILLED,
    "torn": Happens.TORN,
    "full disk": Happens.FULL_DISK,
}
LAYERS = {
    "landing": "landing",
    "log.db": "log",
    "bronze": "bronze",
    "quarantine": "quarantine",
    "catalog.db": "catalog",
    "views": "views",
    "reports": "reports",
    "dagster": "Dagster's records",
    ".locks": "locks",
}


def layer_of(path: str) -> str:
    """What of a lake lies at a path of its home."""
    parts = path.strip("/").split("/")
    if parts[0] == "warehouse":
        return "table metadata" if "metadata" in parts else "table data"
    name = parts[0].removesuffix("-wal").removesuffix("-shm").removesuffix("-journal")
    return LAYERS.get(name, "home")


def faults(workshop: Workshop, each: int | None, kind: str) -> Iterator[Fault]:
    """The faults of a kind; of each call to each layer in each stage `each`, or all."""
    for stage in STAGES:
        for call in chosen(calls_for(kind, workshop.unhurt[stage].calls), each):
            step, name = layer_of(call.path), f"{stage} {call.number}: {call.does} {call.path}"
            yield Fault(kind, step, name, partial(tried, kind=kind, stage=stage, at=call.number))


def calls_for(kind: str, calls: Sequence[Call]) -> list[Call]:
    """The calls at which a kind of fault differs from being killed before them."""
    return [call for call in calls if kind != "torn" or call.does == "write"]


def chosen(calls: Sequence[Call], each: int | None) -> list[Call]:
    """Of each call to each layer the first, the last and what lies evenly between them."""
    groups: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        groups[call.does, layer_of(call.path)].append(call)
    found: list[Call] = []
    for group in groups.values():
        count = len(group) if each is None else min(each, len(group))
        places = {round(number * (len(group) - 1) / max(count - 1, 1)) for number in range(count)}
        found += [group[place] for place in places]
    return sorted(found, key=lambda call: call.number)


def tried(workshop: Workshop, kind: str, stage: str, at: int) -> Verdict:
    """Hurt a stage at one of its calls, then go the way again up to that stage."""
    reason = why_not()
    if reason:
        return Verdict("skipped", reason)
    home = workshop.before(stage)
    hurt = workshop.run(home, "go", str(home), workshop.files, [stage], happens=KINDS[kind], at=at)
    trouble = trouble_of(kind, hurt)
    if trouble:
        return lost(trouble)
    stages = list(STAGES)[: list(STAGES).index(stage) + 1]
    again = workshop.run(home, "go_and_look", str(home), workshop.files, stages)
    return compared(again, workshop.unhurt[stage].holds)


def trouble_of(kind: str, hurt: Ended) -> str:
    """What is wrong with how a child ended to which that happened; nothing where it is right."""
    if kind != "full disk":
        return "" if hurt.status == KILLED else f"was not killed: {hurt.status} {hurt.said[-500:]}"
    if hurt.status not in (0, 1) or (hurt.status == 1 and not sentence_in(hurt.said)):
        return f"no sentence of the full disk: {hurt.status} {hurt.said[-1500:]}"
    return ""
