"""A report's page as text: what a reader sees, and nothing that is hidden."""

from __future__ import annotations

from bio_lakehouse.reports.page_text import text_of_page


def test_hidden_things_are_left_out_with_all_that_is_in_them() -> None:
    page = "<p>a</p><div hidden><p>b<br>c</p><svg><p>d</p></svg></div><p>e</p>"

    assert text_of_page(page) == "a\n\ne\n"


def test_scripts_and_figures_are_left_out() -> None:
    page = "<head><title>t</title></head><p>a<script>b < c</script>d<svg><text>e</text></svg></p>"

    assert text_of_page(page) == "ad\n"


def test_cells_stand_side_by_side() -> None:
    assert text_of_page("<table><tr><td>a<td>b</tr><tr><td>c</tr></table>") == "· a · b\n\n· c\n"
