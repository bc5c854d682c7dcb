"""Today: how ready the body is, the load it carries, what moved, and what is expected tomorrow."""

from __future__ import annotations

import streamlit as st

from bio_lakehouse.app.app_words import TILES_SHOW
from bio_lakehouse.app.charts_of_app import tile_chart
from bio_lakehouse.app.shown import current_lake, current_user, drawn, mode, show_work, told
from bio_lakehouse.app.today_facts import ScoreTile, TodayFacts, today_facts, unmoved_text
from bio_lakehouse.app.welcome import is_nothing_there, nothing_of
from bio_lakehouse.english import long_day
from bio_lakehouse.viz.load_chart import load_over_time


@st.cache_data(max_entries=32, show_spinner="Reading the newest day …")
def facts_of(home: str, version: str, user_id: str) -> TodayFacts | None:
    return today_facts(current_lake().lake, user_id)


def main() -> None:
    st.title("Today")
    opened = current_lake()
    show_work(opened.building)
    if is_nothing_there():
        return
    user_id = current_user()
    facts = facts_of(str(opened.settings.home), opened.version, user_id)
    if facts is None:
        nothing_of(user_id)
        return
    shown(facts)


def shown(facts: TodayFacts) -> None:
    if facts.stale:
        st.warning(facts.stale, icon=":material/history:")
    else:
        st.caption(facts.freshness)
    st.subheader(long_day(facts.day))
    for column, tile in zip(st.columns(len(facts.tiles)), facts.tiles, strict=True):
        with column:
            tile_shown(tile)
    st.caption(TILES_SHOW)
    classes_shown(facts)
    with st.container(border=True):
        st.markdown(f"**{facts.tomorrow}**")
    load_shown(facts)
    moved_shown(facts)


def tile_shown(tile: ScoreTile) -> None:
    with st.container(border=True):
        st.metric(tile.measure.title, tile.value)
        st.caption(tile.standing.capitalize() if tile.standing[0].islower() else tile.standing)
        if tile.is_drawn:
            drawn(tile_chart(tile, mode()), f"tile-{tile.measure.key}")


def classes_shown(facts: TodayFacts) -> None:
    if facts.classes is None:
        return
    for line in facts.classes.lines:
        st.markdown(f"**{line.title}:** {line.text}")
    st.caption(facts.classes.basis)


def load_shown(facts: TodayFacts) -> None:
    st.subheader("Training load")
    st.write(facts.workouts)
    for sentence in facts.training.sentences:
        st.write(sentence)
    if facts.training.series:
        drawn(load_over_time(facts.training.series, mode=mode()), "load")


def moved_shown(facts: TodayFacts) -> None:
    moved = facts.moved
    st.subheader(moved.title)
    if moved.last is None:
        st.write("Not compared yet: this is done with the insights of a day.")
        return
    for title, text in moved.lines:
        st.markdown(f"**{title}:** {text}")
    st.caption(unmoved_text(moved) or "Too few days are known to compare anything else.")


with told():
    main()
