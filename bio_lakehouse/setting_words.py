"""What is wrong with a setting, in words: its name, its value unless it may be a secret, and what
is possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

LONGEST_SHOWN = 40
"""Characters of a value that is told; no setting of numbers, days or words needs more."""
OF_ADDRESSES = ("@", "://")
"""What values have that may hold a password."""
OF_KIND = {
    "int": "is no whole number",
    "float": "is no number",
    "bool": "is neither true nor false",
    "date": "is no day: write it as YYYY-MM-DD, such as 2026-03-01",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "is not of the form that it must have",
}
"""What is said of each kind of pydantic's errors, or of all that begin so."""


@dataclass(frozen=True, slots=True)
class BadSetting:
    """A field whose value cannot be used, the variable or key that sets it, and why not."""

    field: str
    variable: str
    said: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.said}"


def variable_of(name: str, field: FieldInfo) -> str:
    """The environment variable of a field of the settings."""
    return str(field.validation_alias or f"BIO_{name.upper()}")


def bad_settings(error: ValidationError, fields: Mapping[str, FieldInfo]) -> list[BadSetting]:
    """Every field of the settings with which something is wrong, once."""
    names = {variable_of(name, field): name for name, field in fields.items()}
    found: dict[str, BadSetting] = {}
    for problem in error.errors():
        place = str(problem["loc"][0])
        name = names.get(place, place)
        variable = variable_of(name, fields[name])
        found.setdefault(name, BadSetting(name, variable, what_is_wrong(problem, fields[name])))
    return list(found.values())


def bad_keys(error: ValidationError, fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    """What is wrong with each key of a person's table, in a sentence's half."""
    for problem in error.errors():
        key = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            yield f"nothing reads {key}: {_proper_name(key, list(fields))}"
        else:
            yield f"{key}: {what_is_wrong(problem, fields.get(key))}"


def what_is_wrong(problem: Mapping[str, Any], field: FieldInfo | None) -> str:
    """Why a value cannot be used, and what can, after the value where it may be shown."""
    kind, message = problem["type"], problem["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return str(message)
    known = next((said for begin, said in OF_KIND.items() if kind == begin), None)
    known = known or next((said for begin, said in OF_KIND.items() if kind.startswith(begin)), "")
    said = known.format(**problem.get("ctx", {})) if known else f"cannot be used ({message})"
    if kind == "string_pattern_mismatch" and field is not None:
        said = f"{said}: {field.description}"
    return f"{_shown(problem['input'], field)} {said}"


def _shown(value: object, field: FieldInfo | None) -> str:
    """A value as it may be told: nothing of a secret, or of an address, which may hold one."""
    is_secret = field is not None and "Secret" in str(field.annotation)
    text = str(value)
    has_address = any(part in text for part in OF_ADDRESSES)
    if is_secret or has_address or len(text) > LONGEST_SHOWN:
        return "its value"
    return repr(value)


def _proper_name(key: str, names: list[str]) -> str:
    from difflib import get_close_matches

    can_be = [name for name in names if name != "user_id"]
    near = get_close_matches(key.lower(), can_be, n=1)
    return f"{near[0]} is probably meant" if near else f"there are {', '.join(can_be)}"
