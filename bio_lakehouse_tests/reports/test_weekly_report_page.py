"""The page: self-contained, well formed, readable, and safe against what a source calls a
workout."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import escape
from plotly import graph_objects as go
from plotly.offline import get_plotlyjs

from bio_lakehouse.insights import Insight
from bio_lakehouse.reports import palette
from bio_lakehouse.reports.completeness import MEANINGS
from bio_lakehouse.reports.email import email_of
from bio_lakehouse.reports.pages import home_option, renewing_command
from bio_lakehouse.reports.report_model import ReportInputs, ReportModel, model_of
from bio_lakehouse.reports.weekly_report import (
    environment,
    finding_facts,
    q_text,
    render,
    tiles_of,
)
from bio_lakehouse.settings import load_settings
from bio_lakehouse.viz.theme import contrast

Make = Callable[..., pd.DataFrame]
MakeInputs = Callable[..., ReportInputs]
VOID = {"meta", "link", "br", "col", "img", "hr", "input"}
NASTY = '<script>alert("x")</script> & "Friends"'


@dataclass
class Page(HTMLParser):
    """What a page is made of; fails at the first tag that is closed out of order."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    scripts: list[tuple[dict[str, str | None], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif self.stack and self.stack[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.stack == []
    return page


@pytest.fixture
def model(
    make_inputs: MakeInputs,
    make_daily: Make,
    make_workouts: Make,
    insights: list[Insight],
    sunday: date,
) -> ReportModel:
    """A week with a missing night, a nasty workout and a rest day of which nothing is known."""
    count = [0, 1, 0] * 11 + [1, None]
    daily = make_daily(
        readiness_score=[70, 75, 80, 72, 78] * 6 + [None, 71, 72, 73, 74],
        sleep_score=[80, 85, 82, 79, 81] * 7,
        sleep_duration_h=[7.2] * 35,
        workout_count=count,
        workout_minutes=[30.0 if workouts else None for workouts in count],
        total_output_kj=[250.0 if workouts else None for workouts in count],
    )
    workouts = make_workouts((sunday - timedelta(days=1), NASTY, 30, 250.0))
    moment = datetime.fromisoformat("2025-03-10T06:12:45")
    return model_of(
        make_inputs(daily=daily, workouts=workouts, insights=insights, data_up_to=moment)
    )


@pytest.fixture
def figures() -> dict[str, go.Figure]:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="</script><b>"))
    return {"sleep_readiness": figure, "workout_recovery": go.Figure(figure)}


def test_the_page_is_well_formed_and_has_one_of_each_landmark(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    page = parsed(render(model, figures))
    assert [tag for tag, _ in page.tags if tag in {"h1", "main", "footer", "title"}] == [
        "title",
        "h1",
        "main",
        "footer",
    ]
    assert next(page.all("html")) == {"lang": "en"}
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


def test_tables_have_captions_and_headers_and_drawings_have_labels(model: ReportModel) -> None:
    page = parsed(render(model))
    assert len(list(page.all("table"))) == len(list(page.all("caption"))) == 3
    assert all(header["scope"] in ("col", "row") for header in page.all("th"))
    assert all(svg.get("aria-label") or svg.get("aria-hidden") == "true" for svg in page.all("svg"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {
        attributes["aria-labelledby"]
        for _, attributes in page.tags
        if "aria-labelledby" in attributes
    }
    assert labelled <= set(ids)


def test_nothing_is_fetched_from_anywhere(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    html = render(model, figures)
    page = parsed(html)
    for _, attributes in page.tags:
        assert not {"src", "srcset", "data", "action", "poster"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    own = re.sub('id="plotly">[^<]*<', "", html)
    assert not re.search(r"https?:|url\(|@import|//[a-z]", own)


def test_the_policy_allows_these_scripts_and_nothing_else(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    page = parsed(render(model, figures))
    (policy,) = [meta["content"] or "" for meta in page.all("meta") if meta.get("http-equiv")]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    (run,) = [script for attributes, script in page.scripts if "type" not in attributes]
    plotly = unpacked(page)
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in (plotly, run)
    ]
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == " ".join(f"'sha256-{digest}'" for digest in hashes)
    assert "unsafe-eval" not in policy
    assert plotly == get_plotlyjs().strip()


def unpacked(page: Page) -> str:
    (packed,) = [script for attributes, script in page.scripts if attributes.get("id") == "plotly"]
    return zlib.decompress(base64.b64decode(packed)).decode()


def test_plotly_is_there_once_and_only_with_a_figure(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    assert "plotly.js v" in unpacked(parsed(render(model, figures)))
    assert len(render(model, figures)) < 2_500_000
    without = render(model)
    assert 'id="plotly"' not in without
    assert len(without) < 100_000


def test_a_figure_cannot_break_out_of_its_script(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    page = parsed(render(model, figures))
    data = {
        a["id"]: json.loads(script)
        for a, script in page.scripts
        if a.get("type") == "application/json"
    }
    assert data.keys() == {"figure-sleep_readiness", "figure-workout_recovery"}
    assert data["figure-sleep_readiness"]["data"][0]["name"] == "</script><b>"


def test_what_a_source_calls_a_workout_is_text(model: ReportModel) -> None:
    html = render(model)
    page = parsed(html)
    assert "<script>alert" not in html
    assert NASTY in page.text
    assert len(page.scripts) == 1


def test_the_same_contents_give_the_same_bytes(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    assert render(model, figures) == render(model, figures)


def test_missing_is_a_dash_with_words_and_never_zero(
    make_inputs: MakeInputs, make_daily: Make
) -> None:
    html = render(model_of(make_inputs(daily=make_daily(readiness_score=[None] * 6 + [77]))))
    page = parsed(html)
    row = re.search(r"<th scope=\"row\">Sleep score.*?</tr>", html, re.DOTALL)
    assert row is not None
    cells = re.findall(r"<td>(.*?)<span class=\"of\">", row[0], re.DOTALL)
    assert cells == ['<span aria-hidden="true">–</span><span class="hidden">no data</span>'] * 2
    assert "nothing has arrived yet" in page.text
    assert "no data: before the first record" in page.text
    sleep = re.findall(r"<td class=\"sleep\">(.*?)</td>", html)
    assert len(sleep) == 7
    assert all("no data: nothing has arrived yet" in cell for cell in sleep)
    assert not re.search(
        r">0( |<)", html.partition("<footer>")[0].partition("<h1>")[2].replace(">0 of", "")
    )


def test_stale_data_is_told_before_the_headline(
    make_inputs: MakeInputs, make_daily: Make, sunday: date
) -> None:
    inputs = make_inputs(
        daily=make_daily(readiness_score=[70] * 35), today=sunday + timedelta(days=9)
    )
    html = render(model_of(inputs))
    told = html.index(
        "nothing newer than Sunday 9 March 2025 has arrived (9 days before this page was made)"
    )
    assert html.index("<body>") < told < html.index("<h1>")


def test_a_day_without_data_says_why(model: ReportModel) -> None:
    text = parsed(render(model)).text
    assert "no data: not delivered" in text
    assert "In short" not in text


def test_a_finding_shows_its_effect_then_its_numbers(insights: list[Insight]) -> None:
    found, _, refused = (insight.findings[0] for insight in insights)
    assert [fact.replace("\u00a0", " ") for fact in finding_facts(found)] == [
        "Pearson r 0.41, 95 % interval 0.21 to 0.58",
        "n 171 · n_eff 88 · q 0.001 · Pearson correlation, t test on n_eff",
    ]
    assert finding_facts(replace(found, tested=False, q=None))[1].endswith("described, not tested")
    assert [fact.split(" · ")[0] for fact in finding_facts(refused)] == ["n\u00a012"]
    assert finding_facts(replace(found, interval=None))[0] == "Pearson r 0.41"


def test_each_finding_has_its_own_dot_and_whisker(model: ReportModel) -> None:
    page = parsed(render(model))
    drawn = [svg for svg in page.all("svg") if (svg.get("class") or "").startswith("whisker")]
    told = "Pearson r 0.41, 95 % interval 0.21 to 0.58, on a scale around 0"
    assert [(svg["class"], (svg["aria-label"] or "").replace("\u00a0", " ")) for svg in drawn] == [
        ("whisker found", told),
        ("whisker", told),
    ]
    assert {svg["role"] for svg in drawn} == {"img"}


def test_what_moved_carries_its_interval(make_inputs: MakeInputs, make_daily: Make) -> None:
    hours = [7.0 + 0.2 * (day % 3) for day in range(90)] + [5.0] * 7
    model = model_of(make_inputs(daily=make_daily(sleep_duration_h=hours)))
    (moved,) = model.moved
    low, high = moved.interval or (0.0, 0.0)
    text = parsed(render(model)).text.replace("\u00a0", " ")
    least, most = (moved.measure.end_of_interval(end) for end in (low, high))
    assert low < (moved.difference or 0.0) < high < 0
    assert (
        "5 h 00 min on average, 7 h 12 min in the four weeks before: −132 min, "
        f"95 % interval {least} to {most} (q < 0.001)."
    ) in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0004, "<\u00a00.001"), (0.001, "0.001"), (0.0367, "0.037"), (0.5, "0.50"), (1.0, "1.00")],
)
def test_probabilities(value: float, text: str) -> None:
    assert q_text(value) == text


def test_tiles_say_what_they_show(model: ReportModel) -> None:
    readiness, sleep, workouts = tiles_of(model)
    assert (readiness.figure, readiness.lines[0]) == ("73", "Mean of 6 of 7 days")
    assert sleep.lines == ("Mean of 7 of 7 days", "Four-week median: 81")
    assert sleep.sentences == ("7 of 7 days within your usual 79 to 85.",)
    assert (workouts.figure, workouts.lines) == (
        "3",
        ("6 of 7 days known, 750 kJ", "Four-week median: 2"),
    )
    assert workouts.sentences == ("Your usual: 2 to 3.", "The four weeks before: 2, 3, 2 and 2.")
    assert workouts.label == "Workouts a week, oldest first: 2, 3, 2, 2 and 3"


def test_every_status_has_a_sign_of_its_own() -> None:
    sign = environment().get_template("parts.j2").make_module({}).sign
    drawn = {status: str(sign(status)) for status in MEANINGS}
    assert len(set(drawn.values())) == len(MEANINGS)


def test_two_days_that_are_as_high_are_both_named(
    make_inputs: MakeInputs, make_daily: Make
) -> None:
    model = model_of(make_inputs(daily=make_daily(sleep_score=[80] * 33 + [95, 95])))
    assert "95 Saturday and Sunday" in parsed(render(model)).text


def test_what_cannot_be_said_yet_has_no_card_and_no_empty_chart(
    model: ReportModel, figures: dict[str, go.Figure]
) -> None:
    html = render(model, figures | {"readiness_trend": go.Figure()})
    assert 'id="insight-sleep_readiness"' in html
    assert "insight-readiness_trend" not in html
    assert "figure-readiness_trend" not in html
    nothing = replace(model, insights=model.insights[2:])
    page = parsed(render(nothing, {"readiness_trend": go.Figure()}))
    assert "Nothing can be said yet: what is missing stands below." in page.text
    assert len(page.scripts) == 1


def test_an_unknown_day_breaks_the_line(model: ReportModel) -> None:
    readiness, _, _ = tiles_of(model)
    assert readiness.sparkline is not None
    assert len(readiness.sparkline.dots) == 28
    assert len(readiness.sparkline.week_dots) == 6
    assert [len(line) for line in readiness.sparkline.week_lines] == [2, 4]


def test_the_page_names_its_data_and_how_to_renew_it(model: ReportModel) -> None:
    html = render(replace(model, user_id="ada"))
    assert '<meta name="bio-lakehouse:data-up-to" content="2025-03-10T06:12:45">' in html[:4096]
    assert f'<meta name="bio-lakehouse:version" content="{model.version}">' in html[:4096]
    assert "2025-03-10 06:12:45 UTC" in parsed(html).text
    assert "bio-lakehouse report --week-ending 2025-03-09 --user ada" in parsed(html).text
    command = renewing_command(model.user_id, model.last_day)
    assert command == "bio-lakehouse report --week-ending 2025-03-09"


def test_a_command_names_a_home_that_is_not_in_its_usual_place(
    model: ReportModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, other = tmp_path / ".bio-lakehouse", tmp_path / "a demo's & more"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home_option(load_settings(home=usual, local_only=True)) == ""
    where = home_option(load_settings(home=other, local_only=True))
    assert shlex.split(where) == ["--home", str(other)]
    monkeypatch.setenv("BIO_HOME", str(other))
    assert home_option(load_settings(home=other, local_only=True)) == where
    command = f"bio-lakehouse report --week-ending 2025-03-09{where}"
    assert parsed(render(model, where=where)).text.count(command) == 2
    mail = email_of(model, where=where)
    assert command in mail.text
    assert escape(command) in mail.html


@pytest.mark.parametrize("mode", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_their_ground(mode: dict[str, str]) -> None:
    weak = {pair: contrast(mode[pair[0]], mode[pair[1]]) for pair in palette.TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    marks = {pair: contrast(mode[pair[0]], mode[pair[1]]) for pair in palette.GRAPHIC_PAIRS}
    assert {pair: ratio for pair, ratio in marks.items() if ratio < 3} == {}
    assert palette.LIGHT.keys() == palette.DARK.keys()
