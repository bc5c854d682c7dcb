"""Every sentence that a narrative can be made of, as frames with named fields.

Frames of a form stand from the plainest to the fullest. A frame can be used where all its fields
are known; which one is chosen is decided in `telling`. `python -m bio_lakehouse.narrative.frames`
prints them all.

No frame says why, and none that lists days says that there are no others. A mean is said to be
one, a difference has a direction only where it moved, and measures of different kinds never stand
in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from bio_lakehouse.english import capital

Fields = Mapping[str, str]

LEVELS: Mapping[str, tuple[str, ...]] = {
    "level": (
        "{subject} averaged {week}.",
        "Your {name} averaged {week} this week.",
        "This week’s {name} averaged {week}.",
        "{subject} averaged {week} over the {known} days that are known.",
    ),
    "level of few days": (
        "{subject} averaged {week} over the {known} days that are known.",
        "Over the {known} days of which {subject} {is} known, the average was {week}.",
        "Only {known} days of {name} are known; their average was {week}.",
    ),
    "level of one day": (
        "Only one day of {name} is known, at {week}.",
        "{subject} {is} known for one day only: {week}.",
        "For {subject} only one day is known, at {week}.",
    ),
    "levels": (
        "{first} averaged {first_week}, {items}.",
        "This week {first} averaged {first_week}, {items}.",
        "Over the week {first} averaged {first_week}, {items}.",
    ),
    "two levels": (
        "{first} averaged {first_week} and {second} {second_week}.",
        "This week {first} averaged {first_week} and {second} {second_week}.",
        "Over the week {first} averaged {first_week} and {second} {second_week}.",
    ),
    "level while level": (
        "{first} averaged {first_week}, while {second} averaged {second_week}.",
        "This week {first} averaged {first_week}, while {second} averaged {second_week}.",
        "Over the week {first} averaged {first_week}, while {second} averaged {second_week}.",
    ),
    "a level among several": ("{subject} {week}",),
}

COMPARISONS: Mapping[str, tuple[str, ...]] = {
    "compare what moved": (
        "{subject} averaged {week}, {direction} than the {before} of the four weeks before.",
        "{subject} {was} {direction} than in the four weeks before: {week} on average, against "
        "{before}.",
        "At {week} on average, {subject} {was} {direction} than in the four weeks before "
        "({before}).",
        "{subject} averaged {week}, {size} {direction} than the {before} of the four weeks before, "
        "which is more than weeks like yours usually differ by.",
    ),
    "compare what moved by less than its last digit": (
        "{subject} averaged {week}, a little {direction} than in the four weeks before.",
        "{subject} {was} a little {direction} than in the four weeks before, at {week} on average.",
        "At {week} on average, {subject} {was} a little {direction} than in the four weeks before.",
    ),
    "compare several that moved": (
        "Compared with the four weeks before, {items}.",
        "Set against the four weeks before, {items}.",
        "This week, compared with the four weeks before, {items}.",
    ),
    "compare two that moved apart": (
        "Compared with the four weeks before, {first}, while {second}.",
        "Set against the four weeks before, {first}, while {second}.",
        "This week, compared with the four weeks before, {first}, while {second}.",
    ),
    "one that moved among several": ("{subject} {was} {direction} ({week}, against {before})",),
    "compare as usual": (
        "{subject} averaged {week}, not clearly different from the four weeks before.",
        "{subject} averaged {week}, against {before} in the four weeks before: not clearly "
        "different.",
        "At {week} on average, {subject} {was} not clearly different from the {before} of the four "
        "weeks before.",
        "{subject} averaged {week} this week and {before} in the four weeks before, which is no "
        "clear difference.",
    ),
    "compare the same": (
        "{subject} averaged {week}, as in the four weeks before.",
        "At {week} on average, {subject} {was} as in the four weeks before.",
        "{subject} averaged {week}, the same as in the four weeks before.",
    ),
    "compare several as usual": (
        "{first} averaged {first_week} ({first_before} before), {items}: {none} clearly different "
        "from the four weeks before.",
        "{first} averaged {first_week} ({first_before} before), {items}, {none} of them clearly "
        "different from the four weeks before.",
        "This week {first} averaged {first_week} ({first_before} before), {items}, {none} of them "
        "clearly different from the four weeks before.",
    ),
    "compare two as usual": (
        "{first} averaged {first_week} ({first_before} before) and {items}: {none} clearly "
        "different from the four weeks before.",
        "{first} averaged {first_week} ({first_before} before) and {items}, {none} of them clearly "
        "different from the four weeks before.",
        "This week {first} averaged {first_week} ({first_before} before) and {items}, {none} of "
        "them clearly different from the four weeks before.",
    ),
    "one as usual among several": ("{subject} {week} ({before} before)",),
}

COUNTS: Mapping[str, tuple[str, ...]] = {
    "count": (
        "You logged {week}.",
        "You logged {week} this week.",
        "This week you logged {week}; the four weeks before had {before}.",
        "You logged {week}, against {before} in the four weeks before.",
    ),
    "count with sums": (
        "You logged {week} ({sums}).",
        "You logged {week} this week, {sums} in all.",
        "This week you logged {week} ({sums}); the four weeks before had {before} ({sums_before}).",
        "You logged {week} ({sums}), against {before} ({sums_before}) in the four weeks before.",
    ),
    "sum": (
        "{subject} came to {week}.",
        "{subject} came to {week} this week.",
        "{subject} came to {week}, against {before} in the four weeks before.",
        "This week {subject} came to {week}, and to {before} in the four weeks before.",
    ),
    "sums": (
        "{items}.",
        "This week {items}.",
        "In all, {items}.",
    ),
    "a sum among several": (
        "{subject} came to {week}",
        "{subject} came to {week} ({before} in the four weeks before)",
    ),
}

EXTREMES: Mapping[str, tuple[str, ...]] = {
    "high": (
        "{subject} {was} highest on {weekdays}, at {value}.",
        "Your highest {name} of the week came on {weekdays}: {value}.",
        "The week’s highest {name} was {value}, on {weekdays}.",
    ),
    "high since": (
        "{subject} {was} highest on {weekdays}, at {value}.",
        "{subject} reached {value} on {weekdays}, the highest since {since}.",
        "The week’s highest {name} was {value}, on {weekdays}, the highest since {since}.",
        "On {weekdays} {subject} reached {value}, and that is the highest since {since}.",
    ),
    "highs": (
        "{items}.",
        "This week {items}.",
        "Over the week {items}.",
    ),
    "a high among several": (
        "{subject} {was} highest on {weekdays} at {value}",
        "{subject} {was} highest on {weekdays} at {value} (the highest since {since})",
    ),
    "low": (
        "{subject} {was} lowest on {weekdays}, at {value}.",
        "Your lowest {name} of the week came on {weekdays}: {value}.",
        "The week’s lowest {name} was {value}, on {weekdays}.",
    ),
    "lows": (
        "{items}.",
        "This week {items}.",
        "Over the week {items}.",
    ),
    "a low among several": ("{subject} {was} lowest on {weekdays} at {value}",),
}

DAYS: Mapping[str, tuple[str, ...]] = {
    "unusual day": (
        "{subject} {was} unusually {side} on {weekdays}, at {value}.",
        "On {weekdays} {subject} {was} unusually {side}: {value}.",
        "{weekdays} stood out with {an} unusually {side} {name}: {value}.",
        "{subject} {was} unusually {side} on {weekdays}: {value}, far {beyond} what your own days "
        "of the two months before make likely.",
    ),
    "unusual days": (
        "{subject} {was} unusually {side} on {days}.",
        "Unusually {side} {name} came on {days}.",
        "The days of unusually {side} {name} were {days}.",
    ),
    "unusual on the same day": (
        "{items} were unusually {side} on {weekdays}.",
        "On {weekdays} {items} were unusually {side}.",
        "{weekdays} stood out: {items} were unusually {side}.",
    ),
    "one of the same day": ("{subject} ({value})",),
    "unusual on several days": (
        "{items}.",
        "This week {items}.",
        "Some days stood out: {items}.",
    ),
    "an unusual day among several": ("{subject} {was} unusually {side} on {days}",),
    "day outside": (
        "{subject} {was} {value} on {weekdays}, {beyond} your usual {band}.",
        "On {weekdays} {subject} {was} {value}, {beyond} your usual {band}.",
        "The week’s {extreme} {name} was {value}, on {weekdays}; your usual is {band}.",
        "{subject} {was} {value} on {weekdays}, the week’s {extreme} and {beyond} your usual "
        "{band}.",
    ),
    "days outside": (
        "{items}.",
        "Each at the week’s lowest or highest, and outside your usual: {items}.",
        "At the week’s lowest or highest, each of these lay outside your usual: {items}.",
    ),
    "a day outside among several": ("on {weekdays} {items}",),
    "the first of a day outside": ("{subject} {was} {value} (usually {band})",),
    "another of a day outside": ("{subject} {value} (usually {band})",),
}

FINDINGS: Mapping[str, tuple[str, ...]] = {
    "first finding": (
        "Over {window}, {told}",
        "In {window}, {told}",
        "Looking back over {window}: {told}",
    ),
    "finding": ("{sentence}",),
    "next finding": (
        "{sentence}",
        "Over the same days, {told}",
        "In the same days, {told}",
    ),
    "not found": (
        "Looked for and not found: {subjects}.",
        "Also looked for and not found: {subjects}.",
        "Not found, though looked for: {subjects}.",
    ),
    "not found, first": (
        "Looked for and not found: {subjects}.",
        "Not found, though looked for: {subjects}.",
        "Looked for over {window} and not found: {subjects}.",
    ),
    "not enough data": (
        "Too few days yet to tell: {subjects}.",
        "Too early to tell: {subjects}.",
        "There are too few days yet to tell of {subjects}.",
    ),
}

STORY: Mapping[str, tuple[str, ...]] = {"story": ("{sentence}",)}

TABLES = (STORY, LEVELS, COMPARISONS, COUNTS, EXTREMES, DAYS, FINDINGS)
FRAMES: Mapping[str, tuple[str, ...]] = {form: of for table in TABLES for form, of in table.items()}
"""All frames by form."""


def fields_in(frame: str) -> frozenset[str]:
    """The names of a frame's fields."""
    return frozenset(name for _, name, _, _ in Formatter().parse(frame) if name)


def applicable(form: str, fields: Fields) -> tuple[str, ...]:
    """The frames of a form whose fields are all known (an empty field is not)."""
    known = {name for name, value in fields.items() if value}
    return tuple(frame for frame in FRAMES[form] if fields_in(frame) <= known)


def filled(frame: str, fields: Fields) -> str:
    """A frame with its fields; its first letter is a capital where it is a sentence."""
    text = frame.format_map(fields)
    return capital(text) if frame.endswith((".", "{told}", "{sentence}")) else text


def listing() -> str:
    """All frames, form by form."""
    parts = []
    for form, frames in FRAMES.items():
        parts.append("\n".join([form, *(f"  - {frame}" for frame in frames)]))
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(listing())
