"""The little that Streamlit's options do not say: room at the edges of a narrow screen."""

from __future__ import annotations

CSS = """
.block-container { max-width: 58rem; padding-top: 4.5rem; padding-bottom: 4rem; }
[data-testid="stBottomBlockContainer"] { max-width: 58rem; }
@media (max-width: 640px) {
  .block-container { padding-left: 0.9rem; padding-right: 0.9rem; }
}
"""
