"""Report: every written weekly report, the newest first, and a button that writes one."""

from __future__ import annotations

import streamlit as st

from bio_lakehouse.app.framed_reports import address_of
from bio_lakehouse.app.report_weeks import WrittenWeek, written_weeks
from bio_lakehouse.app.shown import (
    DEMO,
    begin,
    current_lake,
    current_user,
    order,
    show_work,
    told,
)
from bio_lakehouse.app.welcome import is_nothing_there
from bio_lakehouse.english import dated

FRAME_HEIGHT = 1400


@st.cache_data(max_entries=32, show_spinner="Looking over the reports …")
def weeks_of(home: str, version: str, user_id: str) -> list[WrittenWeek]:
    return written_weeks(current_lake().lake, user_id)


def main() -> None:
    st.title("Report")
    opened = current_lake()
    show_work(opened.building)
    if is_nothing_there():
        return
    user_id = current_user()
    weeks = weeks_of(str(opened.settings.home), opened.version, user_id)
    if weeks:
        shown(weeks, user_id)
    else:
        st.info("No weekly report was written yet.")
        if st.button("Write the report of the newest week", type="primary"):
            begin(opened.building, "Writing the weekly report", order("report"))


def shown(weeks: list[WrittenWeek], user_id: str) -> None:
    """The chosen week's page, in a frame of its own."""
    places = {week.title: week for week in weeks}
    week = places[st.selectbox("Week", list(places))]
    address = address_of(bool(st.session_state.get(DEMO)), user_id, week.day)
    if week.notice:
        st.warning(week.notice, icon=":material/update:")
    with st.container(horizontal=True):
        st.link_button("Open it alone", address, icon=":material/open_in_new:")
        if week.notice and st.button("Write it anew"):
            write(f"Writing the report up to {dated(week.day)}", day=week.day.isoformat())
        if st.button("Write the newest week"):
            write("Writing the weekly report")
    st.iframe(address, height=FRAME_HEIGHT)


def write(title: str, **of: str) -> None:
    begin(current_lake().building, title, order("report", **of))


with told():
    main()
