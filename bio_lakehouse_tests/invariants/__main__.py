"""`python -m bio_lakehouse_tests.invariants [NAME …]`: every mutation of the code, by which
invariant its story finds it, and that story; with `--search`, whether the machine finds it by
itself, and after how many stories.

It begins with the code as it is, which nothing may be found in. A name, or a part of one, chooses
mutations. The exit code is 1 when one is not found.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.invariants.lake_machine import (
    Story,
    search,
    shortened,
    shows,
    words_of,
)
from bio_lakehouse_tests.invariants.mutations import MUTATIONS, Mutation
from bio_lakehouse_tests.invariants.stories import FOUND

IN_MEMORY = Path("/dev/shm")


def main() -> int:
    """Print the table; 1 when a mutation was not found, or something was found without one."""
    parser = argparse.ArgumentParser(prog="python -m bio_lakehouse_tests.invariants")
    parser.add_argument("names", nargs="*", help="mutations by name, or by a part of it")
    parser.add_argument("--search", action="store_true", help="let the machine search by itself")
    parser.add_argument("--examples", type=int, default=60, help="stories at most for each")
    parser.add_argument("--steps", type=int, default=10, help="steps of a story")
    parser.add_argument("--unhurt", type=int, default=20, help="stories told to the code as it is")
    chosen = parser.parse_args()
    mutations = [one for one in MUTATIONS if is_chosen(one, chosen.names)]
    base = IN_MEMORY if IN_MEMORY.exists() else None
    with (
        tempfile.TemporaryDirectory(dir=base) as folder,
        spark_session(Settings(spark_remote=None)) as spark,
    ):
        fine = chosen.names or holds(Path(folder), spark, chosen.unhurt, chosen.steps)
        found = [
            is_found(one, Path(folder), spark, chosen.examples, chosen.steps)
            if chosen.search
            else is_shown(one, Path(folder), spark)
            for one in mutations
        ]
    print(f"\n{sum(found)} of {len(found)} mutations found, {processor_seconds():.0f} CPU s")
    return 0 if fine and all(found) else 1


def is_chosen(mutation: Mutation, names: list[str]) -> bool:
    return not names or any(name in mutation.name for name in names)


def holds(folder: Path, spark: SparkSession, examples: int, steps: int) -> bool:
    """Whether the machine finds nothing in the code as it is."""
    found = search(folder, spark, examples, steps)
    told = "nothing is found" if found.broken is None else f"FOUND: {found.why}"
    print(f"The code as it is: {told} in {found.examples} stories.")
    if found.broken:
        print_story(shortened(found.story, folder, spark))
    return found.broken is None


def is_shown(mutation: Mutation, folder: Path, spark: SparkSession) -> bool:
    """Whether the story of a mutation shows it, by its invariant and by no error."""
    story = FOUND[mutation.name]
    found = shows(story, folder / "home", spark, mutation.made, mutation.found_by)
    print(f"\n{mutation.name}")
    print(f"  {'found' if found else 'NOT FOUND'} by {mutation.found_by.__name__}")
    print_story(story)
    return found


def is_found(
    mutation: Mutation, folder: Path, spark: SparkSession, examples: int, steps: int
) -> bool:
    """Whether the machine finds a mutation by its invariant, which is told with the story."""
    asked = (mutation.found_by,)
    found = search(folder, spark, examples, steps, mutation.made, asked)
    print(f"\n{mutation.name}")
    if not found.is_of_invariant:
        print(
            f"  NOT FOUND in {found.examples} stories by {mutation.found_by.__name__}: {found.why}"
        )
        return False
    stories = "1 story" if found.examples == 1 else f"{found.examples} stories"
    print(f"  found after {stories}: {found.broken}")
    print_story(shortened(found.story, folder, spark, mutation.made, asked))
    return True


def print_story(story: Story) -> None:
    for number, step in enumerate(story, start=1):
        print(f"    {number}. {words_of(step)}", flush=True)


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
