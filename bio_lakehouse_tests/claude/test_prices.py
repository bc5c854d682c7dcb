"""What requests cost: by the table of list prices, each request on its own, or by prices that a
person has set."""

from __future__ import annotations

from typing import get_args

import pytest

from bio_lakehouse.claude.prices import Prices, cost_of
from bio_lakehouse.claude.usage import Usage, spent
from bio_lakehouse.settings import Settings

DEFAULT_MODEL = Settings.model_fields["claude_model"].default
USED = Usage(800, 250, 1200, 300)
LISTED = [
    ("claude-fable-5-1", Prices(10.0, 50.0, 12.5, 0.25)),
    ("claude-opus-5-5", Prices(4.0, 20.0, 5.0, 0.20)),
    ("claude-sonnet-5-5", Prices(2.0, 10.0, 2.5, 0.10)),
    ("claude-haiku-5-5", Prices(0.10, 0.50, 0.125, 0.01)),
]


@pytest.mark.parametrize(("model", "prices"), LISTED)
def test_list_prices_are_anthropics(model: str, prices: Prices) -> None:
    assert cost_of([USED], model) == pytest.approx(prices.cost(USED))
    assert cost_of([USED, USED], f"{model}-20261001") == pytest.approx(2 * prices.cost(USED))


def test_set_prices_count_before_listed_ones() -> None:
    prices = Prices(100, 200, 300, 400)
    assert cost_of([USED], DEFAULT_MODEL, prices) == pytest.approx(0.08 + 0.05 + 0.36 + 0.12)
    assert cost_of([USED], "claude-of-tomorrow", prices) == cost_of([USED], DEFAULT_MODEL, prices)


def test_the_price_of_an_unknown_model_is_not_guessed() -> None:
    assert cost_of([USED], "claude-of-tomorrow") is None
    assert cost_of([USED], "gpt-5") is None


def test_a_long_prompt_costs_more_and_two_short_ones_do_not() -> None:
    half, whole = Usage(60_000), Usage(120_000)
    assert cost_of([half, half], "claude-haiku-5-5") == pytest.approx(0.012)
    assert cost_of([whole], "claude-haiku-5-5") == pytest.approx(0.06)


def test_the_default_model_is_known_current_and_priced() -> None:
    # It takes a second of processor, which each worker of the suite would spend.
    from anthropic.resources.messages.messages import DEPRECATED_MODELS
    from anthropic.types import Model

    known = {name for part in get_args(Model) for name in get_args(part)}
    assert DEFAULT_MODEL in known - set(DEPRECATED_MODELS)
    assert cost_of([USED], DEFAULT_MODEL) is not None


TOLD = [
    (1, USED, 0.00713, "1 request: 2,550 tokens, about $0.0071"),
    (2, USED, None, "2 requests: 2,550 tokens, cost unknown"),
    (1, Usage(800, complete=False), 0.0016, "1 request: at least 800 tokens, at least $0.0016"),
    (1, Usage(complete=False), 0.0, "1 request, of unknown cost"),
]


@pytest.mark.parametrize(("requests", "usage", "cost", "told"), TOLD)
def test_what_was_spent_is_told(requests: int, usage: Usage, cost: float | None, told: str) -> None:
    assert spent(requests, usage, cost) == told
