import xml.etree.ElementTree as ET

from bio_lakehouse.viz.whiskers import LONGEST_NAME, MARGIN, ROW, WIDTH, Effect, whiskers

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*effects: Effect) -> ET.Element:
    return ET.fromstring(whiskers(effects, label='Effects & "more"'))


def test_each_effect_stands_at_its_value_with_its_interval() -> None:
    picture = drawn(Effect("r", 0.5, 0.25, 1.5, True), Effect("slope", -2, -4, 0, False, reach=4))
    assert picture.attrib["height"] == str(2 * ROW)
    assert picture.attrib["aria-label"] == 'Effects & "more"'
    first, second = picture.findall(f"{SVG}circle")
    half = WIDTH / 2 - MARGIN
    assert (float(first.attrib["cx"]), float(second.attrib["cx"])) == (
        WIDTH / 2 + half / 2,
        WIDTH / 2 - half / 2,
    )
    lines = [path.attrib["d"] for path in picture.findall(f"{SVG}path")]
    assert lines[0] == f"M{WIDTH / 2:g} 19v18"
    assert lines[1] == f"M{WIDTH / 2 + half / 4:g} 28H{WIDTH - MARGIN:g}"
    assert lines[3] == f"M{MARGIN:g} 68H{WIDTH / 2:g}"


def test_found_and_not_found_differ_in_form_and_not_in_colour_alone() -> None:
    found, not_found = drawn(
        Effect("a", 0.1, 0, 0.2, True), Effect("b", 0.1, 0, 0.2, False)
    ).findall(f"{SVG}circle")
    assert found.attrib["fill"] != "none"
    assert not_found.attrib["fill"] == "none"


def test_names_are_text_and_kept_short() -> None:
    picture = drawn(Effect("<script>" + "x" * LONGEST_NAME, 0, -1, 1, False))
    (name,) = picture.findall(f"{SVG}text")
    assert name.text is not None
    assert name.text.startswith("<script>x")
    assert len(name.text) == LONGEST_NAME
