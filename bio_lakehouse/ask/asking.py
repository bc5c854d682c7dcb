"""From a question to its answer: what it means, one guarded SELECT, its rows, and the sentence that
they carry."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from bio_lakehouse.ask import question_log
from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.answers import (
    answer_sentences,
    charting,
    corrections,
    freshness_told,
    names_on_record,
    program_version,
    whole_periods,
)
from bio_lakehouse.ask.answers.answer_cache import AnswerCache, Asked, digest
from bio_lakehouse.ask.answers.answer_columns import AnswerColumn, columns_of
from bio_lakehouse.ask.answers.corrections import Correction
from bio_lakehouse.ask.answers.data_state import DataState
from bio_lakehouse.ask.answers.statement_shape import shape_of
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.translation.language_models import LanguageModel, chosen, preview
from bio_lakehouse.ask.ways import Progress, Understood, Ways
from bio_lakehouse.backends import open_sql
from bio_lakehouse.errors import QueryError
from bio_lakehouse.settings import WEEKDAYS
from bio_lakehouse.terminal import encodable

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion
    from bio_lakehouse.engines.guard import CheckedQuery
    from bio_lakehouse.engines.sql import SqlEngine
    from bio_lakehouse.lake.lakehouse import Lakehouse


class Asking:
    """What answers questions over one lake; it serves many questions and threads.

    Engine and semantic model are opened once. Nothing is written but answers that are kept
    (`ask-cache/` in the home), what a person corrects (`ask/`), and that something was asked
    (`ask-log.jsonl`); no question and no row is ever logged. Questions that need one are read by
    `language_model`; when None, by that of the settings where there is leave.
    """

    def __init__(self, lake: Lakehouse, language_model: LanguageModel | None = None) -> None:
        self.lake = lake
        self.language_model = language_model
        self.home = lake.settings.home

    @cached_property
    def engine(self) -> SqlEngine:
        """What runs the statements."""
        return open_sql(self.lake)

    @cached_property
    def model(self) -> SemanticModel:
        """What tables and columns are called in a person's words."""
        from bio_lakehouse.ask.semantics import semantic_model

        return semantic_model.load()

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Full names of the tables and views that may be asked."""
        return frozenset(dataset.full_name for dataset in self.model.datasets.values())

    @cached_property
    def cache(self) -> AnswerCache:
        """The answers that this home keeps."""
        return AnswerCache(self.home, DataState(self.lake, self.engine).of)

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
        question, tell = encodable(question), progress or _nobody
        own = corrections.read(self.lake, user_id)
        language_model = self.language_model or chosen(self.lake.settings)
        circumstances = self.circumstances(user_id, before)
        version = self._version(own, circumstances)
        asked = _asked(question, circumstances, version, language_model)
        answer = self._kept(asked)
        if answer is None:
            ways = Ways(self.model, language_model, self._check_binds)
            understood = ways.understood(question, own, circumstances, tell)
            answer = self._answer(asked, understood, tell)
        timed = replace(answer, seconds=time.perf_counter() - started)
        question_log.note(self.home, timed)
        return timed

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
        from bio_lakehouse.ask.translation import egress

        circumstances = self.circumstances(user_id)
        return egress.told(
            question, self.model, circumstances, reader, self._examples(question, user_id)
        )

    def body_that_is_sent(self, question: str, user_id: str) -> str:
        """The body of the request that a question would make, to the byte; nothing is sent."""
        from bio_lakehouse.ask.translation import egress

        reader = self.language_model or preview(self.lake.settings)
        circumstances = self.circumstances(user_id)
        return egress.body(
            question, self.model, circumstances, reader, self._examples(question, user_id)
        )

    def _examples(self, question: str, user_id: str) -> list[VerifiedQuestion]:
        own = corrections.read(self.lake, user_id)
        return Ways(self.model, None, self._check_binds).examples(question, own)

    def checked(self, sql: str) -> CheckedQuery:
        """`sql` as it may be run here; QueryError says why it may not."""
        from bio_lakehouse.engines import guard

        return guard.check(sql, self.allowed)

    def run(self, sql: str, user_id: str) -> pa.Table:
        """The rows of a statement: guarded, over that user's data, within limits of time and
        memory."""
        self.checked(sql)
        return self.engine.answer(sql, user_id, self.allowed)

    def answered(self, plan: Plan, question: str, user_id: str) -> Answer:
        """The answer that a plan's statement gives; one that fails is told in a sentence."""
        try:
            checked = self.checked(plan.sql)
            rows = self.engine.answer(plan.sql, user_id, self.allowed)
        except QueryError as problem:
            sentence = f"The question was read, but its statement gave no answer. {problem}"
            return Answer(question, user_id, sentence, why="failed", plan=plan)
        return self._told(Answer(question, user_id, "", plan=plan, rows=rows), checked)

    def correct(self, question: str, sql: str, user_id: str) -> tuple[Correction, Answer]:
        """Take `sql` as a candidate for the right answer to `question`: it is kept where it can be
        run, with what it answers now. QueryError says why it cannot."""
        question, sql = encodable(question), encodable(sql)
        checked = self.checked(sql)
        correction = corrections.proposed(question, sql, self.circumstances(user_id))
        plan = Plan(sql, question, shape_of(checked), "candidate", covers=correction.days)
        rows = self.engine.answer(sql, user_id, self.allowed)
        corrections.propose(self.lake, user_id, correction)
        return correction, self._told(Answer(question, user_id, "", plan=plan, rows=rows), checked)

    def verify(self, name: str, user_id: str) -> Correction:
        """Say that the candidate of that name is right: it answers its question from now on."""
        today = self.lake.settings.today(user_id)
        return corrections.verify(self.lake, user_id, name, today)

    def _check_binds(self, sql: str) -> None:
        self.engine.check_binds(sql, self.allowed)

    def _version(self, own: tuple[Correction, ...], circumstances: Circumstances) -> str:
        """Of all beside the tables that an answer is made of; what came in says to which days the
        data reaches."""
        program = program_version.current()
        return digest(program, own, circumstances.week_ends_on, self.lake.log.state())

    def _kept(self, asked: Asked) -> Answer | None:
        """The same answer as before, where all that it was made of is as it was."""
        kept = self.cache.find(asked)
        if kept is None:
            return None
        freshness = freshness_told.told(self.lake, asked.user_id, self.checked(kept.sql))
        return replace(kept, freshness=freshness)

    def _answer(self, asked: Asked, understood: Understood, tell: Progress) -> Answer:
        plan, question, user_id = understood.plan, asked.question, asked.user_id
        if isinstance(plan, NoPlan):
            answer = Answer(question, user_id, plan.sentence, why=plan.why, offers=plan.offers)
            return _with_price(answer, understood)
        tell("Looking it up")
        tables = self._tables(plan)
        state = self.cache.state_of(tables)
        answer = _with_price(self.answered(plan, question, user_id), understood)
        # Where a model failed, the next time asks it again; rows may be of what was committed
        # meanwhile.
        is_stand_in = bool(understood.model) and plan.source != "language model"
        if not (answer.why or is_stand_in) and state == self.cache.state_of(tables):
            self.cache.keep(asked, answer, tables, state)
        return answer

    def _tables(self, plan: Plan) -> frozenset[str]:
        """Full names of what a plan's statement reads; none where it may not be run."""
        try:
            return self.checked(plan.sql).tables
        except QueryError:
            return frozenset()

    def _told(self, answer: Answer, checked: CheckedQuery) -> Answer:
        """`answer` with its sentence, its chart and how new its data is."""
        plan, rows = answer.plan, answer.rows
        assert plan is not None
        assert rows is not None
        columns = columns_of(rows, checked, self.model, plan.metrics)
        told = self._sentences(plan, rows, checked, columns, answer.user_id)
        return replace(
            answer,
            sentence=told.sentence,
            caveats=told.caveats,
            chart=charting.fitting(plan, rows, columns) if told.is_known else None,
            freshness=freshness_told.told(self.lake, answer.user_id, checked),
        )

    def _sentences(
        self,
        plan: Plan,
        rows: pa.Table,
        checked: CheckedQuery,
        columns: tuple[AnswerColumn, ...],
        user_id: str,
    ) -> answer_sentences.Told:
        if plan.source == "findings":
            from bio_lakehouse.ask.claims import finding_answers

            return answer_sentences.Told(*finding_answers.told(plan, rows))
        known = self._known(user_id, checked)
        told = answer_sentences.told(plan, rows, checked, columns, known)
        unknown, names = self._names(plan, user_id)
        if unknown and not answer_sentences.has_figures(plan, rows, columns):
            return answer_sentences.Told(" ".join(unknown), is_known=False)
        few = answer_sentences.small_groups(plan, rows, columns)
        ends_on = WEEKDAYS.index(self.lake.settings.week_ends_on) + 1
        apart = whole_periods.caveats(plan, columns, known.extent(), ends_on)
        return replace(told, caveats=(*told.caveats, *few, *apart, *unknown, *names))

    def _names(self, plan: Plan, user_id: str) -> tuple[list[str], list[str]]:
        """Which names that are asked for no row has, and which stand for several; in sentences."""
        unknown, several = [], []
        for name, select in names_on_record.looked_up(plan):
            found = self.engine.answer(select, user_id, self.allowed).column(0).to_pylist()
            if not found:
                unknown.append(names_on_record.not_on_record(name))
            several.append(names_on_record.told_of(name, found))
        return unknown, [sentence for sentence in several if sentence]

    def _known(self, user_id: str, checked: CheckedQuery) -> answer_sentences.Known:
        """What the data of a statement reaches to, looked up where a sentence needs it."""

        def newest(column: AnswerColumn) -> date | None:
            return freshness_told.newest_known(self.lake, user_id, column.table, column.source)

        def extent() -> tuple[date, date] | None:
            return freshness_told.extent(self.lake, user_id, checked)

        return answer_sentences.Known(newest, extent)


def _asked(
    question: str,
    circumstances: Circumstances,
    version: str,
    language_model: LanguageModel | None,
) -> Asked:
    """All that decides what the question is taken to mean now."""
    before = circumstances.before
    return Asked(
        question,
        circumstances.user_id,
        circumstances.today,
        f"{language_model.name} at {language_model.address}" if language_model else "",
        digest(before.sql, dict(before.intent)) if before else "",
        version,
    )


def _with_price(answer: Answer, understood: Understood) -> Answer:
    return replace(
        answer,
        model=understood.model,
        usage=understood.usage,
        cost_usd=understood.cost_usd,
    )


def _nobody(text: str) -> None:
    """Nobody is told."""
