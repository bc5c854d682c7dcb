"""On AWS the home is a working folder: what is the lake's own stands in its bucket."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse import backends
from bio_lakehouse.ask.answers import corrections
from bio_lakehouse.cli import main
from bio_lakehouse.deployment import stack_templates
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings

ANN = b'[ann]\ntimezone = "Asia/Tokyo"\n'


def test_who_is_in_the_lake_stands_in_its_bucket(on_aws: Settings) -> None:
    Lakehouse.open(on_aws).objects.put("users.toml", ANN)
    opened = Lakehouse.open(on_aws.model_copy())
    assert opened.settings.user_profile("ann").timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff[ann", "it is not UTF-8"),
        (b'[ann]\ntimezone = "Mars/Base"\n', "Mars/Base.*Correct it there"),
        (b"ann = 1", r"each user is a table such as \[ann\]. Correct it there"),
    ],
)
def test_who_is_in_a_lake_is_corrected_where_it_stands_and_not_in_the_copy(
    on_aws: Settings, content: bytes, why: str
) -> None:
    Lakehouse.open(on_aws).objects.put("users.toml", ANN)
    lake = Lakehouse.open(on_aws)
    lake.objects.put("users.toml", content)
    with pytest.raises(SettingsError, match=f"^s3://{on_aws.s3_bronze_bucket}/users.toml: .*{why}"):
        Lakehouse.open(on_aws.model_copy())
    assert (on_aws.home / "users.toml").read_bytes() == ANN


def test_a_time_zone_must_be_set(on_aws: Settings) -> None:
    values = on_aws.model_dump(exclude_unset=True, exclude={"timezone"})
    with pytest.raises(SettingsError, match="BIO_TIMEZONE: not set"):
        Lakehouse.open(Settings(**values))


def test_a_missing_bucket_setting_is_named(on_aws: Settings) -> None:
    with pytest.raises(SettingsError, match="BIO_S3_BRONZE_BUCKET: not set"):
        Lakehouse.open(on_aws.model_copy(update={"s3_bronze_bucket": ""}))


def test_an_object_is_a_file_on_this_machine_when_one_is_needed(on_aws: Settings) -> None:
    lake = Lakehouse.open(on_aws)
    lake.objects.put("reports/page.html", b"<p>said</p>")
    path = lake.local_path("reports/page.html")
    assert path.read_bytes() == b"<p>said</p>"
    assert path.is_relative_to(on_aws.home)
    assert lake.place == f"s3://{on_aws.s3_bronze_bucket}"


def test_corrections_are_the_lakes_and_not_the_machines(on_aws: Settings, tmp_path: Path) -> None:
    here = Lakehouse.open(on_aws)
    here.objects.put(corrections.key_of("me"), b"[]\n")
    elsewhere = Lakehouse.open(on_aws.model_copy(update={"home": tmp_path / "elsewhere"}))
    assert corrections.read(elsewhere, "me") == ()
    assert elsewhere.objects.exists(corrections.key_of("me"))


@pytest.mark.parametrize("command", [["repair"], ["backup", "a.tar.gz"], ["restore", "a.tar.gz"]])
def test_what_is_about_a_home_says_so(
    on_aws: Settings, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    for name, value in on_aws.model_dump(exclude_unset=True, mode="json").items():
        variable = Settings.model_fields[name].validation_alias or f"BIO_{name.upper()}"
        monkeypatch.setenv(str(variable), str(value))
    told = CliRunner().invoke(main, command)
    assert told.exit_code == 1
    assert "is about a home on this machine, and BIO_ENV is aws" in told.output


def test_what_asks_athena_is_named_where_it_is_not_installed(
    on_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install \"bio-lakehouse\[aws\]\""):
        backends.open_sql(Lakehouse.open(on_aws))


def test_templates_are_found_in_the_clone_that_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_templates, "CLONE", tmp_path / "installed" / "infra")
    monkeypatch.chdir(Path(__file__).parents[2])
    assert stack_templates.infra_folder() == Path.cwd() / "infra"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="--infra"):
        stack_templates.infra_folder()


def test_a_mistyped_parameter_of_a_stack_is_named_with_the_one_that_is_meant() -> None:
    asked = ["deploy", "--plan", "--parameter", "AlarmMail=me@example.com"]
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 1
    assert "--parameter AlarmMail: none of these stacks has" in told.output
    assert "did you mean AlarmEmail?" in told.output
