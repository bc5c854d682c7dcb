"""Histories of changes that two assets take in, and what must hold of them in any log."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from bio_lakehouse.lake.log import IngestionLog

STEPS = st.lists(
    st.tuples(st.sampled_from(["arrive", "begin", "gold", "a", "b"]), st.integers(0, 2)),
    max_size=25,
)
DAY, DATASET = date(2025, 1, 1), "oura/sleep"


def check_changes(log: IngestionLog, steps: list[tuple[str, int]]) -> None:
    arrived, gold, taken = 0, 0, {"a": 0, "b": 0}
    begun: dict[str, int] = {}
    last = [(step, 3) for step in ("begin", "gold", "a", "b")]
    for step, number in [*steps, *last]:
        run_id = f"run {number}"
        if step == "arrive":
            arrived += 1
            log.owed.add(f"file {arrived}", {DATASET: {DAY}})
        elif step == "begin":
            begun.setdefault(run_id, arrived)
            log.owed.begin_run(run_id)
        elif step == "gold":
            gold = max(gold, begun.get(run_id, 0))
            log.mark_gold_built(run_id, [DATASET], DAY, DAY)
        else:
            taken[step] = gold
            log.owed.pay(step, run_id, DAY, DAY, taken)
        assert (DAY in log.pending().get(DATASET, set())) == (gold < arrived)
        assert log.owed.changed() or set(taken.values()) == {arrived}
    assert log.owed.changed() == {}
