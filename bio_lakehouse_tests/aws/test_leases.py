"""A lock holds against every machine, outlives no holder for long, and is never lost in silence."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake.dynamo_items import DynamoTables
from bio_lakehouse.lake.leases import LOCK, Lease, Pace, leased
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.dynamo_troubles import troubled

QUICK = Pace(lasts=1.0, renewed_every=0.1, looked_every=0.02, longest_wait=30.0)
DEAD = Pace(lasts=1.0, renewed_every=3600.0, looked_every=0.02)


def holder(settings: Settings, name: str = "bronze") -> object:
    found = DynamoTables(settings).state.find((LOCK, name))
    return found and found["owner"]


def test_one_at_a_time_holds_a_lock(on_dynamo: Settings) -> None:
    inside, most, done = 0, 0, []

    def work(number: int) -> None:
        nonlocal inside, most
        with leased(on_dynamo, "bronze", QUICK):
            inside += 1
            most = max(most, inside)
            time.sleep(0.05)
            inside -= 1
            done.append(number)

    run_at_once([lambda number=number: work(number) for number in range(3)])  # type: ignore[misc]
    assert (most, sorted(done)) == (1, [0, 1, 2])
    assert holder(on_dynamo) is None


def test_who_waits_says_so_once(on_dynamo: Settings, caplog: pytest.LogCaptureFixture) -> None:
    Lease(DynamoTables(on_dynamo).state, "bronze", DEAD).take()
    with leased(on_dynamo, "bronze", replace(QUICK, told_after=0.1)):
        pass
    said = [one.getMessage() for one in caplog.records if one.name == "bio_lakehouse.lake.leases"]
    assert said == [
        "Another run writes bronze: this one waits for it. The lock of a run that was killed ends "
        "after 1 seconds."
    ]


def run_at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_locks_of_other_names_do_not_wait_for_each_other(on_dynamo: Settings) -> None:
    with leased(on_dynamo, "bronze", QUICK), leased(on_dynamo, "bio_gold.insights", QUICK):
        assert holder(on_dynamo) != holder(on_dynamo, "bio_gold.insights")


def test_what_takes_longer_than_a_lease_keeps_it(on_dynamo: Settings) -> None:
    with leased(on_dynamo, "bronze", QUICK):
        mine = holder(on_dynamo)
        impatient = Pace(lasts=1.0, looked_every=0.02, longest_wait=1.5)
        with (
            pytest.raises(StoreError, match=r"bronze has been written by another run for half"),
            leased(on_dynamo, "bronze", impatient),
        ):
            pytest.fail("two hold it")
        assert holder(on_dynamo) == mine


def test_the_lock_of_a_process_that_was_killed_is_taken_over(on_dynamo: Settings) -> None:
    where = (str(on_dynamo.home), str(on_dynamo.aws_endpoint_url), on_dynamo.lake_state_table)
    code = (
        "import sys, time\n"
        "from bio_lakehouse.lake.leases import leased\n"
        "from bio_lakehouse.settings import Settings\n"
        "home, address, table = sys.argv[1:]\n"
        "settings = Settings(home=home, aws_endpoint_url=address, lake_state_table=table)\n"
        "with leased(settings, 'bronze'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *where], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.wait()
    theirs, began = holder(on_dynamo), time.monotonic()
    assert theirs is not None
    with leased(on_dynamo, "bronze", QUICK):
        assert holder(on_dynamo) not in (None, theirs)
    assert time.monotonic() - began > QUICK.lasts


def test_who_stood_still_and_lost_the_lock_is_told(on_dynamo: Settings) -> None:
    """A machine that slept: it does not renew its lease, another takes it and is still at it."""
    other = Lease(DynamoTables(on_dynamo).state, "bronze", QUICK)
    told = "bronze was written by another run while this one stood still.*run it again"
    with pytest.raises(StoreError, match=told), leased(on_dynamo, "bronze", DEAD):
        other.take()
    assert holder(on_dynamo) is not None
    assert other.end()


def test_who_lost_a_lock_that_was_given_back_since_is_told_too(on_dynamo: Settings) -> None:
    with (
        pytest.raises(StoreError, match="stood still"),
        leased(on_dynamo, "bronze", DEAD),
        leased(on_dynamo, "bronze", QUICK),
    ):
        pass


def test_an_error_inside_is_told_and_not_what_became_of_the_lock(on_dynamo: Settings) -> None:
    with pytest.raises(ValueError, match="mine"), leased(on_dynamo, "bronze", QUICK):
        raise ValueError("mine")
    assert holder(on_dynamo) is None


def test_a_renewal_that_does_not_come_through_is_tried_again(on_dynamo: Settings) -> None:
    tables = DynamoTables(on_dynamo)
    lease = Lease(tables.state, "bronze", QUICK)
    lease.take()
    with troubled(tables.state.client) as troubles:
        troubles.refuse("PutItem", "AccessDeniedException", times=2)
        while troubles.refused["PutItem"] or troubles.calls.count("PutItem") < 3:
            time.sleep(0.02)
    assert lease.end()


def test_a_renewal_whose_answer_is_lost_was_one(on_dynamo: Settings) -> None:
    """DynamoDB wrote it, and refuses the same write when it is asked again."""
    table = DynamoTables(on_dynamo).state
    item = {"kind": LOCK, "name": "bronze", "owner": "me", "beat": "1"}
    assert table.put_if(item, beat="")
    assert table.put_if(item, beat="")
    assert not table.put_if(item | {"beat": "2"}, beat="")
