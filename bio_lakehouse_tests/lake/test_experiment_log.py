"""What people said of experiments: only ever added, in any order the same, and a changed plan is
seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from bio_lakehouse.lake.experiment_log import (
    Mark,
    Plan,
    Stop,
    experiment_in,
    experiments_of,
    folded,
    keep_event,
    keep_plan,
    next_moment,
    plan_key,
    unreadable,
    users_with_experiments,
)
from bio_lakehouse.lake.objects import FolderStore, ObjectStore
from bio_lakehouse.lake.s3 import S3Store
from bio_lakehouse_tests.experiments import MONDAY, plan_of

PLAN = plan_of()
AT = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "folder":
        yield FolderStore(tmp_path)
        return
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", **keys)
        client.create_bucket(Bucket="lake")
        yield S3Store(client, "lake", "mine")


def marked(first: int, kept: bool, minutes: int, note: str = "", days: int = 1) -> Mark:
    begin = MONDAY + timedelta(first)
    at = AT + timedelta(minutes=minutes)
    return Mark(PLAN.commitment, at, begin, begin + timedelta(days - 1), kept, note)


MARKS = st.lists(
    st.builds(marked, st.integers(0, 20), st.booleans(), st.integers(0, 9), days=st.integers(1, 9))
)


@given(MARKS, st.randoms())
def test_the_order_of_events_does_not_matter_and_twice_is_once(
    events: list[Mark], random: object
) -> None:
    other = [*events, *events[:3]]
    random.shuffle(other)
    assert folded(PLAN, events) == folded(PLAN, other)


def test_a_later_mark_counts_and_an_unmarked_day_is_unknown() -> None:
    events = [marked(0, True, 1, days=3), marked(1, False, 2, "a wedding"), Stop("", AT, MONDAY)]
    found = folded(PLAN, events)
    assert found.kept == {MONDAY: True, MONDAY + timedelta(1): False, MONDAY + timedelta(2): True}
    assert found.notes == {MONDAY + timedelta(1): "a wedding"}
    assert found.stopped_on == MONDAY


def test_a_mark_of_all_time_marks_the_days_of_the_plan() -> None:
    everything = Mark(PLAN.commitment, AT, date.min, date.max, True)
    assert len(folded(PLAN, [everything]).kept) == 112


def test_what_is_kept_comes_back_and_next_is_later_than_all(store: ObjectStore) -> None:
    later = plan_of(first_day=MONDAY + timedelta(300))
    keep_plan(store, later)
    keep_plan(store, PLAN)
    ahead = datetime(2036, 1, 1, tzinfo=UTC)
    keep_event(store, PLAN, Mark(PLAN.commitment, ahead, MONDAY, MONDAY, True, "ü"))
    first, second = experiments_of(store, "me")
    assert (first.plan, second.plan) == (PLAN, later)
    assert (first.kept, first.problem) == ({MONDAY: True}, "")
    assert next_moment(first) > ahead
    assert users_with_experiments(store) == ["me"]
    assert experiments_of(store, "ada") == []
    assert unreadable(store) == []


def changed(plan: Plan, **values: object) -> bytes:
    return json.dumps(json.loads(plan.to_json()) | values, sort_keys=True).encode()


@pytest.mark.parametrize(
    "values",
    [
        {"arms": [not arm for arm in PLAN.arms]},
        {"outcome": "sleep_score"},
        {"washout_days": 2},
        {"name": "more alcohol"},
    ],
    ids=str,
)
def test_a_plan_that_was_changed_is_seen(values: dict[str, object]) -> None:
    altered, mark = changed(PLAN, **values), marked(0, True, 1)
    there = experiment_in({plan_key(PLAN): altered})
    assert "not what was committed to" in there.problem
    renamed = experiment_in({plan_key(there.plan): altered, "a/b/c/mark.json": to_json(mark)})
    assert renamed.problem == "what was marked belongs to another plan"
    both = experiment_in({plan_key(there.plan): altered, plan_key(PLAN): PLAN.to_json()})
    assert both.problem == "there is more than one plan in its folder"


def to_json(mark: Mark) -> bytes:
    from bio_lakehouse.lake.experiment_log import event_json

    return event_json(mark)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"kind": "plan", "format": 1}'])
def test_what_is_damaged_says_nothing_and_is_named(tmp_path: Path, content: bytes) -> None:
    store = FolderStore(tmp_path)
    keep_plan(store, PLAN)
    keep_event(store, PLAN, marked(0, True, 1))
    broken = f"experiments/me/{PLAN.experiment_id}/20260303-mark-0.json"
    store.put(broken, content)
    store.put("experiments/me/other/plan-0.json", content)
    (found,) = experiments_of(store, "me")
    assert (found.kept, found.problem) == ({MONDAY: True}, "")
    assert sorted(unreadable(store)) == sorted([broken, "experiments/me/other/plan-0.json"])
