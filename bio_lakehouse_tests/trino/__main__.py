"""A real Trino, Athena's engine, on this machine.

    python -m bio_lakehouse_tests.trino set-up
    python -m bio_lakehouse_tests.trino ask "SELECT 5 / 0e0, upper('ß')"
    python -m bio_lakehouse_tests.trino functions

`set-up` needs `mvn` and a `java` on the PATH (on Debian `apt-get install maven`), takes about a
minute the first time, and keeps 315 MB in ~/.cache/bio-lakehouse-tests. `ask` starts a Trino with
no tables and prints what it answers to a statement. `functions` calls every function on it and on
DuckDB, and writes what is not answered alike to infra/ATHENA.md (two minutes). The tests are
`pytest -m trino`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from trino.exceptions import TrinoQueryError

from bio_lakehouse_tests.engines.memory_lake import engine
from bio_lakehouse_tests.trino.function_outcomes import differences
from bio_lakehouse_tests.trino.function_table import PAGE, page, reason_of
from bio_lakehouse_tests.trino.trino_executor import TrinoExecutor
from bio_lakehouse_tests.trino.trino_server import trino_server
from bio_lakehouse_tests.trino.trino_setup import VERSION, SetupError, set_up

NOWHERE = "http://127.0.0.1:9"
"""Where nobody listens: a Trino that is asked about no table needs no catalog."""


def main(words: list[str]) -> int:
    arguments = parser().parse_args(words)
    try:
        if arguments.command == "ask":
            ask(arguments.sql)
        elif arguments.command == "functions":
            write_functions()
        else:
            print(f"Trino {VERSION} is in {set_up()}.")
    except (SetupError, TrinoQueryError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def ask(sql: str) -> None:
    with trino_server(NOWHERE, NOWHERE) as address:
        result = TrinoExecutor(address).ask(sql)
    columns = zip(result.names, result.types, strict=True)
    print("\t".join(f"{name} ({kind})" for name, kind in columns))
    for row in result.rows:
        print("\t".join(map(repr, row)))


def write_functions() -> None:
    with TemporaryDirectory() as folder, trino_server(NOWHERE, NOWHERE) as address:
        at_home = engine(Path(folder), views=False)
        count, found = differences(TrinoExecutor(address), at_home)
    PAGE.write_text(page(count, found), "utf-8")
    print(f"{count} calls, {len(found)} not answered alike: {PAGE}")
    for one in found:
        if reason_of(one) is None:
            print(f"no reason is known for {one.call.expression}")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m bio_lakehouse_tests.trino",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("set-up", help="put Trino together in its cache folder")
    commands.add_parser("functions", help="write the table of what is not answered alike")
    asking = commands.add_parser("ask", help="what Trino answers to a statement without tables")
    asking.add_argument("sql", help='a statement, e.g. "SELECT 5 / 0e0"')
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
