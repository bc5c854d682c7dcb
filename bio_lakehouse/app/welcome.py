"""What stands on a page while there is nothing to show: how to begin."""

from __future__ import annotations

import streamlit as st

from bio_lakehouse.app import opened
from bio_lakehouse.app.app_words import DEMO_WORDS, NOTHING_OF, WELCOME
from bio_lakehouse.app.shown import DEMO, begin, current_lake, current_user, show_work

DATA_PAGE = "screens/data_page.py"
DEMO_TITLE = "Making up a person and their weekly report"


def is_nothing_there() -> bool:
    """Whether the lake is empty; then the page tells how to begin."""
    if not current_lake().is_empty:
        return False
    with st.container(border=True):
        st.subheader("Nothing has come in yet")
        st.write(WELCOME)
        offer_upload()
    offer_demo()
    return True


def nothing_of(user_id: str) -> None:
    """That the lake has nothing of this person."""
    st.info(NOTHING_OF.format(user=user_id))
    offer_upload()


def offer_upload() -> None:
    """The way to the page that takes files."""
    if st.button("Bring in an export", icon=":material/upload:"):
        st.switch_page(DATA_PAGE)


def offer_demo() -> None:
    """A button that shows a made-up person, in a lake of its own."""
    lakes = opened.lakes()
    demo = lakes.demo()
    with st.container(border=True):
        st.subheader("Or look around first")
        st.write(DEMO_WORDS)
        if demo.is_demo and not demo.building.goes_on and not demo.is_empty:
            if st.button("Show the demo", type="primary"):
                st.session_state[DEMO] = True
                st.rerun()
        elif not demo.building.goes_on and st.button("Load the demo", type="primary"):
            load_demo()
        show_work(demo.building)


def load_demo() -> None:
    """Begin to make the demo, in its own home."""
    lakes = opened.lakes()
    demo = lakes.demo()
    asked = {
        "kind": "demo",
        "home": str(demo.settings.home),
        "user": current_user(),
        "local_only": True,
        "days": lakes.demo_days,
    }
    begin(demo.building, DEMO_TITLE, asked)
