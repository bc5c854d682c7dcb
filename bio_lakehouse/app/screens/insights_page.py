"""Insights: what was found, what was looked for and not found, with charts, as of any day."""

from __future__ import annotations

from datetime import date

import streamlit as st

from bio_lakehouse.app.insight_cards import (
    BADGES,
    OPENINGS,
    FindingLine,
    best_status,
    days_with_insights,
    finding_lines,
    insights_as_of,
    nearest_days,
    summary_of,
)
from bio_lakehouse.app.plain_text import literal
from bio_lakehouse.app.shown import (
    begin,
    current_lake,
    current_user,
    drawn,
    mode,
    order,
    show_work,
    told,
)
from bio_lakehouse.app.welcome import is_nothing_there
from bio_lakehouse.english import capital, count, dated
from bio_lakehouse.insights.analyzers import narrate, visualize
from bio_lakehouse.insights.finding import Insight

AS_OF = "insights_as_of"


@st.cache_data(max_entries=32, show_spinner=False)
def days_of(home: str, version: str, user_id: str) -> list[date]:
    return days_with_insights(current_lake().lake, user_id)


@st.cache_data(max_entries=32, show_spinner="Reading the findings …")
def insights_of_day(home: str, version: str, user_id: str, day: date) -> list[Insight]:
    return insights_as_of(current_lake().lake, user_id, day)


def main() -> None:
    st.title("Insights")
    opened = current_lake()
    show_work(opened.building)
    if is_nothing_there():
        return
    user_id, where = current_user(), (str(opened.settings.home), opened.version)
    days = days_of(*where, user_id)
    today = opened.settings.today(user_id)
    latest = max([today, *days])
    st.session_state.setdefault(AS_OF, days[-1] if days else today)
    day = st.date_input("As of", max_value=latest, key=AS_OF, format="YYYY-MM-DD")
    if day not in days:
        none_as_of(day, days)
        return
    insights = insights_of_day(*where, user_id, day)
    st.caption(f"{summary_of(insights)} Days after {dated(day)} were not looked at.")
    for insight in insights:
        card(insight)


def none_as_of(day: date, days: list[date]) -> None:
    """That there are none of that day, how they are made, and the nearest days that have some."""
    st.info(f"No insights were made as of {dated(day)}.")
    if st.button("Make them now", type="primary"):
        begin(
            current_lake().building,
            f"Making the insights as of {dated(day)}",
            order("insights", day=day.isoformat()),
        )
    if days:
        st.write("The nearest days that have some:")
    for near in nearest_days(days, day):
        st.button(dated(near), key=f"near-{near}", on_click=choose, args=(near,))


def choose(day: date) -> None:
    st.session_state[AS_OF] = day


def card(insight: Insight) -> None:
    with st.container(border=True):
        st.subheader(insight.title)
        status = best_status(insight)
        st.badge(status, color=BADGES[status])
        if status == "not enough data":
            st.markdown(literal(narrate(insight)))
            return
        drawn(visualize(insight, mode()), f"chart-{insight.name}")
        lines = finding_lines(insight)
        for line in lines:
            if line.plain and line.status in ("found", "described"):
                st.markdown(literal(line.plain))
            elif line.status != "found":
                st.caption(literal(f"{OPENINGS[line.status]}: {line.looked_for}."))
        with st.expander(f"{count(len(lines), 'question')} with all figures"):
            for line in lines:
                finding_shown(line)


def finding_shown(line: FindingLine) -> None:
    st.badge(line.status, color=BADGES[line.status])
    st.markdown(f"**{literal(capital(line.looked_for))}**")
    st.markdown(literal(line.sentence))
    for figures in line.figures:
        st.caption(literal(figures))
    for caveat in line.caveats:
        st.caption(literal(caveat))


with told():
    main()
