"""What Claude's tokens cost: by the maintained table of `genai-prices`, or by prices that a person
has set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bio_lakehouse.claude.usage import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per million tokens: input, output, writing to the five-minute prompt cache and reading
    from it."""

    input: float
    output: float
    cache_write: float
    cache_read: float

    def cost(self, usage: Usage) -> float:
        return (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_write_tokens * self.cache_write
            + usage.cache_read_tokens * self.cache_read
        ) / MILLION


def cost_of(requests: Iterable[Usage], model: str, prices: Prices | None = None) -> float | None:
    """USD of requests at `prices`, else at the model's list prices; None for a model without any.

    Each request is priced on its own: some models cost more where one prompt is long.
    """
    costs = [prices.cost(usage) if prices else list_price(usage, model) for usage in requests]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def list_price(usage: Usage, model: str) -> float | None:
    """USD of one request at Anthropic's list prices, as the installed `genai-prices` knows them;
    nothing is fetched."""
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.prompt,
        cache_write_tokens=usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        return float(genai_prices.calc_price(counted, model, provider_id="anthropic").total_price)
    except LookupError:
        return None
