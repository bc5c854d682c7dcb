"""`python -m bio_lakehouse_tests.fuzzing.atheris_run PARSER --seconds N`: a parser is given bytes
that its own coverage leads to, from files that are sound.

Needs the extra `fuzz`. What breaks a promise ends it with 1, and is left in a file that is named:
an exception that is no refusal, a row that is lost, a value out of its bounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bio_lakehouse.sources"]):
    from bio_lakehouse.sources import parse

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse_tests.fuzzing.promises import broken_promises
from bio_lakehouse_tests.fuzzing.seeds import SEEDS
from bio_lakehouse_tests.sources.conftest import CONTEXT

_LONGEST = 4_096


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bio_lakehouse_tests.fuzzing.atheris_run", description=__doc__
    )
    parser.add_argument("parser", choices=sorted(SEEDS))
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    seeds = SEEDS[asked.parser]
    name = seeds[0].name

    def one(content: bytes) -> None:
        try:
            parsed = parse(name, content, CONTEXT)
        except UnsupportedFile:
            return
        broken = list(broken_promises(parsed, CONTEXT))
        if broken:
            raise AssertionError("; ".join(broken))

    corpus = Path(tempfile.mkdtemp(prefix=f"fuzzing-{asked.parser}-"))
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed.content)
    print(f"What is found is kept in {corpus}.")
    limits = [
        f"-max_total_time={asked.seconds}",
        f"-max_len={_LONGEST}",
        "-timeout=20",
        "-rss_limit_mb=2048",
    ]
    quiet = ["-print_final_stats=1", "-verbosity=1", f"-artifact_prefix={corpus}/found-"]
    atheris.Setup([sys.argv[0], *limits, *quiet, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
