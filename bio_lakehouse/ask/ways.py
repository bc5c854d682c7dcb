"""The ways in which a question becomes a plan, in their order: the first that takes it decides.

What a language model may not decide comes before it: medical questions are declined, what somebody
verified is asked as it was verified, and claims come from the findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bio_lakehouse.ask.answers import corrections
from bio_lakehouse.ask.answers.corrections import Correction
from bio_lakehouse.ask.claims import findings
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning import declining, planner
from bio_lakehouse.ask.planning.nearest import nearest
from bio_lakehouse.ask.planning.words import LONGEST_QUESTION
from bio_lakehouse.claude.usage import Usage

if TYPE_CHECKING:
    from bio_lakehouse.ask.claims.claim_kinds import Claim
    from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion
    from bio_lakehouse.ask.translation.language_models import LanguageModel

MOST_EXAMPLES = 5
EMPTY = NoPlan(
    "not understood",
    "There is no question; ask for a figure and days.",
    (
        "What was my average readiness last week?",
        "How many workouts did I do in January?",
        "Does my sleep affect my readiness?",
    ),
)
IS_SQL = re.compile(
    r"^[\s;(]*(?:select\s+\*|select\b.+\bfrom\s+[\w\"]*[._]\w|with\s+\w+\s+as\s*\("
    r"|(?:drop|create|alter)\s+(?:table|view)\b|(?:insert\s+into|delete\s+from)\b)",
    re.IGNORECASE | re.DOTALL,
)
WRITTEN_IN_SQL = (
    "This is SQL; what is asked here is in plain words. `bio-lakehouse query` answers a SELECT."
)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question was taken to mean, and what a language model used up for it."""

    plan: Plan | NoPlan
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """All that questions are understood with: the semantic model, the language model where there is
    leave to ask one, and what binds its statements on no row (`try_sql`)."""

    model: SemanticModel
    language_model: LanguageModel | None
    try_sql: Callable[[str], None]

    def understood(
        self,
        question: str,
        own: Sequence[Correction],
        circumstances: Circumstances,
        tell: Progress,
    ) -> Understood:
        """The plan of the first way that takes the question; `own` is what its person corrected."""
        refusal = _unreadable(question) or declining.declined(question)
        if refusal:
            return Understood(refusal)
        corrected = corrections.matching(question, own, self.model, circumstances)
        plan = corrected or self._verified_or_found(question, circumstances)
        if plan:
            return Understood(plan)
        if self.language_model is None:
            return Understood(self._planned(question, circumstances))
        return self._translated(question, own, circumstances, self.language_model, tell)

    def _verified_or_found(
        self, question: str, circumstances: Circumstances
    ) -> Plan | NoPlan | None:
        """A verified question, or what the findings say of a claim: these know what was looked for
        and not found, but neither parts of one morning nor lists of days."""
        verified = planner.verified(question, self.model, circumstances)
        claimed = findings.plan(question, self.model, circumstances)
        claim = findings.claim_of(claimed) if isinstance(claimed, Plan) else None
        if verified is None and claimed is not None and (claim is None or claim.kind == "tried"):
            # What no insight looks at may be a plain question for a figure on some days.
            planned = planner.plan(question, self.model, circumstances)
            return planned if isinstance(planned, Plan) else claimed
        if verified is None or (claim and not _is_shown_better(verified, claim)):
            return claimed or verified
        planned = planner.plan(question, self.model, circumstances)
        # A question that goes on from this one starts from what it means.
        return replace(verified, intent=planned.intent) if isinstance(planned, Plan) else verified

    def examples(self, question: str, own: Sequence[Correction]) -> list[VerifiedQuestion]:
        """The verified questions that are nearest to one, the person's own among them."""
        known = [*corrections.as_verified(own), *self.model.verified]
        by_words = {one.question: one for one in reversed(known)}
        return [by_words[words] for words in nearest(question, by_words, MOST_EXAMPLES)]

    def _planned(self, question: str, circumstances: Circumstances) -> Plan | NoPlan:
        """What the planner makes of it; some question is always offered."""
        plan = planner.plan(question, self.model, circumstances)
        if isinstance(plan, Plan) or plan.offers or plan.why != "not understood":
            return plan
        return replace(plan, offers=EMPTY.offers)

    def _translated(
        self,
        question: str,
        own: Sequence[Correction],
        circumstances: Circumstances,
        language_model: LanguageModel,
        tell: Progress,
    ) -> Understood:
        """What the language model makes of it; the planner where that gives no answer at all."""
        from bio_lakehouse.ask.translation.translator import translate

        tell(f"Asking {language_model.name}")
        made = translate(
            question,
            self.model,
            circumstances,
            language_model,
            self.try_sql,
            self.examples(question, own),
        )
        plan = made.plan
        if isinstance(plan, NoPlan) and plan.why == "failed":
            plan = self._without(question, plan, circumstances)
        return Understood(plan, made.model, made.usage, made.cost_usd)

    def _without(
        self, question: str, failure: NoPlan, circumstances: Circumstances
    ) -> Plan | NoPlan:
        """The planner's plan, which says why it is not the language model's."""
        plan = planner.plan(question, self.model, circumstances)
        if isinstance(plan, NoPlan):
            return failure
        said = f"{failure.sentence} So it was read without a language model."
        return replace(plan, assumptions=(said, *plan.assumptions))


def _is_shown_better(verified: Plan, claim: Claim) -> bool:
    """Whether a verified question says more than the findings: of the parts of one morning, and of
    the days that a rule marked."""
    if claim.kind == "overtraining":
        return verified.shape == "list"
    return claim.kind == "relation"


def _unreadable(question: str) -> NoPlan | None:
    if not question.strip():
        return EMPTY
    if IS_SQL.search(question):
        return NoPlan("not understood", WRITTEN_IN_SQL, EMPTY.offers)
    if len(question) > LONGEST_QUESTION:
        sentence = (
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are "
            "read. Ask one thing at a time."
        )
        return NoPlan("not understood", sentence)
    return None
