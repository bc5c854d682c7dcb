import base64
import re
from xml.etree import ElementTree

from bio_lakehouse.viz.sparkline import as_markdown, sparkline

SVG = "{http://www.w3.org/2000/svg}"


def parsed(values, **options):
    return ElementTree.fromstring(sparkline(values, label="Readiness, 5 days", **options))


def test_gaps_break_the_line_and_lone_days_are_dots() -> None:
    drawn = parsed([70, 72, None, 75, None, 71, 73])
    assert len(drawn.findall(f"{SVG}polyline")) == 2
    radii = [circle.get("r") for circle in drawn.findall(f"{SVG}circle")]
    assert radii == ["1.6", "3.2"]


def test_a_fixed_scale_is_kept() -> None:
    points = (
        parsed([0, 100], minimum=0, maximum=100, width=100, height=48)
        .find(f"{SVG}polyline")
        .get("points")
    )
    assert points == "4,44 96,4"


def test_values_alike_nothing_and_one_day_are_no_errors() -> None:
    assert parsed([80, 80, 80]).find(f"{SVG}polyline") is not None
    assert parsed([]).findall(f"{SVG}circle") == []
    assert len(parsed([None, 5]).findall(f"{SVG}circle")) == 2


def test_its_text_is_safe_inside_the_picture() -> None:
    drawn = ElementTree.fromstring(sparkline([1, 2], label='<b> & "x"'))
    assert drawn.find(f"{SVG}title").text == drawn.get("aria-label") == '<b> & "x"'


def test_markdown_holds_the_whole_picture() -> None:
    svg = sparkline([1, 2], label="x")
    markdown = as_markdown(svg, "HRV [ms]")
    found = re.fullmatch(r"!\[HRV \(ms\)\]\(data:image/svg\+xml;base64,(.+)\)", markdown)
    assert found
    assert base64.b64decode(found[1]).decode() == svg
