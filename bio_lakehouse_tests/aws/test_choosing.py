"""Which of those who can build a range is asked for it, by profile and length, and what a Glue run
is started with and told of."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bio_lakehouse.assets.transforming import ByLength
from bio_lakehouse.automation.glue import GlueJob, MessagesBelow, bad_end, know_catalog
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.build.elsewhere import order_of
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.engines.glue_job import catalog_settings
from bio_lakehouse.errors import AwsError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, UserProfile
from bio_lakehouse.silver import SCHEMAS

FIRST = date(2024, 3, 1)
WORKOUTS = SCHEMAS["peloton_workouts"]


class Named:
    """One who builds, and says that it was asked."""

    def __init__(self, lake: Any = None) -> None:
        self.lake = lake

    def silver(self, *_: Any) -> Any:
        return "near"

    def daily(self, *_: Any) -> Any:
        return "near"

    def coverage(self) -> Any:
        return "near"


@pytest.mark.parametrize(
    ("days", "asked"), [(1, "near"), (399, "near"), (400, "far"), (900, "far")]
)
def test_long_ranges_go_elsewhere(days: int, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bio_lakehouse.assets.transforming.build_elsewhere", lambda *_: "far")
    transforms = ByLength(Named(), lambda *_: None, "glue_catalog", 400)  # type: ignore[arg-type]
    last = FIRST + timedelta(days - 1)
    context: Any = None
    assert transforms.silver(context, "oura_sleep", FIRST, last) == asked
    assert transforms.daily(context, FIRST, last) == asked
    assert transforms.coverage() == "near"


def test_a_lake_on_aws_has_glue_and_its_session_is_this_machines(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        profile="aws",
        spark_remote="sc://10.0.0.1:15002",
        s3_bronze_bucket="b",
        s3_gold_bucket="g",
        cluster_from_days=30,
        glue_workers=4,
    )
    made = resources(settings)
    assert (made["glue"].workers, made["glue"].from_days) == (4, 30)
    assert made["spark"].remote is None
    assert made["transforms"].remote == "sc://10.0.0.1:15002"
    assert made["transforms"].glue is made["glue"]
    at_home = resources(Settings(home=tmp_path, spark_remote="sc://10.0.0.1:15002"))
    assert at_home["spark"].remote == "sc://10.0.0.1:15002"
    assert "glue" not in at_home


def test_a_run_is_started_with_its_order_and_size(on_aws: Settings) -> None:
    settings = on_aws.model_copy(update={"user": "anna", "heart_rate_zones": (50, 60, 70, 80)})
    lake = Lakehouse.open(settings)
    order = order_of(lake, WORKOUTS, FIRST, FIRST, "glue_catalog")
    asked = GlueJob("the-job", "G.2X", 5, lambda _: None).parameters(lake, order)
    assert (asked["JobName"], asked["WorkerType"], asked["NumberOfWorkers"]) == (
        "the-job",
        "G.2X",
        5,
    )
    words = [word for pair in asked["Arguments"].items() for word in pair]
    told = TableOrder.read(words, order.extras())
    assert told == order
    assert told.objects == f"s3://{settings.s3_bronze_bucket}"
    assert asked["Arguments"]["--warehouse"] == f"s3://{settings.s3_gold_bucket}/warehouse"
    assert told.users[0]["user_id"] == "anna"
    assert told.users[0]["heart_rate_zone_2"] == 50
    assert all(isinstance(value, str) for value in asked["Arguments"].values())


def test_a_start_is_waited_for_as_it_would_be_made_twice(on_aws: Settings) -> None:
    lake = Lakehouse.open(on_aws)
    asked: dict[str, dict[str, Any]] = {}
    order = order_of(lake, WORKOUTS, FIRST, FIRST, "glue_catalog")

    def client(service: str, **config: Any) -> Any:
        asked[service] = config
        if service == "glue":
            raise AwsError("enough")

    with pytest.raises(AwsError, match="enough"):
        GlueJob("the-job", "G.2X", 5, client).run(cast(Any, None), lake, order)
    assert asked["glue"]["read_timeout"] >= 60


def test_what_glue_keeps_and_shows_of_a_run_names_nobody(on_aws: Settings) -> None:
    profile = UserProfile(user_id="anna", timezone="Asia/Kathmandu", max_heart_rate=187)
    changes = {"user": "anna", "users": {"anna": profile}}
    settings = on_aws.model_copy(update=changes)
    lake = Lakehouse.open(settings)
    order = order_of(lake, WORKOUTS, FIRST, FIRST, "glue_catalog")
    assert "anna" in str(order.extras())
    assert "187" in str(order.extras())
    shown = str(GlueJob("the-job", "G.2X", 5, lambda _: None).parameters(lake, order))
    assert not [word for word in ("anna", "187", "Kathmandu") if word in shown]


@pytest.mark.parametrize(
    ("state", "told"), [("FAILED", "ended as FAILED"), ("STOPPED", "was stopped")]
)
def test_a_bad_end_is_told_with_its_run_and_its_log(state: str, told: str) -> None:
    run = {"JobRunState": state, "ErrorMessage": "Out of memory.", "LogGroupName": "/aws-glue/x"}
    text = bad_end("the-job", "jr_1", run)
    assert text.startswith(f"Run jr_1 of the Glue job the-job {told}: Out of memory. Its log is")
    assert "stream jr_1 of CloudWatch's group /aws-glue/x/error" in text
    assert "run the same days again" in text


def test_a_job_that_is_not_there_is_told_with_what_to_do(on_aws: Settings) -> None:
    from bio_lakehouse.lake.aws import aws_client, explained

    client = aws_client(on_aws, "glue")
    told = "The Glue job nobodys cannot be used: EntityNotFoundException.*bio-lakehouse deploy"
    with pytest.raises(AwsError, match=told), explained("The Glue job nobodys"):
        client.start_job_run(JobName="nobodys")


def test_messages_lie_below_their_own_prefix() -> None:
    with MessagesBelow(bucket="b", client=None).get_params() as params:
        assert params["key_prefix"].startswith("pipes/")


class Conf(dict[str, str]):
    def set(self, name: str, value: str) -> None:
        self[name] = value


class Session:
    def __init__(self, **known: str) -> None:
        self.conf = Conf(known)


def test_a_session_is_told_of_the_catalog_unless_its_spark_has_it() -> None:
    told = catalog_settings("s3://g/warehouse", "lake")
    empty, own = Session(), Session(**{"spark.sql.catalog.lake": "somebody's"})
    for session in (empty, own):
        know_catalog(session, "lake", told)  # type: ignore[arg-type]
    assert empty.conf == told
    assert own.conf == {"spark.sql.catalog.lake": "somebody's"}
