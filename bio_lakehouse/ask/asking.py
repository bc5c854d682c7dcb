"""From a question to its answer: what it means, one guarded SELECT, its rows, and the sentence that
they carry."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from bio_lakehouse.ask import answer_sentences, charting, freshness_told
from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.answer_columns import AnswerColumn, columns_of
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.backends import open_sql
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.errors import DamagedFile, QueryError

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.language_models import LanguageModel
    from bio_lakehouse.ask.semantic_model import SemanticModel
    from bio_lakehouse.engines.guard import CheckedQuery
    from bio_lakehouse.engines.sql import SqlEngine
    from bio_lakehouse.lake.lakehouse import Lakehouse

Progress = Callable[[str], None]
LONGEST_QUESTION = 2_000
"""Characters beyond which a question is not read."""
EMPTY = "There is no question; ask for example: What was my average readiness last week?"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question was taken to mean, and what a language model used up for it."""

    plan: Plan | NoPlan
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None


class Asking:
    """What answers questions over one lake; it serves many questions and threads.

    Engine and semantic model are opened once. Nothing is written but the home's own `ask/`.
    Questions that need one are read by `language_model`; when None, by that of the settings where
    there is leave.
    """

    def __init__(self, lake: Lakehouse, language_model: LanguageModel | None = None) -> None:
        self.lake = lake
        self.language_model = language_model

    @cached_property
    def engine(self) -> SqlEngine:
        """What runs the statements."""
        return open_sql(self.lake)

    @cached_property
    def model(self) -> SemanticModel:
        """What tables and columns are called in a person's words."""
        from bio_lakehouse.ask import semantic_model

        return semantic_model.load()

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Full names of the tables and views that may be asked."""
        return frozenset(dataset.full_name for dataset in self.model.datasets.values())

    def ask(
        self,
        question: str,
        user_id: str,
        before: Plan | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The answer to `question` for a user, or why there is none: never an error for what a
        question says.

        `before` is the plan of the question before it, where it goes on from one. `progress` is
        told what is being done. Raises `StoreError` where the home's files cannot be read.
        """
        started = time.perf_counter()
        tell = progress or _nobody
        circumstances = self.circumstances(user_id, before)
        understood = self._understood(question, circumstances, tell)
        answer = self._answer(question, user_id, understood, tell)
        return replace(answer, seconds=time.perf_counter() - started)

    def circumstances(self, user_id: str, before: Plan | None = None) -> Circumstances:
        """What a question of that user is read with now."""
        settings = self.lake.settings
        entries = [entry for entry in self.lake.log.of_user(user_id) if entry.usable]
        firsts = [entry.first_day for entry in entries if entry.first_day]
        newest = [entry.last_day for entry in entries if entry.last_day]
        return Circumstances(
            user_id=user_id,
            today=settings.today(user_id),
            first_day=min(firsts, default=None),
            newest_day=max(newest, default=None),
            week_ends_on=settings.week_ends_on,
            before=before,
        )

    def what_is_sent(self, question: str, user_id: str, reader: LanguageModel) -> str:
        """What `reader` would get for a question, for people; nothing is sent."""
        from bio_lakehouse.ask import egress

        return egress.told(question, self.model, self.circumstances(user_id), reader)

    def body_that_is_sent(self, question: str, user_id: str) -> str:
        """The body of the request that a question would make, to the byte; nothing is sent."""
        from bio_lakehouse.ask import egress
        from bio_lakehouse.ask.language_models import preview

        reader = preview(self.lake.settings)
        return egress.body(question, self.model, self.circumstances(user_id), reader)

    def checked(self, sql: str) -> CheckedQuery:
        """`sql` as it may be run here; QueryError says why it may not."""
        from bio_lakehouse.engines import guard

        return guard.check(sql, self.allowed)

    def run(self, sql: str, user_id: str) -> pa.Table:
        """The rows of a statement: guarded, over that user's data, within limits of time and
        memory."""
        self.checked(sql)
        return self.engine.answer(sql, user_id)

    def answered(self, plan: Plan, question: str, user_id: str) -> Answer:
        """The answer that a plan's statement gives; one that fails is told in a sentence."""
        try:
            checked = self.checked(plan.sql)
            rows = self.engine.answer(plan.sql, user_id)
        except DamagedFile:
            raise
        except QueryError as problem:
            sentence = f"The question was read, but its statement gave no answer. {problem}"
            return Answer(question, user_id, sentence, why="failed", plan=plan)
        return self._told(Answer(question, user_id, "", plan=plan, rows=rows), checked)

    def _understood(
        self, question: str, circumstances: Circumstances, tell: Progress
    ) -> Understood:
        """The first way that takes the question."""
        tidy = " ".join(question.split())
        if not tidy:
            return Understood(NoPlan("not understood", EMPTY))
        if len(tidy) > LONGEST_QUESTION:
            return Understood(NoPlan("not understood", _too_long(tidy)))
        read = self._by_language_model(tidy, circumstances, tell)
        return read or Understood(NoPlan("not understood", "This question is not understood yet."))

    def _by_language_model(
        self, question: str, circumstances: Circumstances, tell: Progress
    ) -> Understood | None:
        """What a language model makes of a question; None where none may be asked."""
        from bio_lakehouse.ask import language_models, translator

        reader = self.language_model or language_models.chosen(self.lake.settings)
        if reader is None:
            return None
        tell(f"Asking {reader.name}")
        made = translator.translate(question, self.model, circumstances, reader, self._check_binds)
        return Understood(made.plan, made.model, made.usage, made.cost_usd)

    def _check_binds(self, sql: str) -> None:
        self.engine.check_binds(sql, self.allowed)

    def _answer(
        self, question: str, user_id: str, understood: Understood, tell: Progress
    ) -> Answer:
        plan = understood.plan
        if isinstance(plan, NoPlan):
            answer = Answer(question, user_id, plan.sentence, why=plan.why, offers=plan.offers)
        else:
            tell("Looking it up")
            answer = self.answered(plan, question, user_id)
        return replace(
            answer,
            model=understood.model,
            usage=understood.usage,
            cost_usd=understood.cost_usd,
        )

    def _told(self, answer: Answer, checked: CheckedQuery) -> Answer:
        """`answer` with its sentence, its chart and how new its data is."""
        plan, rows = answer.plan, answer.rows
        assert plan is not None
        assert rows is not None
        columns = columns_of(rows, checked, self.model, plan.metrics)
        known = self._known(answer.user_id, checked)
        told = answer_sentences.told(plan, rows, checked, columns, known)
        return replace(
            answer,
            sentence=told.sentence,
            caveats=told.caveats,
            chart=charting.fitting(plan, rows, columns),
            freshness=freshness_told.told(self.lake, answer.user_id, checked),
        )

    def _known(self, user_id: str, checked: CheckedQuery) -> answer_sentences.Known:
        """What the data of a statement reaches to, looked up where a sentence needs it."""

        def newest(column: AnswerColumn) -> date | None:
            return freshness_told.newest_known(self.lake, user_id, column.table, column.source)

        def extent() -> tuple[date, date] | None:
            return freshness_told.extent(self.lake, user_id, checked)

        return answer_sentences.Known(newest, extent)


def _nobody(text: str) -> None:
    """Nobody is told."""


def _too_long(question: str) -> str:
    return (
        f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read. "
        "Ask one thing at a time."
    )
