"""Data: bring files in, connect Oura and Peloton, see what is there, what is missing and why."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bio_lakehouse.app.app_words import CONNECT_WORDS, DEMO_TAKES_NONE, UPLOAD_WORDS
from bio_lakehouse.app.background import Work
from bio_lakehouse.app.charts_of_app import strips
from bio_lakehouse.app.connections import Connection, connections
from bio_lakehouse.app.data_tables import (
    arrival_rows,
    dataset_rows,
    gap_rows,
    pending_text,
    quarantine_rows,
)
from bio_lakehouse.app.look import LARGEST_UPLOAD_MB
from bio_lakehouse.app.plain_text import code, literal
from bio_lakehouse.app.shown import (
    DEMO,
    begin,
    current_lake,
    current_user,
    drawn,
    mode,
    order,
    show_work,
    told,
)
from bio_lakehouse.app.uploads import set_down
from bio_lakehouse.app.welcome import offer_demo
from bio_lakehouse.english import count
from bio_lakehouse.numbers import NO_VALUE
from bio_lakehouse.status import LakeStatus, lake_status

ROUND = "upload_round"
"""How often files were brought in: the field is a new one, and empty, after each time."""


@st.cache_data(max_entries=16, show_spinner="Looking over the lake …")
def status_of(home: str, version: str, user_id: str) -> LakeStatus:
    return lake_status(current_lake().lake, user_id)


def main() -> None:
    st.title("Data")
    opened, user_id = current_lake(), current_user()
    show_work(opened.building)
    show_outcome(opened.building.current)
    if st.session_state.get(DEMO):
        st.info(DEMO_TAKES_NONE)
    else:
        bring_in(user_id)
        connect(user_id)
    if opened.is_empty:
        offer_demo()
        return
    held(status_of(str(opened.settings.home), opened.version, user_id))


def bring_in(user_id: str) -> None:
    """A field to drop files on."""
    st.subheader("Bring files in")
    number = st.session_state.setdefault(ROUND, 0)
    uploads = st.file_uploader(
        UPLOAD_WORDS,
        accept_multiple_files=True,
        key=f"upload-{number}",
        max_upload_size=LARGEST_UPLOAD_MB,
    )
    goes_on = current_lake().building.goes_on
    asked = st.button("Bring them in", type="primary", disabled=goes_on or not uploads)
    if asked and uploads:
        with told():
            folder, paths = set_down(uploads)
            st.session_state[ROUND] = number + 1
            title = f"Bringing in {count(len(paths), 'file')}"
            begin(current_lake().building, title, order("bring in", paths=paths), files=folder)


def show_outcome(work: Work | None) -> None:
    """What became of the files that came last, for the person whose they are."""
    is_own = work is not None and work.user == current_user()
    outcome = work.outcome if work and is_own and work.is_over else None
    if not outcome or "files" not in outcome:
        return
    with st.container(border=True):
        st.markdown(f"**{outcome['came']}** {outcome['changed']}")
        for file in outcome["files"]:
            file_shown(file)
        if st.button("Done"):
            current_lake().building.forget()
            st.rerun()


def file_shown(file: dict[str, Any]) -> None:
    is_fine = file["became"] in ("brought in", "known before")
    counts = (
        count(file["rows"], "row"),
        count(file["new_days"], "new day"),
        count(file["changed_days"], "changed day"),
    )
    aside = f", {file['set_aside']:,} set aside" if file["set_aside"] else ""
    icon = ":material/check_circle:" if is_fine else ":material/error:"
    st.markdown(f"{icon} {code(file['name'])} {file['became']}. {literal(file['what'])}")
    if is_fine:
        st.caption(", ".join(counts) + aside)
    for reason in file["reasons"]:
        st.caption(literal(reason))


def connect(user_id: str) -> None:
    """Oura and Peloton, as far as each can be connected from here."""
    opened = current_lake()
    with st.expander("Connect Oura or Peloton"):
        st.caption(CONNECT_WORDS)
        show_work(opened.signing_in)
        for one in connections(opened.settings, user_id):
            connection_shown(one)


def connection_shown(one: Connection) -> None:
    st.markdown(f"**{one.title}**: {'connected' if one.is_signed_in else 'not connected'}")
    if one.missing:
        st.write(one.missing)
        return
    opened = current_lake()
    again = "again" if one.is_signed_in else ""
    if st.button(f"Connect {one.title} {again}".strip(), disabled=opened.signing_in.goes_on):
        title = f"Signing in to {one.title}"
        begin(opened.signing_in, title, order(f"sign in to {one.vendor}"))
    asked = one.is_signed_in and st.button(
        f"Fetch from {one.title} now", disabled=opened.building.goes_on
    )
    if asked:
        begin(opened.building, f"Fetching from {one.title}", order(f"fetch {one.vendor}"))


def held(status: LakeStatus) -> None:
    """What is there, what is missing, what came and what was set aside."""
    st.subheader("What is there")
    pending = pending_text(status)
    if pending:
        st.warning(pending)
    there = [dataset for dataset in status.datasets if dataset.rows]
    if not there:
        st.info(f"Nothing of “{status.user_id}” is in the tables yet.")
    else:
        st.caption("The last 90 days: a bar in another colour is days that are missing, and why.")
        drawn(strips(there, status.today, mode()), "strips")
        table(dataset_rows(there, status.today), "")
    st.subheader("What is missing")
    table(gap_rows(there), "No day is missing.")
    st.subheader("Last arrivals")
    table(arrival_rows(status.arrivals), "Nothing has arrived.")
    st.subheader("Set aside")
    table(quarantine_rows(status), "No row was set aside.")
    for one in status.passed_over:
        st.caption(f"Passed over: {code(one.key)}: {literal(one.reason)}")


def table(rows: list[dict[str, Any]], nothing: str) -> None:
    """Rows as a table, or that there are none."""
    if rows:
        numbers = {name for name, value in rows[0].items() if isinstance(value, int)}
        looks = {name: st.column_config.NumberColumn(format="localized") for name in numbers}
        st.dataframe(
            rows, hide_index=True, width="stretch", column_config=looks, placeholder=NO_VALUE
        )
    else:
        st.write(nothing)


with told():
    main()
