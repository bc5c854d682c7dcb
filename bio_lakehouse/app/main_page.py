"""The script that Streamlit runs: navigation, whose lake it is, and the page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bio_lakehouse.app import opened
from bio_lakehouse.app.app_words import DEMO_BANNER
from bio_lakehouse.app.shown import DEMO, USER, current_lake
from bio_lakehouse.app.style import CSS, ICON, WAYS

PAGES = (
    ("screens/today_page.py", "Today", ":material/wb_sunny:", "today"),
    ("screens/ask_page.py", "Ask", ":material/forum:", "ask"),
    ("screens/insights_page.py", "Insights", ":material/insights:", "insights"),
    ("screens/report_page.py", "Report", ":material/article:", "report"),
    ("screens/data_page.py", "Data", ":material/database:", "data"),
)


def main() -> None:
    """Draw the frame, and the page that was chosen in it."""
    st.set_page_config("Bio Lakehouse", page_icon=ICON, layout="centered")
    st.html(f"<style>{CSS}</style>")
    pages = [
        st.Page(path, title=title, icon=icon, url_path=address, default=address == "today")
        for path, title, icon, address in PAGES
    ]
    page = st.navigation(pages, position="hidden")
    ways_to(pages)
    whose()
    page.run()


def ways_to(pages: Sequence[st.Page]) -> None:
    """A link to each page, in one row on every screen: Streamlit's own hide on a phone."""
    with st.container(horizontal=True, wrap=False, key=WAYS):
        for page in pages:
            st.page_link(page, width="content")


def whose() -> None:
    """The demo's banner, or a choice of people where there are several and none was fixed."""
    if st.session_state.get(DEMO):
        banner, back = st.columns([3, 1], vertical_alignment="center")
        banner.warning(DEMO_BANNER, icon=":material/theater_comedy:")
        if back.button("Back to my lake", width="stretch"):
            st.session_state[DEMO] = False
            st.rerun()
        return
    people = [] if opened.lakes().user else current_lake().people()
    if len(people) > 1:
        st.selectbox("Whose data", people, key=USER)


main()
