"""Whoever asks Claude does it through here: leave to ask, one transport, and what it used and
cost."""
