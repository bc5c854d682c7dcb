"""Ask: questions in plain words, with the rows and the SQL behind each answer."""

from __future__ import annotations

import streamlit as st

from bio_lakehouse.app.app_words import CORRECTING, FORBIDDEN, MAY_READ, READ_BY, WITHOUT_KEY
from bio_lakehouse.app.conversation import (
    EXAMPLES,
    MOST_ROWS,
    Reader,
    last_plan,
    reader_of,
    styled,
    would_leave,
)
from bio_lakehouse.app.plain_text import literal
from bio_lakehouse.app.shown import current_lake, current_user, drawn, mode, show_work, told
from bio_lakehouse.app.welcome import is_nothing_there
from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.answers import corrections
from bio_lakehouse.ask.answers.corrections import Correction
from bio_lakehouse.ask.answers.statement_layout import laid_out
from bio_lakehouse.ask.translation.egress import WHAT_IS_SENT
from bio_lakehouse.ask.translation.language_models import LanguageModel
from bio_lakehouse.ask.translation.leave import record_leave_to_ask
from bio_lakehouse.ask_display import explained, how_it_came, who_assumed
from bio_lakehouse.numbers import NO_VALUE
from bio_lakehouse.viz.answer_chart import figure

PENDING, TRIED, IS_NEW = "pending_question", "tried_correction", "answer_is_new"
SHOW_NEWEST = """<script>
for (const wait of [0, 400, 1200]) setTimeout(
  () => document.querySelector(".st-key-turn-NUMBER")?.scrollIntoView(), wait)
</script>"""
"""Takes the reader to a question that was just answered: an answer is read from its beginning. More
than once, for Streamlit goes to the end of the page by itself."""
LONGEST_EMPHASISED = 240
PERSON, LAKE = ":material/person:", ":material/favorite:"


def main() -> None:
    st.title("Ask")
    show_work(current_lake().building)
    if is_nothing_there():
        return
    answers = conversation()
    who_reads(reader_of(current_lake().settings))
    if not answers:
        offered("For example", EXAMPLES, "example")
    for number, answer in enumerate(answers):
        with st.container(key=f"turn-{number}"):
            answer_shown(answer, number, is_last=number == len(answers) - 1)
    if st.session_state.pop(IS_NEW, False):
        script = SHOW_NEWEST.replace("NUMBER", str(len(answers) - 1))
        st.html(script, unsafe_allow_javascript=True)
    typed = st.chat_input("Ask about your sleep, training …")
    question = typed or st.session_state.pop(PENDING, None)
    if question:
        asked(question, answers)
    if answers and st.button("Begin anew", icon=":material/restart_alt:"):
        answers.clear()
        st.rerun()


def conversation() -> list[Answer]:
    """The answers of this session about this person in this lake."""
    key = f"conversation {whose_conversation()}"
    answers: list[Answer] = st.session_state.setdefault(key, [])
    return answers


def whose_conversation() -> str:
    """What nothing of another person's, or of another lake's, shares in this session."""
    return f"{current_lake().settings.home} {current_user()}"


def asked(question: str, answers: list[Answer]) -> None:
    """Answer a question under the ones before it."""
    with st.chat_message("user", avatar=PERSON):
        st.text(question)
    with st.chat_message("assistant", avatar=LAKE), st.spinner("Reading the question …"):
        answer = current_lake().asking.ask(question, current_user(), last_plan(answers))
    answers.append(answer)
    st.session_state[IS_NEW] = True
    st.rerun()


def who_reads(reader: Reader) -> None:
    """Who reads the questions, and leave to let a language model do it."""
    if reader.is_offered:
        leave_offered(reader)
        return
    with st.expander("Who reads your questions, and what works without a key"):
        if reader.model:
            st.write(about(READ_BY, reader.model))
            st.button("Send nothing from now on", on_click=allow, args=(False,))
        elif reader.could:
            st.write(FORBIDDEN.format(company=reader.could.company))
            st.button("Allow it after all", on_click=allow, args=(True,))
        st.write(WITHOUT_KEY)


def about(words: str, model: LanguageModel) -> str:
    return words.format(name=model.name, company=model.company, what_is_sent=WHAT_IS_SENT)


def leave_offered(reader: Reader) -> None:
    """A key is set: whether questions may be sent, with exactly what would be."""
    could = reader.could
    assert could is not None
    with st.container(border=True):
        st.write(about(MAY_READ, could))
        with st.expander("What would be sent, for the first example"):
            sent = would_leave(current_lake().asking, current_user(), could)
            st.code(sent, None, wrap_lines=True)
        with st.container(horizontal=True):
            st.button("Allow it", type="primary", on_click=allow, args=(True,))
            st.button("Send nothing", on_click=allow, args=(False,))


def allow(allowed: bool) -> None:
    settings = current_lake().settings
    could = reader_of(settings).could
    if could:
        with told():
            record_leave_to_ask(settings.home, could.address, allowed=allowed)


def answer_shown(answer: Answer, number: int, *, is_last: bool) -> None:
    """A question with its answer."""
    with st.chat_message("user", avatar=PERSON):
        st.text(answer.question)
    with st.chat_message("assistant", avatar=LAKE):
        st.markdown(emphasised(answer.sentence))
        for caveat in answer.caveats:
            st.markdown(literal(caveat))
        if answer.why:
            ask_back(answer, number, is_last=is_last)
        else:
            rows_shown(answer, f"answer-{number}")
        for assumption in answer.assumptions:
            st.caption(literal(f"{who_assumed(answer)}: {assumption}"))
        if answer.freshness:
            st.caption(literal(answer.freshness))
        if answer.sql:
            behind(answer)
        if is_last and answer.why != "declined":
            wrong(answer, number)


def ask_back(answer: Answer, number: int, *, is_last: bool) -> None:
    """What can be asked instead, as buttons under the newest answer."""
    if is_last and answer.offers:
        title = "Did you mean" if answer.why == "ambiguous" else "What can be asked"
        offered(title, answer.offers, f"offer-{number}")


def offered(title: str, questions: tuple[str, ...], key: str) -> None:
    st.caption(title)
    for place, question in enumerate(questions):
        st.button(literal(question), key=f"{key}-{place}", on_click=pend, args=(question,))


def pend(question: str) -> None:
    st.session_state[PENDING] = question


def rows_shown(answer: Answer, key: str) -> None:
    """The chart, and the rows where the sentence does not hold them."""
    if answer.rows is None:
        return
    if answer.chart and answer.chart.kind != "number":
        drawn(figure(answer.chart, answer.rows, mode()), f"chart-{key}")
    if answer.is_told_whole:
        return
    st.dataframe(
        styled(answer, current_lake().asking),
        hide_index=True,
        width="stretch",
        placeholder=NO_VALUE,
    )
    if answer.rows.num_rows > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS:,} of {answer.rows.num_rows:,} rows.")


def behind(answer: Answer) -> None:
    """The SQL, what the question was taken to mean, and how the answer came."""
    with st.expander("SQL, and how this came"):
        if answer.plan:
            st.caption(f"Read as: {literal(answer.plan.reading)}")
        if answer.plan and answer.plan.explanation:
            st.caption(literal(explained(answer)))
        st.code(laid_out(answer.sql), "sql", wrap_lines=True)
        st.caption(literal(how_it_came(answer)))


def wrong(answer: Answer, number: int) -> None:
    """A correction in SQL: tried, and then said to be right."""
    key = f"{TRIED} {whose_conversation()} {number} {answer.question}"
    with st.expander("This is wrong"):
        st.write(CORRECTING)
        sql = st.text_area("SQL", laid_out(answer.sql), key=f"sql of {key}", height=140)
        if st.button("Try it", key=f"try {key}"):
            with told():
                asking = current_lake().asking
                st.session_state[key] = asking.correct(answer.question, sql, current_user())
        if key in st.session_state:
            correction, now = st.session_state[key]
            candidate_shown(correction, now, key)


def candidate_shown(correction: Correction, answer: Answer, key: str) -> None:
    """What a candidate answers, and whether that is right."""
    st.markdown(f"**{literal(answer.sentence)}**")
    rows_shown(answer, f"candidate {key}")
    with st.container(horizontal=True):
        st.button("It is right", type="primary", on_click=verify, args=(correction, key))
        st.button("Forget it", on_click=forget, args=(correction, key))


def verify(correction: Correction, key: str) -> None:
    """From now on the candidate answers its question: it is asked again."""
    st.session_state.pop(key, None)
    with told():
        current_lake().asking.verify(correction.id, current_user())
        pend(correction.question)


def forget(correction: Correction, key: str) -> None:
    st.session_state.pop(key, None)
    with told():
        corrections.forget(current_lake().lake, current_user(), correction.id)


def emphasised(sentence: str) -> str:
    """A short answer stands out; a long one is a text to read."""
    text = literal(sentence)
    return f"**{text}**" if len(sentence) <= LONGEST_EMPHASISED else text


with told():
    main()
