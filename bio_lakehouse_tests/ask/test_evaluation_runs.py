"""The evaluation without a language model: what it counts, and the two bounds that it must hold."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.evaluation.evaluate import (
    NO_MODEL,
    chosen_questions,
    models_named,
    runs_of,
)
from bio_lakehouse.ask.evaluation.questions import Part, Question, questions_of
from bio_lakehouse.ask.evaluation.scores import Score, score
from bio_lakehouse.cli import main
from bio_lakehouse.errors import BioLakehouseError, SettingsError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.ask import openai_server
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, USER
from bio_lakehouse_tests.ask.model_answers import GOOD
from bio_lakehouse_tests.claude.anthropic_server import serving

LEAST_RIGHT, LEAST_ACCEPTED = 0.9, 0.6
"""Of the answers, and of the questions that have one."""
FEW, MORE = 12, 6
"""Of so many questions of each kind one is put each time, and among the thorough tests; all of them
where slow tests run."""


def sample(questions: list[Question], one_in: int) -> list[Question]:
    """One in so many of each kind, and always the first."""
    seen: dict[str, int] = {}
    taken = []
    for one in questions:
        if seen.setdefault(one.kind, 0) % one_in == 0:
            taken.append(one)
        seen[one.kind] += 1
    return taken


def scored(lake: Lakehouse, questions: list[Question]) -> Score:
    runs = runs_of(lake.settings.home, questions, {}, lambda model, number, total: None)
    return score(runs[NO_MODEL])


def holds_the_bounds(found: Score) -> bool:
    assert found.right_share is not None
    assert found.accepted_share is not None
    return found.right_share >= LEAST_RIGHT and found.accepted_share >= LEAST_ACCEPTED


@pytest.mark.parametrize("one_in", [FEW, pytest.param(MORE, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("part", ["open", "held-out"])
def test_a_sample_is_understood(demo_lake: Lakehouse, part: Part, one_in: int) -> None:
    found = scored(demo_lake, sample(list(questions_of(part)), one_in))
    assert holds_the_bounds(found), found


@pytest.mark.slow
@pytest.mark.parametrize("part", ["open", "held-out"])
def test_all_of_a_part_is_understood(demo_lake: Lakehouse, part: Part) -> None:
    found = scored(demo_lake, list(questions_of(part)))
    assert holds_the_bounds(found), found


def test_no_answer_is_of_somebody_else(demo_lake: Lakehouse) -> None:
    """The other person's data gives other answers."""
    ask = partial(Asking(demo_lake).ask, "average readiness over the last 30 days")
    mine, others = ask(USER).rows, ask(OTHER_USER).rows
    assert mine is not None
    assert others is not None
    assert mine.to_pylist() != others.to_pylist()


IN_2025 = (
    "SELECT avg(sleep_score) AS sleep FROM daily_readiness_performance "
    "WHERE day BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'"
)
MEAN_OF_2025 = Question("mean", "figure", "mean sleep score in 2025", gold=(IN_2025,))
SAID = GOOD | {"sql": IN_2025, "first_day": "2025-01-01", "last_day": "2025-12-31"}
CLAIM = Question(
    "claim",
    "claim",
    "does sleep affect my readiness the next day?",
    findings=("sleep_readiness/next_day",),
)


def test_a_model_is_counted_apart_from_what_needs_none(
    demo_lake: Lakehouse, tmp_path: Path
) -> None:
    home = demo_lake.settings.home
    says = openai_server.says(json.dumps(SAID))
    with serving(says) as server:
        settings = Settings(home=tmp_path, ask_url=f"{server.url}/v1")
        models = models_named(["openai:local"], settings)
        runs = runs_of(home, [MEAN_OF_2025, CLAIM], models, lambda model, number, total: None)
    without, with_model = runs[NO_MODEL], runs["openai:local"]
    assert [one.answered_by for one in without] == ["semantic model", "findings"]
    assert [one.answered_by for one in with_model] == ["local", "findings"]
    assert {one.outcome for one in [*without, *with_model]} == {"right"}
    assert (score(without).requests, score(without).usage.total) == (0, 0)
    assert score(with_model).requests == 1
    assert score(with_model).usage.total == openai_server.USAGE["total_tokens"]
    assert len(server.asked) == 1


def test_a_model_without_a_key_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        models_named(["claude-haiku-4-5"], Settings(home=tmp_path, anthropic_api_key=SecretStr("")))


def test_a_kind_that_is_none_is_told_with_those_that_are() -> None:
    with pytest.raises(BioLakehouseError, match=r"no kind 'figur'; there are: figure, "):
        chosen_questions("all", ["figur"])


def test_the_command_prints_what_came_of_the_questions(demo_lake: Lakehouse) -> None:
    home = demo_lake.settings.home
    words = ["ask", "eval", "--home", str(home), "--kind", "load"]
    printed = CliRunner().invoke(main, words)
    assert printed.exit_code == 0, printed.output
    assert "answered, of those that have an answer" in printed.stdout
    told = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)[NO_MODEL]
    questions = chosen_questions("all", ["load"])
    assert told["all"]["questions"] == len(questions)
    assert [one["id"] for one in told["results"]] == [one.id for one in questions]
    assert set(told["by_kind"]) == {"load"}
    assert {one["part"] for one in told["results"] if "question" in one} == {"open"}
