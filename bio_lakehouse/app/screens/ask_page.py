"""Ask: questions in plain words."""

from __future__ import annotations

import streamlit as st

from bio_lakehouse.app.welcome import is_nothing_there

st.title("Ask")
is_nothing_there()
