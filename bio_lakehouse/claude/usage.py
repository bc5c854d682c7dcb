"""What requests to Claude used up, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from bio_lakehouse.numbers import number_text


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request or of several; `complete` is False when some requests never told
    theirs."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    complete: bool = True

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.complete and other.complete,
        )

    @property
    def prompt(self) -> int:
        """Tokens that were sent, cached or not."""
        return self.input_tokens + self.cache_write_tokens + self.cache_read_tokens

    @property
    def total(self) -> int:
        return self.prompt + self.output_tokens


def spent(requests: int, usage: Usage, cost_usd: float | None) -> str:
    """`2 requests: 5,100 tokens, about $0.0143`; what is not known is said to be so."""
    counted = "1 request" if requests == 1 else f"{requests} requests"
    if not (usage.total or usage.complete):
        return f"{counted}, of unknown cost"
    least = "" if usage.complete else "at least "
    cost = "cost unknown" if cost_usd is None else f"{least or 'about '}${number_text(cost_usd, 4)}"
    return f"{counted}: {least}{usage.total:,} tokens, {cost}"
