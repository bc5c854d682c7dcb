"""What Claude's tokens cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bio_lakehouse.narrative.writer import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per million tokens: input, output, writing to the five-minute prompt cache and reading from it."""

    input: float
    output: float
    cache_write: float
    cache_read: float


LIST_PRICES: Mapping[str, Prices] = {
    "claude-fable-5-1": Prices(10.0, 50.0, 12.5, 0.25),
    "claude-fable-5": Prices(10.0, 50.0, 12.5, 1.0),
    "claude-opus-5-5": Prices(4.0, 20.0, 5.0, 0.20),
    "claude-opus-5": Prices(5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-8": Prices(5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-7": Prices(5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-6": Prices(5.0, 25.0, 6.25, 0.50),
    "claude-sonnet-5-5": Prices(2.0, 10.0, 2.5, 0.10),
    "claude-sonnet-5": Prices(2.0, 10.0, 2.5, 0.20),
    "claude-haiku-5-5": Prices(0.10, 0.50, 0.125, 0.01),
}
"""Anthropic's list prices (https://platform.claude.com/docs/en/about-claude/pricing, as of October 2026); Haiku 5.5's
are those of prompts up to 100,000 tokens. Other prices, and those of other models, are a matter of settings."""


def cost_of(usage: Usage, model: str, prices: Prices | None = None) -> float | None:
    """USD of a usage at `prices`, else at the model's list prices; None for a model without any."""
    known = prices or LIST_PRICES.get(model)
    if known is None:
        return None
    return (
        usage.input_tokens * known.input
        + usage.output_tokens * known.output
        + usage.cache_write_tokens * known.cache_write
        + usage.cache_read_tokens * known.cache_read
    ) / MILLION
