"""`python -m bio_lakehouse_tests.fuzzing`: bad input of every kind, and what becomes of it.

Ends with 1 where something crashes, hangs, changes a home in part, loses a row, takes more than
500 MB, or is told in words that help nobody. `--cheap` leaves out what takes minutes; `--only WORD`
tries the kinds with that word in their name.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from bio_lakehouse_tests.fuzzing.command_trials import command_trials
from bio_lakehouse_tests.fuzzing.corpus import CASES
from bio_lakehouse_tests.fuzzing.trials import Trial, trials

_SHOWN = 110


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bio_lakehouse_tests.fuzzing", description=__doc__
    )
    parser.add_argument("--cheap", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--only", default="", help="kinds with this word in their name")
    asked = parser.parse_args()
    chosen = [one for one in CASES if asked.only in one.kind and not (asked.cheap and one.is_slow)]
    done: list[Trial] = []
    for trial in trials(chosen):
        done.append(trial)
        _print(trial)
    if not (asked.only or asked.cheap):
        for trial in command_trials():
            done.append(trial)
            _print(trial)
    _print_counts(done)
    return any(trial.failed for trial in done)


def _print(trial: Trial) -> None:
    became = ", ".join(
        f"{n} {word}" if n > 1 else word for word, n in Counter(trial.became).items()
    )
    outcome = "CRASHED" if trial.crashed else "HUNG" if trial.hung else became
    message = " ".join(trial.message.split())
    message = message if len(message) <= _SHOWN else f"{message[:_SHOWN]}…"
    figures = f"{trial.seconds:6.2f} s {trial.megabytes:5.0f} MB"
    print(f"{trial.kind:44} {trial.way:7} {outcome:22} {figures}  {message}", flush=True)
    for fault in trial.faults:
        print(f"    WRONG: {fault}", flush=True)


def _print_counts(done: Sequence[Trial]) -> None:
    words = Counter(word for trial in done for word in set(trial.became))
    print(
        f"\n{len({trial.kind for trial in done})} kinds, tried {len(done)} times: "
        f"{words['refused']} refused, {words['kept']} kept as damaged, "
        f"{words['quarantined']} with rows in quarantine, {words['taken']} taken, "
        f"{words['passed over']} passed over; {sum(trial.crashed for trial in done)} crashed, "
        f"{sum(trial.hung for trial in done)} hung, "
        f"{sum(bool(trial.faults) for trial in done)} otherwise wrong. "
        f"At worst {max((trial.seconds for trial in done), default=0):.1f} s and "
        f"{max((trial.megabytes for trial in done), default=0):.0f} MB; "
        f"{sum(trial.cpu_seconds for trial in done):.0f} processor seconds in all."
    )


if __name__ == "__main__":
    sys.exit(main())
