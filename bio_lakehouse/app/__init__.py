"""The app in the browser: Streamlit pages over plain functions that know no Streamlit."""
