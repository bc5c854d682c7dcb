"""What Claude's tokens cost: by the maintained table of `genai-prices`, or by prices that a person
has set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bio_lakehouse.claude.usage import Usage

MILLION = 1_000_000
ANTHROPIC_URL = "https://api.anthropic.com"


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


def cost_of(
    requests: Iterable[Usage], model: str, prices: Prices | None = None, api_url: str | None = None
) -> float | None:
    """USD of requests at `prices`, else at the model's list prices; None for a model without any.

    Each request is priced on its own: some models cost more where one prompt is long. The list is
    that of whoever sells at `api_url`, Anthropic's when None.
    """
    costs = [
        prices.cost(usage) if prices else list_price(usage, model, api_url) for usage in requests
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def list_price(usage: Usage, model: str, api_url: str | None = None) -> float | None:
    """USD of one request at list prices, as the installed `genai-prices` knows them; nothing is
    fetched."""
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.prompt,
        cache_write_tokens=usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        priced = genai_prices.calc_price(counted, model, provider_api_url=api_url or ANTHROPIC_URL)
        return float(priced.total_price)
    except LookupError:
        return None
