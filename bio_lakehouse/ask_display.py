"""An answer on a terminal: the sentence first, then its rows, what it rests on, and its SQL."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from bio_lakehouse.answers import Heading, heading, print_cells, shown
from bio_lakehouse.ask.answers.answer_table import table_of
from bio_lakehouse.ask.answers.statement_layout import laid_out
from bio_lakehouse.english import capital, count, dated
from bio_lakehouse.numbers import number_text, seconds_text
from bio_lakehouse.terminal import OUT, escape, visible

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.answer import Answer
    from bio_lakehouse.ask.answers.corrections import Correction
    from bio_lakehouse.ask.evaluation.evaluate import Runs

NARROWEST = 12
"""Characters to which a column of texts shrinks before each row is shown by itself."""
MOST_ROWS = 20
"""Rows of an answer that are printed; the SQL gives them all."""
MOST_LINES = 15
"""Lines of SQL that a terminal shows with an answer; a file or a pipe has all."""


def print_told(answer: Answer) -> None:
    """All of an answer; where there is none, why, and what can be asked instead."""
    OUT.print(f"[bold]{escape(answer.sentence)}[/]", soft_wrap=True, highlight=False)
    for caveat in answer.caveats:
        _line(caveat)
    if answer.why:
        _print_offers(answer)
        if answer.model:
            _line(how_it_came(answer))
        return
    _print_rows(answer)
    for assumption in answer.assumptions:
        _line(f"{who_assumed(answer)}: {assumption}")
    if answer.plan and answer.plan.explanation:
        _line(explained(answer))
    if answer.freshness:
        _line(answer.freshness)
    _print_sql_in_sight(answer)
    OUT.print(f"[dim]{escape(how_it_came(answer))}[/]", soft_wrap=True, highlight=False)


def print_sql(answer: Answer) -> None:
    """The statement alone, as it can be given to `bio-lakehouse query`."""
    OUT.print("\n".join(_lines_of(answer)), soft_wrap=True, highlight=False, markup=False)


def _lines_of(answer: Answer) -> list[str]:
    return [visible(line) for line in laid_out(answer.sql).splitlines()]


def _is_shown(answer: Answer) -> bool:
    """Whether the statement is printed; a long one would push the answer out of sight."""
    return not OUT.is_terminal or len(_lines_of(answer)) <= MOST_LINES


def _print_sql_in_sight(answer: Answer) -> None:
    """The statement, or what prints it."""
    if _is_shown(answer):
        print_sql(answer)
    else:
        lines = len(_lines_of(answer))
        _line(f"Its SQL has {lines} lines: --sql prints them, and in a conversation `sql`.")


def print_correction(correction: Correction) -> None:
    """A correction with its state and its SQL."""
    verified = correction.verified_on
    state = f"verified on {dated(verified)}" if verified else correction.state
    OUT.print(
        f"[bold]{escape(correction.id)}[/] {escape(correction.question)} [dim]({state})[/]",
        soft_wrap=True,
        highlight=False,
    )
    for line in correction.sql.splitlines():
        OUT.print(f"    {visible(line)}", soft_wrap=True, highlight=False, markup=False)


def print_evaluation(runs: Runs, *, as_object: bool) -> None:
    """What came of an evaluation's questions, as tables or as JSON."""
    from bio_lakehouse.ask.evaluation.score_tables import tables
    from bio_lakehouse.ask.evaluation.scores import as_json

    if as_object:
        told = {name: as_json(results) for name, results in runs.items()}
        OUT.print_json(json.dumps(told, ensure_ascii=False))
        return
    for table in tables(runs):
        OUT.print(table)
        OUT.print()


def how_it_came(answer: Answer) -> str:
    """`Semantic model, high confidence, 0.1 s`: by which way, how sure, how long, at what price."""
    plan = answer.plan
    if answer.source == "candidate":
        return "a candidate that nobody has verified yet"
    parts = [answer.source or "", f"{answer.confidence} confidence" if plan else "", answer.model]
    if plan and plan.verified_by:
        on = f" on {dated(plan.verified_on)}" if plan.verified_on else ""
        parts.append(f"verified by {plan.verified_by}{on}")
    parts.append("kept from before, the data is the same" if answer.is_cached else "")
    parts.append(seconds_text(answer.seconds, 2))
    if answer.model:
        cost = answer.cost_usd
        parts.append("cost unknown" if cost is None else f"${number_text(cost, 4)}")
    return ", ".join(filter(None, parts))


def explained(answer: Answer) -> str:
    """What a language model says of its statement, as its own words."""
    return f"{answer.model} says of its SQL: “{answer.plan.explanation if answer.plan else ''}”"


def who_assumed(answer: Answer) -> str:
    """What a language model assumed is told as its own."""
    return f"{answer.model} assumed" if answer.source == "language model" else "Assumed"


def _print_rows(answer: Answer) -> None:
    rows = answer.rows
    if rows is None or answer.is_told_whole:
        return
    table = table_of(answer, MOST_ROWS, shown)
    headings = [
        _heading(name, None if place < 0 else rows.schema[place])
        for name, place in zip(table.names, table.columns, strict=True)
    ]
    print_cells(headings, table.cells, NARROWEST)
    OUT.print(count(len(table.cells), "row"))
    if table.left_out:
        below = ", and by the SQL below" if _is_shown(answer) else ""
        _line(f"{capital(count(table.left_out, 'more column'))} with --json{below}.")
    if rows.num_rows > MOST_ROWS:
        _line(
            f"The first {MOST_ROWS} of {rows.num_rows:,} rows; --json has them all, and so has the "
            f"SQL{' below' if _is_shown(answer) else ''} in `bio-lakehouse query`."
        )


def _heading(name: str, column: pa.Field | None) -> Heading:
    """A column's name in words; figures that are written as a text stand as figures do."""
    words = visible(name).replace("_", " ")
    return replace(heading(column), name=words) if column else Heading(words, is_number=True)


def _print_offers(answer: Answer) -> None:
    if answer.plan:
        _print_sql_in_sight(answer)
    if answer.offers:
        _line("Did you mean:" if answer.why == "ambiguous" else "What can be asked:")
    for offer in answer.offers:
        _line(f"  {offer}")


def _line(text: str) -> None:
    OUT.print(escape(text), soft_wrap=True, highlight=False)
