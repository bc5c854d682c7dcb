"""The table of what a laptop and Athena do not answer alike, which is `infra/ATHENA.md`.

`python -m bio_lakehouse_tests.trino functions` makes every call of `function_calls.sql` on both and
writes it. A difference without a reason here is one that nobody has looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bio_lakehouse_tests.trino.function_outcomes import Difference, Outcome
from bio_lakehouse_tests.trino.trino_setup import VERSION

PAGE = Path(__file__).parents[2] / "infra" / "ATHENA.md"
MOST_SHOWN = 60
NO_NUMBER = "No number (NaN) is equal to nothing and no largest value in Athena; here it is both."
REFUSED = "Refused here, where the local engine has nothing that means the same."
REASONS: dict[str, tuple[str, ...]] = {
    NO_NUMBER: (
        "greatest({double}", "array_max({doubles})", "{double} <", "{double} >", "nan() ",
        "max(d", "max_by(n, d)", "max_by(s, d)", "approx_percentile(d", "skewness(d)",
    ),
    REFUSED: (
        "random(", "bitwise_left_shift(", "bitwise_right_shift(", "format('%d %5d",
        "format('%s', {time})", "regexp_like('a1'", "regexp_replace('abc', '(?<", "reverse({list})",
        "regexp_replace('a.b'", "strpos('abcabc'", "from_iso8601_date(", "array_sort({list}, (x",
        "cardinality({map})", "{list} || 5", "sequence({other time}", "json_exists({json}, 'strict",
        "round({decimal}, {count})", "truncate({decimal}, {count})",
    ),
    "A date less a date is an interval in Athena, with which nothing but dates can be reckoned; "
    "refused here, so that nobody takes it for a number of days: ask `date_diff`.": (
        "{date} - {other date}",
    ),
    "Athena refuses a place or a key that is not there; here it is null, as `element_at` has it.": (
        "{list}[{place}]", "{map}[{key}]", "element_at({list}",
    ),
    "The local engine reads more than Athena does.": (
        "CAST('inf'", "CAST('yes'", "CAST('2026-05-07 10:11:12' AS date)",
        "CAST('2026-05-07T10:11:12'", "truncate({double}, {count})",
    ),
    "The local engine cannot tell a group that took no part from an empty one, and takes a group "
    "that is not there for an empty one.": ("regexp_extract",),
    "An empty match at either end is no place to split here.": ("regexp_split(",),
    "Lengths of texts and digits of decimals are not told here.": ("typeof(",),
    "A null is told as `null` by Java's format, and cut to the digits asked for.": ("format('",),
    "Zeros at a number's end and its exponent are kept by Athena.": (
        "json_extract_scalar(", "json_format(", "json_parse(",
    ),
    "Some values are written with other characters within JSON.": ("CAST({double} AS json)",
                                                                  "CAST({text} AS json)"),
    "A time keeps its own zone in Athena; here it is told in UTC.": ("from_iso8601_timestamp(",),
    "Athena's times have as many digits as their type; here as many as are needed, and all that "
    "are there.": (
        "to_iso8601(", "CAST({time} AS varchar)", "CAST(timestamp '2026-05-07 10:11:12.123456'",
    ),
    "A time before 1970 loses a second in Trino.": ("CAST({time} AS time)",),
    "Trino returns its first array as it is where the second is empty; its documentation says that "
    "what is twice in it is taken once.": ("array_except(",),
    "A null among arrays or maps is passed over here.": ("concat_ws(',', {texts})", "map_concat("),
    "`char` pads with blanks; here it is cut alone.": ("CAST('abc' AS char(5))",),
    "No table has decimals, and the average of one that a statement makes keeps its digits in "
    "Athena.": ("avg(m)",),
}  # fmt: skip
HEAD = f"""# Where Athena and a laptop do not answer alike

The same SQL is asked of Athena and of DuckDB, for which it is translated. Every function and
operator that may be asked for was called with ordinary, null, empty and edge values on a real Trino
{VERSION}, Athena's engine, and on a laptop's: {{count:,}} calls, of which {{differing}} are not
answered alike. What could be made the same, is. This is the rest, made by
`python -m bio_lakehouse_tests.trino functions` and held by `pytest -m trino`.

In the calls of aggregates, n is a whole number, d a double, m a decimal and s a text.

Two things that no single call shows: `approx_percentile` estimates in Athena once there are some
eighty values, where a laptop is exact; and before a statement is sent to Athena, what divides,
averages or correlates decimals or whole numbers is made to do so in doubles, since Athena's digits
would differ with its version. `array_sum` and `array_average`, which Presto has and Athena has not,
are asked of Athena as `reduce`; `INTERVAL '2' WEEK` and other functions of Presto's alone (`cot`,
`regr_r2` and its kin) are refused.

| Asked | Athena | A laptop | Why |
|---|---|---|---|
"""


def reason_of(difference: Difference) -> str | None:
    """Why a call is not answered alike; None when nobody has said."""
    template = difference.call.template
    for reason, beginnings in REASONS.items():
        if template.startswith(beginnings):
            return reason
    return None


def page(count: int, found: Sequence[Difference]) -> str:
    """The whole page: a row for each call that differs, the first of those of one kind."""
    first = {difference.call.template: difference for difference in reversed(found)}
    rows = sorted(first.values(), key=found.index)
    return HEAD.format(count=count, differing=len(found)) + "".join(map(row_of, rows))


def row_of(difference: Difference) -> str:
    theirs, ours = difference.on_trino, difference.at_home
    cells = (
        f"`{shown(difference.call.expression)}`",
        told(theirs),
        told(ours),
        reason_of(difference) or "",
    )
    return f"| {' | '.join(cells)} |\n"


def told(outcome: Outcome) -> str:
    if outcome.refusal:
        return "refused"
    values = outcome.values[0] if len(outcome.values) == 1 else list(outcome.values)
    return f"`{shown(text_of(values))}`"


def text_of(value: Any) -> str:
    return "null" if value is None else str(value)


def shown(text: str) -> str:
    short = text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
    return short.replace("|", "\\|").replace("\n", " ")
