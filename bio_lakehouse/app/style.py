"""The little that Streamlit's options do not say: the icon of the tab, and room at the edges of a
narrow screen."""

from __future__ import annotations

ICON = """<svg viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e66"/>
<path d="M4 17h7l3-8 4 15 3-7h7" fill="none" stroke="#ffffff" stroke-width="2.5"
stroke-linejoin="round" stroke-linecap="round"/></svg>"""
"""Drawn here: Streamlit fetches its own icons for tabs from the network."""
WAYS = "ways"
"""The row of links to the pages."""
CSS = """
.block-container { max-width: 58rem; padding-top: 1rem; padding-bottom: 4rem; }
[data-testid="stHeader"] { display: none; }
[data-testid="stBottomBlockContainer"] { max-width: 58rem; }
@media (max-width: 640px) {
  .block-container { padding-left: 0.9rem; padding-right: 0.9rem; }
  .st-key-ways { gap: 0; justify-content: space-between; }
  .st-key-ways a > span:first-child { display: none; }
  .st-key-ways a { padding-left: 0.45rem; padding-right: 0.45rem; }
}
"""
