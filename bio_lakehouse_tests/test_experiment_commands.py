"""An experiment from its start to its result, as a person goes through it: by the commands, in the
tables and in the reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bio_lakehouse.assets.watching import findings
from bio_lakehouse.build import experiment_events
from bio_lakehouse.build.experiments import build_experiment_days, build_self_experiment
from bio_lakehouse.build.reported import build_for_report, missing
from bio_lakehouse.cli import main
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import EXPERIMENT_DAYS, SELF_EXPERIMENT
from bio_lakehouse.lake import backup, repair
from bio_lakehouse.lake.experiment_log import experiments_of, plan_key
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.fingerprint import inputs_of
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS
from bio_lakehouse_tests.reports.lakes import write

MONDAY = date(2026, 3, 2)
BEGUN = MONDAY - timedelta(190)
END = MONDAY + timedelta(113)
NAME = "no <b>alcohol</b>"
CAUSAL = ("raised", "lowered")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def lake_on(home: Path, today: date) -> Lakehouse:
    return Lakehouse.open(
        load_settings(home=home, timezone="UTC", today_override=today, local_only=True)
    )


@pytest.fixture(scope="module", autouse=True)
def person(home: Path) -> Iterator[None]:
    """190 days before an experiment in weeks, and then what it does: 5 points of readiness."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIO_TIMEZONE", "UTC")
        (home / "landing").mkdir()
        write_days(home, MONDAY - timedelta(1))
        assert invoke(home, MONDAY - timedelta(1), "start", NAME).exit_code == 0
        write_days(home, END)
        yield


def write_days(home: Path, last: date) -> None:
    lake = lake_on(home, last)
    plans = [experiment.plan for experiment in experiments_of(lake.objects, "me")]
    noise = np.random.default_rng(4).normal(0, 2, 400)
    rows = []
    for number in range((last - BEGUN).days + 1):
        day = BEGUN + timedelta(number)
        evening = day - timedelta(1)
        going_on = [plan for plan in plans if plan.first_day <= evening <= plan.last_day]
        tried = any(plan.arms[plan.unit_of(evening)] for plan in going_on)
        score = round(75 + noise[number] + 5 * tried)
        rows.append({"user_id": "me", "day": day, "readiness_score": score, "had_workout": False})
    write(lake, DAILY, rows, last)
    write(lake, PELOTON_WORKOUTS, [], last)


def invoke(home: Path, today: date, *words: str) -> Result:
    command = ["experiment", words[0], "--home", str(home), *words[1:]]
    return CliRunner().invoke(main, command, env={"BIO_TODAY_OVERRIDE": str(today)})


def told(home: Path, today: date, *words: str) -> str:
    result = invoke(home, today, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_start_says_when_it_ends_and_what_it_can_find(home: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "home"
    (fresh / "landing").mkdir(parents=True)
    write_days(fresh, MONDAY)
    said = told(fresh, MONDAY, "start", "cold showers", "--unit", "day", "--pairs", "10")
    assert "10 pairs of days, 3–22 March 2026" in said
    assert (
        "analysed on 24 March 2026 and not before. The smallest p that it can reach is 0.002"
        in said
    )
    assert re.search(r"last 180 days it finds a difference of [23]\.\d points", said)
    assert "Fixed as SHA-256" in said
    assert f"experiment today --home {fresh}, and" in said
    unknown = told(fresh, MONDAY + timedelta(30), "start", "tea", "--outcome", "hrv")
    assert "Too little is known of your last 180 days" in unknown


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("start", "x", "--pairs", "4"), "It takes 6 pairs at least"),
        (("start", "x"), "of two at once nobody could tell which did what"),
        (("start", "x\x1b[2J"), "cannot be printed"),
        (("start", "x", "--outcome", "mood"), "none of readiness, sleep"),
        (("start", "x", "--starts", "9999-12-31"), "more than a year away"),
        (("mark", "yes", "--day", "2026-03-04"), "still to come"),
        (("mark", "yes", "--day", "2026-02-04"), "no experiment of 'me' has 2026-02-04"),
        (("mark", "yes", "--day", "2026-03-02", "--to", "2026-03-03"), "--day is one day"),
        (("mark", "yes", "--from", "2026-03-02"), "--from and --to go together"),
        (("today", "--user", "ada"), "there is no user 'ada'"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_cannot_be_is_refused_with_the_reason(
    home: Path, words: tuple[str, ...], reason: str
) -> None:
    result = invoke(home, MONDAY + timedelta(1), *words)
    assert result.exit_code != 0
    assert reason in " ".join(result.output.split())
    assert "\x1b" not in result.output


def test_today_shows_this_week_and_the_next_and_no_more(home: Path) -> None:
    day = MONDAY + timedelta(15)
    plan = experiments_of(lake_on(home, day).objects, "me")[0].plan
    words = {True: f"“{NAME}”", False: "as usual"}
    shown = told(home, day, "today")
    assert f"This week: {words[plan.arms[2]]} (week 3 of 16" in shown
    assert f"Next, from Monday 23 March 2026: {words[plan.arms[3]]}." in shown
    assert "week 5" not in shown
    assert "week 16: " in told(home, day, "today", "--all")
    assert "are over: `bio-lakehouse experiment result` tells it." in told(home, END, "today")
    assert "it is analysed from" in told(home, END - timedelta(1), "today")


def test_marks_are_kept_once_and_owed_to_their_days(home: Path) -> None:
    day = MONDAY + timedelta(9)
    words = ("mark", "yes", "--from", str(MONDAY), "--to", str(day))
    told(home, day, *words)
    files = list((home / "experiments").rglob("*.json"))
    assert "it was so already" in told(home, day, *words)
    assert list((home / "experiments").rglob("*.json")) == files
    told(home, day, "mark", "no", "--day", str(day), "--note", "a *wedding*")
    assert "9 of 10 days marked as kept, 1 as not kept." in told(home, day, "status")


def test_no_outcome_is_told_before_the_end_by_anything(home: Path) -> None:
    day = END - timedelta(1)
    lake = lake_on(home, day)
    build_experiment_days(lake)
    build_self_experiment(lake, MONDAY, day)
    refused = invoke(home, day, "result")
    assert refused.exit_code == 1
    assert "is analysed on 23 June 2026 and not before" in refused.output
    assert "days marked as kept" in refused.output
    assert lake.tables.read(SELF_EXPERIMENT, MONDAY, day).num_rows == 0
    shown = [refused.output, *(told(home, day, word) for word in ("today", "status", "list"))]
    assert not [text for text in shown if any(word in text for word in (*CAUSAL, "points"))]
    assert not {"effect", "readiness_score"} & set(EXPERIMENT_DAYS.column_names)


def test_days_to_come_are_in_no_table(home: Path) -> None:
    day = MONDAY + timedelta(20)
    lake = lake_on(home, day)
    build_experiment_days(lake)
    rows = lake.tables.read(EXPERIMENT_DAYS, MONDAY, END).to_pylist()
    assert [row["day"] for row in rows] == [MONDAY + timedelta(n) for n in range(21)]
    assert {row["unit"] for row in rows} == {1, 2, 3}


def test_the_result_is_the_same_by_command_in_the_table_and_on_the_page(home: Path) -> None:
    lake = lake_on(home, END)
    assert missing(lake, END) > {EXPERIMENT_DAYS.name}
    build_for_report(lake, END)
    assert missing(lake, END) == set()
    said = told(home, END, "result").strip()
    (row,) = lake.tables.read(SELF_EXPERIMENT, MONDAY, END).to_pylist()
    assert row["narrative"] == said
    assert said.startswith(f"In your experiment, assigning a week to “{NAME}” raised readiness")
    assert row["interval_low"] < 5 < row["interval_high"]
    made = composition.make(lake, "me", END)
    page = lake.objects.get(made.key).decode()
    assert "“no &lt;b&gt;alcohol&lt;/b&gt;” raised readiness of the next morning by" in page
    assert NAME not in page
    assert made.model.experiment == (said,)
    assert "alcohol" not in composition.show_egress(lake, "me", END)


def test_a_report_on_the_way_says_how_it_stands_and_a_mark_makes_it_outdated(home: Path) -> None:
    sunday = MONDAY + timedelta(20)
    lake = lake_on(home, END)
    build_for_report(lake, sunday)
    before = inputs_of(lake, "me", [sunday, END])
    (said,) = composition.make(lake, "me", sunday).model.experiment
    assert said.startswith(f"Experiment “{NAME}”, week 3 of 16. Assigned to this week: ")
    assert said.endswith("Marked 0 of 7 days. It is analysed on 23 June 2026 and not before.")
    experiment_events.mark(lake, "me", sunday, sunday, True, "")
    assert missing(lake, sunday) == {EXPERIMENT_DAYS.name}
    build_experiment_days(lake)
    after = inputs_of(lake, "me", [sunday, END])
    assert before[sunday] != after[sunday]
    assert "Marked 1 of 7 days." in composition.make(lake, "me", sunday).model.experiment[0]


def test_one_that_is_stopped_is_never_analysed_and_makes_room(tmp_path: Path) -> None:
    home, day = tmp_path / "home", MONDAY + timedelta(40)
    (home / "landing").mkdir(parents=True)
    write_days(home, MONDAY)
    told(home, MONDAY - timedelta(1), "start", "tea", "--starts", str(MONDAY))
    write_days(home, END)
    said = told(home, day, "stop")
    assert "described and not analysed" in said
    assert not any(word in said for word in (*CAUSAL, "p ="))
    assert "was ended on 11 April 2026 already" in invoke(home, day, "stop").output
    assert "described and not analysed" in told(home, END, "result")
    lake = lake_on(home, END)
    build_for_report(lake, END)
    assert lake.tables.read(SELF_EXPERIMENT, MONDAY, END).num_rows == 0
    build_for_report(lake, day + timedelta(1))
    (line,) = composition.make(lake, "me", day + timedelta(1)).model.experiment
    assert (
        line == "Experiment “tea” was ended early, on 11 April: it is described and not analysed."
    )
    assert "13 April – 2 August 2026" in told(home, day, "start", "milk")
    told(home, day, "start", "naps", "--unit", "day", "--starts", "2026-08-10")
    assert "This week" in told(home, day + timedelta(4), "today")
    assert "“milk”" in told(home, day + timedelta(4), "status")
    assert "“naps”: 20 pairs of days" in told(home, day, "status", "naps")
    assert len(told(home, day, "list").splitlines()) == 3
    refused = invoke(home, day, "result", "rice").output
    assert "has that name; there are “tea”, “milk” and “naps”" in " ".join(refused.split())


def test_a_backup_has_it_and_a_changed_plan_is_named_and_not_analysed(
    home: Path, tmp_path: Path
) -> None:
    lake = lake_on(home, END)
    backup.back_up(lake, tmp_path / "lake.tar.gz", everything=False, secrets=False)
    backup.restore(tmp_path / "lake.tar.gz", tmp_path / "other")
    other = lake_on(tmp_path / "other", END)
    (experiment,) = experiments_of(other.objects, "me")
    assert [experiment] == experiments_of(lake.objects, "me")
    path = other.settings.home / plan_key(experiment.plan)
    path.write_text(path.read_text().replace('"washout_days": 1', '"washout_days": 0'))
    (found,) = repair.set_damage_aside(other)
    assert f"{path} is damaged or was changed, and nothing can make it again" in found
    assert path.exists()
    key = plan_key(experiment.plan)
    assert findings(other, ["plans_as_committed"]) == {"plans_as_committed": [key]}
    for words in (["result"], ["mark", "yes", "--day", str(experiment.plan.last_day)]):
        refused = invoke(other.settings.home, END, *words)
        assert "cannot be trusted" in " ".join(refused.output.split())
    assert "not to be trusted" in told(other.settings.home, END, "list")
    assert build_experiment_days(other).rows == 0
