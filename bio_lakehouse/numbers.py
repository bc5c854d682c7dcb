"""How numbers are rounded and written wherever a person reads one: half away from zero, and only
here."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

NO_VALUE = "–"
MINUS = "−"
MINUTES_AN_HOUR = 60
MINUTES_A_DAY = 24 * MINUTES_AN_HOUR
MEBIBYTE, GIBIBYTE = 1 << 20, 1 << 30
SIGNIFICANT_DIGITS, LONGEST_PLAIN = 6, 15
SMALLEST_PROBABILITY = 0.001


def rounded(value: float, decimals: int = 0) -> Decimal:
    """`value` rounded half away from zero.

    The detour over ten digits drops binary dust such as 2.4999999999999996.
    """
    exact = Decimal(f"{value:.10f}")
    figure = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return figure if figure else abs(figure)


def number_text(value: float | Decimal, decimals: int = 0) -> str:
    """`−1,234.5`: rounded, with thousands separated; never a minus before zero.

    What is too large for every digit to mean something, or no number, is written short.
    """
    if _is_beyond(value):
        return short_text(float(value))
    figure = rounded(float(value), decimals)
    return f"{MINUS if figure < 0 else ''}{abs(figure):,}"


def signed_text(value: float | Decimal, decimals: int = 0) -> str:
    """`+3`, `−12`, `±0`: as `number_text`, always with a sign."""
    if _is_beyond(value):
        return f"{'+' if value > 0 else ''}{short_text(float(value))}"
    figure = rounded(float(value), decimals)
    sign = "+" if figure > 0 else MINUS if figure < 0 else "±"
    return f"{sign}{abs(figure):,}"


def _is_beyond(value: float | Decimal) -> bool:
    return not math.isfinite(value) or abs(value) >= 10**LONGEST_PLAIN


def in_minutes(hours: float) -> Decimal:
    """Hours as whole minutes."""
    return rounded(hours * MINUTES_AN_HOUR)


def hours_text(hours: float, unit: str = " min") -> str:
    """`7 h 12 min` for 7.2, `−0 h 30 min` for −0.5."""
    if _is_beyond(hours * MINUTES_AN_HOUR):
        return f"{short_text(hours)} h"
    minutes = int(in_minutes(hours))
    whole, rest = divmod(abs(minutes), MINUTES_AN_HOUR)
    return f"{MINUS if minutes < 0 else ''}{whole} h {rest:02d}{unit}"


def clock_text(hours: float) -> str:
    """A time of day given in hours after midnight: `22:45` for −1.25, `07:05` for 7.08."""
    if _is_beyond(hours * MINUTES_AN_HOUR):
        return NO_VALUE
    whole, rest = divmod(int(in_minutes(hours)) % MINUTES_A_DAY, MINUTES_AN_HOUR)
    return f"{whole:02d}:{rest:02d}"


def effect_text(value: float) -> str:
    """An effect, a slope or an end of its interval: three significant digits, at most two
    decimals."""
    return number_text(value, _effect_decimals(value))


def signed_effect_text(value: float) -> str:
    """As `effect_text`, with a plus before what is above zero."""
    text = effect_text(value)
    is_above = _is_beyond(value) or rounded(value, _effect_decimals(value)) > 0
    return f"+{text}" if value > 0 and is_above else text


def _effect_decimals(value: float) -> int:
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def probability_text(value: float) -> str:
    """`< 0.001`, `0.004`, `0.23`."""
    if value < SMALLEST_PROBABILITY:
        return f"< {SMALLEST_PROBABILITY}"
    return number_text(value, 3 if value < 0.1 else 2)


def halves_text(value: float) -> str:
    """A score or a median of scores: whole, or a half."""
    return number_text(value, 0 if float(value).is_integer() else 1)


def short_text(value: float) -> str:
    """As few digits as it takes, six significant ones at most: `0.05`, `2,000`, `1.5e+20`."""
    context = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_UP)
    figure = context.create_decimal(repr(float(value))).normalize()
    is_plain = not figure or -4 <= figure.adjusted() < LONGEST_PLAIN
    return f"{figure:{',f' if is_plain else 'e'}}"


def decimals_text(value: float, most: int) -> str:
    """A value of a table as a machine writes it: at most so many decimals, at least one."""
    whole, _, decimals = f"{rounded(value, most):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def bytes_text(size: int) -> str:
    """`1.4 GB`, `12 MB`: in binary units, as file managers write them."""
    if size >= GIBIBYTE:
        return f"{number_text(size / GIBIBYTE, 1)} GB"
    return f"{number_text(size / MEBIBYTE)} MB"


def mebibytes_text(size: int, decimals: int = 0) -> str:
    """`1,024.5 MiB`."""
    return f"{number_text(size / MEBIBYTE, decimals)} MiB"


def seconds_text(seconds: float, decimals: int = 0) -> str:
    """`30 s`."""
    return f"{number_text(seconds, decimals)} s"
