from dataclasses import asdict

import pytest
from plotly import graph_objects as go

from bio_lakehouse.viz.theme import COLOURS, GROUNDS, contrast, template, themed, translucent


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("mode", list(GROUNDS))
def test_text_is_readable(mode) -> None:
    ground = GROUNDS[mode]
    assert contrast(ground.ink, ground.paper) >= 7
    assert contrast(ground.soft, ground.paper) >= 4.5


@pytest.mark.parametrize("mode", list(GROUNDS))
@pytest.mark.parametrize("name", list(asdict(COLOURS)))
def test_marks_stand_out_from_either_ground(mode, name: str) -> None:
    assert contrast(getattr(COLOURS, name), GROUNDS[mode].paper) >= 3


def test_light_and_dark_differ_in_ground_alone() -> None:
    light, dark = template("light").layout, template("dark").layout
    assert light.paper_bgcolor != dark.paper_bgcolor
    assert light.colorway == dark.colorway
    assert light.font.family == dark.font.family


def test_a_figure_can_change_its_mode() -> None:
    figure = themed(go.Figure(), "light")
    assert themed(figure, "dark").layout.template.layout.font.color == GROUNDS["dark"].ink


def test_translucent() -> None:
    assert translucent("#12897d", 0.5) == "rgba(18,137,125,0.5)"
