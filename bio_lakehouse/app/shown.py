"""What all pages share: whose lake is shown, in which mode, and errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from bio_lakehouse.app import opened
from bio_lakehouse.app.background import BackgroundWork
from bio_lakehouse.app.opened import OpenLake
from bio_lakehouse.app.plain_text import literal
from bio_lakehouse.command_parts import in_a_sentence
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.viz.theme import Mode

DEMO, USER = "shows_demo", "user"
"""What a session keeps."""
CHART = {"displayModeBar": False, "scrollZoom": False}


def current_lake() -> OpenLake:
    """The lake that this session looks at."""
    lakes = opened.lakes()
    return lakes.demo() if st.session_state.get(DEMO) else lakes.own()


def current_user() -> str:
    """Whose rows this session sees."""
    lakes = opened.lakes()
    if st.session_state.get(DEMO):
        return lakes.demo().settings.user
    return lakes.user or st.session_state.get(USER) or lakes.own().settings.user


def mode() -> Mode:
    """Whether the page is dark: charts follow it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def drawn(figure: Any, key: str) -> None:
    """A chart over the page's width, in our own look."""
    figure.update_layout(paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)")
    st.plotly_chart(figure, key=key, theme=None, config=CHART, width="stretch")


@contextmanager
def told() -> Iterator[None]:
    """Whatever goes wrong inside is one sentence on the page."""
    try:
        yield
    except (BioLakehouseError, OSError) as problem:
        st.error(literal(str(in_a_sentence(problem))))


def order(kind: str, **values: Any) -> dict[str, Any]:
    """An order to the process that does the work, about this session's lake and person."""
    settings = current_lake().settings
    about: dict[str, Any] = {"home": str(settings.home), "local_only": settings.local_only}
    if settings.today_override:
        about["today"] = settings.today_override.isoformat()
    return {"kind": kind, "user": current_user(), **about, **values}


def begin(work: BackgroundWork, title: str, asked: dict[str, Any], **more: Any) -> None:
    """Start work and show the page with its progress."""
    with told():
        work.start(title, asked, **more)
        st.rerun()


@st.fragment(run_every=1.0)
def progress(work: BackgroundWork) -> None:
    """How far the work is; when it is over, the whole page is drawn again."""
    current = work.current
    if current is None:
        return
    if current.is_over:
        st.rerun()
    words = f"{current.title} … {current.step}" if current.step else f"{current.title} …"
    st.progress(current.share, words)
    if current.link:
        st.link_button("Open the sign-in page", current.link, type="primary")
    for text in current.said:
        st.caption(literal(text))


def show_work(work: BackgroundWork) -> None:
    """The progress of what goes on, or why the last work failed."""
    current = work.current
    if current is None:
        return
    if not current.is_over:
        progress(work)
    elif current.error:
        st.error(literal(f"{current.title}: {current.error}"))
