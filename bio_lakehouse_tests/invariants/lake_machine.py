"""A machine that tells stories to a lake: files of every kind in any order, copies, edits,
deletions, failures, crashes, days that pass, runs over any range; after each run and at the end the
lake is held against the model."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from pyspark.sql import SparkSession

from bio_lakehouse_tests.invariants.checks import (
    AT_THE_END,
    Broken,
    Check,
    check_days,
    check_whole,
)
from bio_lakehouse_tests.invariants.tellings import DAYS, KINDS, LABELS, Telling
from bio_lakehouse_tests.invariants.world import CRASHES, World

Step = tuple[str, dict[str, Any]]
Story = list[Step]
Mutation = Callable[[], AbstractContextManager[Any]]

PLACES = st.integers(0, len(DAYS) - 1)
ASKED = [kind for kind in KINDS if kind.endswith("answer")]


@st.composite
def tellings(draw: st.DrawFn) -> Telling:
    """A file of any kind; most are plain, so that what is odd of one is met by others that are
    not."""
    rarely = st.sampled_from([False, False, False, True])
    early = draw(rarely)
    return Telling(
        kind=draw(st.sampled_from(list(KINDS))),
        user=draw(st.sampled_from(["me", "me", "ann"])),
        first=draw(st.sampled_from([0, 0, 1, 3])),
        last=draw(st.sampled_from([4, 4, 2, 1])),
        wording=draw(st.integers(0, 3)),
        lacks=draw(st.sampled_from([None, None, 0, 1])),
        blank=draw(st.sampled_from([None, None, 0, 1, 2])),
        skipped=draw(st.none() | PLACES),
        form=draw(st.sampled_from(["fetched", "fetched", "hand", "page"])),
        bad=draw(rarely),
        early=early,
        twice=draw(rarely),
        garbled=draw(st.sampled_from([None, 1, 2])) if early else None,
        label=draw(st.sampled_from(LABELS)),
        hours_ago=draw(st.sampled_from([0, 0, 3, 15, 40])),
    )


class LakeMachine(RuleBasedStateMachine):
    """Draws a story and tells it as it goes; `homes` gives each a home of its own."""

    homes: Callable[[], Path]
    spark: SparkSession
    told: list[Story]
    checks: tuple[Check, ...] = AT_THE_END

    def __init__(self) -> None:
        super().__init__()
        self.home = type(self).homes()
        self.world = World(self.home, type(self).spark)
        self.story: Story = []
        self.is_broken = False
        type(self).told.append(self.story)

    def tell(self, name: str, **words: Any) -> None:
        self.story.append((name, words))
        try:
            take_step(self.world, (name, words), self.checks)
        except BaseException:
            self.is_broken = True
            raise

    @initialize(first=tellings(), second=tellings(), hours=st.sampled_from([3, 15, 40]))
    def two_files_of_a_kind(self, first: Telling, second: Telling, hours: int) -> None:
        """Most stories begin with two words on the same days."""
        self.tell("land", telling=first)
        kind, user = first.kind, first.user
        later = Telling(
            kind, user, wording=second.wording, skipped=second.skipped, lacks=second.lacks
        )
        self.tell("wait", hours=hours)
        self.tell("land", telling=later)

    @rule(telling=tellings())
    def land(self, telling: Telling) -> None:
        self.tell("land", telling=telling)

    @rule(telling=tellings())
    def bring(self, telling: Telling) -> None:
        self.tell("bring", telling=telling)

    @rule(place=st.integers(0, 3), hours_ago=st.sampled_from([0, 3, 40]), brought=st.booleans())
    def again(self, place: int, hours_ago: int, brought: bool) -> None:
        self.tell("again", place=place, hours_ago=hours_ago, brought=brought)

    @rule(place=st.integers(0, 3), wording=st.integers(0, 3))
    def edit(self, place: int, wording: int) -> None:
        self.tell("edit", place=place, wording=wording)

    @rule(place=st.integers(0, 3))
    def remove(self, place: int) -> None:
        self.tell("remove", place=place)

    @rule(
        kind=st.sampled_from(ASKED),
        user=st.sampled_from(["me", "ann"]),
        first=PLACES,
        last=PLACES,
    )
    def fail(self, kind: str, user: str, first: int, last: int) -> None:
        self.tell("fail", kind=kind, user=user, first=first, last=last)

    @rule(hours=st.sampled_from([4, 16, 30]))
    def wait(self, hours: int) -> None:
        self.tell("wait", hours=hours)

    @rule()
    def scan(self) -> None:
        self.tell("scan")

    @rule(first=PLACES, last=PLACES)
    def build(self, first: int, last: int) -> None:
        self.tell("build", first=first, last=last)

    @rule()
    def build_pending(self) -> None:
        self.tell("build_pending")

    @rule(
        step=st.sampled_from(list(CRASHES)),
        times=st.integers(1, 4),
        after=st.booleans(),
        during=st.sampled_from(["scan", "build_pending"]),
    )
    def crash(self, step: str, times: int, after: bool, during: str) -> None:
        self.tell("crash", step=step, times=times, after=after, during=during)

    def teardown(self) -> None:
        try:
            if not self.is_broken:
                check_whole(self.world, self.checks)
        finally:
            clear(self.home)


def take_step(world: World, step: Step, checks: tuple[Check, ...]) -> None:
    """One step of a story, and what must hold after it."""
    name, words = step
    getattr(world, name)(**words)
    if name == "build":
        first, last = sorted((words["first"], words["last"]))
        check_days(world, DAYS[first], DAYS[last], checks)


def tell_story(
    story: Story, home: Path, spark: SparkSession, checks: tuple[Check, ...] = AT_THE_END
) -> str | None:
    """A story told to a new lake: the name of the invariant that it breaks, or of the error that it
    ends in; None where all holds."""
    try:
        world = World(home, spark)
        for step in story:
            take_step(world, step, checks)
        check_whole(world, checks)
    except Broken as broken:
        return broken.invariant
    except Exception as error:  # noqa: BLE001  # whatever a story ends in is what it shows
        return type(error).__name__
    finally:
        clear(home)
    return None


def clear(home: Path) -> None:
    """Remove a home and what was made beside it."""
    for folder in home.parent.glob(f"{home.name}*"):
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Search:
    """What came of many stories: how many were told, and the first that broke something: an
    invariant, or else it ended in an error."""

    examples: int = 0
    broken: str | None = None
    is_of_invariant: bool = False
    why: str = ""
    story: Story = field(default_factory=list)


def search(
    folder: Path,
    spark: SparkSession,
    examples: int,
    steps: int,
    mutation: Mutation = nullcontext,
    checks: tuple[Check, ...] = AT_THE_END,
) -> Search:
    """Tell up to so many stories of so many steps to a lake whose code is changed by `mutation`;
    just the invariants `checks` are looked at."""
    stories: list[Story] = []

    class Here(LakeMachine):
        homes = staticmethod(lambda: folder / f"home{len(stories)}")
        told = stories

    Here.spark, Here.checks = spark, checks
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    found = Search()
    with mutation():
        try:
            run_state_machine_as_test(Here, settings=chosen)
        except Exception as error:  # noqa: BLE001  # whatever it ends in was found
            found.is_of_invariant = isinstance(error, Broken)
            found.broken = error.invariant if isinstance(error, Broken) else type(error).__name__
            found.why = str(error)
            found.story = stories[-1]
    found.examples = len(stories)
    return found


def shows(story: Story, home: Path, spark: SparkSession, mutation: Mutation, check: Check) -> bool:
    """Whether the changed code breaks just this invariant in a story; an error that it ends in is
    raised, and shows nothing."""
    try:
        with mutation():
            world = World(home, spark)
            for step in story:
                take_step(world, step, ())
            check_whole(world, (check,))
    except Broken:
        return True
    finally:
        clear(home)
    return False


def shortened(
    story: Story,
    folder: Path,
    spark: SparkSession,
    mutation: Mutation = nullcontext,
    checks: tuple[Check, ...] = AT_THE_END,
) -> Story:
    """The story without the steps that it takes none of to break what it breaks."""
    with mutation():
        broken = tell_story(story, folder / "whole", spark, checks)
        place = 0
        while place < len(story):
            shorter = story[:place] + story[place + 1 :]
            if tell_story(shorter, folder / "shorter", spark, checks) == broken:
                story = shorter
            else:
                place += 1
    return story


def words_of(step: Step) -> str:
    """A step as a person would say it: only what is not usual."""
    name, words = step
    told = []
    for key, value in words.items():
        if isinstance(value, Telling):
            told.append(_telling_words(value))
        else:
            told.append(f"{key} {value}")
    return f"{name.replace('_', ' ')} ({', '.join(told)})" if told else name.replace("_", " ")


def _telling_words(telling: Telling) -> str:
    usual = Telling()
    odd = {
        name: getattr(telling, name)
        for name in Telling.__dataclass_fields__
        if name != "kind" and getattr(telling, name) != getattr(usual, name)
    }
    return " ".join([telling.kind, *(f"{name}={value}" for name, value in odd.items())])
