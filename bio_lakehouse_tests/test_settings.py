"""Settings come from the environment, users from users.toml, and what is wrong is named."""

from __future__ import annotations

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.setting_words import variable_of
from bio_lakehouse.settings import (
    HeartRate,
    Power,
    Settings,
    is_timezone_kept,
    keep_timezone,
    load_settings,
    machine_timezone,
    read_settings,
    unparsed_lines,
)


def test_the_environment_and_the_call_set_what_they_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIO_HOME", str(tmp_path))
    monkeypatch.setenv("BIO_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("BIO_HEART_RATE_ZONES", "55,65,75,85")
    settings = load_settings(user="ann")
    assert (settings.home, settings.timezone, settings.user) == (tmp_path, "Europe/Berlin", "ann")
    assert settings.heart_rate_zones == (55, 65, 75, 85)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("BIO_TIMEZONE", "Berlin", "BIO_TIMEZONE: 'Berlin' is not an IANA time zone"),
        (
            "BIO_HEART_RATE_ZONES",
            "60,70",
            "BIO_HEART_RATE_ZONES: heart-rate zones are four ascending",
        ),
        ("BIO_HEART_RATE_ZONES", "60,70,x,90", "BIO_HEART_RATE_ZONES"),
        ("BIO_FTP", "-1", "BIO_FTP: '-1' must be more than 0"),
        ("BIO_FTP", "abc", "BIO_FTP: 'abc' is no whole number"),
        ("BIO_SEX", "x", "BIO_SEX: 'x' must be 'female' or 'male'"),
        ("BIO_SETTLE_SECONDS", "9", "BIO_SETTLE_SECONDS: '9' must be at most 8"),
        ("BIO_SETTLE_SECONDS", "x", "BIO_SETTLE_SECONDS: 'x' is no number"),
        ("BIO_LOCAL_ONLY", "maybe", "BIO_LOCAL_ONLY: 'maybe' is neither true nor false"),
        ("BIO_LANDING_URL", "bucket", r"BIO_LANDING_URL: 'bucket' is not of .*`s3://bucket"),
        ("BIO_USER", "Ann Smith", "BIO_USER: user id 'Ann Smith' must be"),
        ("BIO_FIRST_DAY", "yesterday", "BIO_FIRST_DAY: 'yesterday' is no day: .*YYYY-MM-DD"),
        ("BIO_TODAY_OVERRIDE", "tomorrow", "'tomorrow' is no day: write it as YYYY-MM-DD"),
    ],
)
def test_a_bad_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=said):
        load_settings()


KINDS_OF_NUMBERS = (int, float, HeartRate | None, Power | None)
NUMBERS = [
    name for name, field in Settings.model_fields.items() if field.annotation in KINDS_OF_NUMBERS
]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["99999999999", "1e300", "-1"])
def test_a_number_beyond_all_reason_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    variable = variable_of(name, Settings.model_fields[name])
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: '{value}' "):
        load_settings()


def test_a_threshold_is_below_the_maximum(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BIO_MAX_HEART_RATE", "180")
    monkeypatch.setenv("BIO_THRESHOLD_HEART_RATE", "180")
    said = "must be below the maximum heart rate, 180"
    with pytest.raises(SettingsError, match=f"^BIO_THRESHOLD_HEART_RATE: {said}"):
        load_settings()
    table = "[ann]\nthreshold_heart_rate = 181\nmax_heart_rate = 180\n"
    (tmp_path / "users.toml").write_text(table)
    with pytest.raises(SettingsError, match=f"threshold_heart_rate: {said}"):
        _ = Settings(home=tmp_path, threshold_heart_rate=None).users


def test_every_bad_setting_is_named_and_the_others_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIO_FTP", "abc")
    monkeypatch.setenv("BIO_TIMEZONE", "Berlin")
    monkeypatch.delenv("BIO_SEX", raising=False)
    (tmp_path / ".env").write_text("BIO_SEX=x\nBIO_USER=ann\n")
    settings, bad = read_settings(home=tmp_path)
    assert {one.variable for one in bad} == {"BIO_FTP", "BIO_TIMEZONE", "BIO_SEX"}
    assert (settings.ftp, settings.sex, settings.user) == (None, None, "ann")
    assert "timezone" not in settings.model_fields_set
    with pytest.raises(SettingsError) as raised:
        load_settings(home=tmp_path)
    assert len(str(raised.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BIO_ASK_URL", "http://me:hunter2@x"),
        ("BIO_LANDING_URL", "https://hunter2"),
        ("BIO_SEX", "hunter2" * 9),
    ],
)
def test_what_may_hold_a_secret_is_not_told(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"{variable}: its value") as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)


def test_a_line_of_the_env_file_that_sets_nothing_is_told_with_its_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".env").write_text("# a comment\nBIO_FTP 12\nBIO_USER=ann\nBIO_SEX='x\n")
    assert load_settings(home=tmp_path).user == "ann"
    assert unparsed_lines(tmp_path / ".env") == [2, 4]
    told = [record.getMessage() for record in caplog.records]
    assert [one.partition(" is passed over")[0] for one in told] == [
        f"{tmp_path / '.env'}, line 2",
        f"{tmp_path / '.env'}, line 4",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ann]\ntimzone='UTC'\n", r"\[ann\]: nothing reads timzone: timezone is probably meant"),
        ("[ann]\nshoes=1\n", "nothing reads shoes: there are timezone, max_heart_rate"),
        ("[ann]\nftp='abc'\n", r"\[ann\]: ftp: 'abc' is no whole number"),
        ("[ann]\nftp=0\nsex='x'\n", "ftp: 0 must be more than 0; sex: 'x' must be 'female'"),
        ("ann = 1\n", "ann: each user is a table such as"),
    ],
)
def test_a_bad_users_file_names_the_person_the_key_and_what_is_meant(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "users.toml").write_text(text)
    with pytest.raises(SettingsError, match=rf"users\.toml: .*{said}"):
        _ = Settings(home=tmp_path).users


def test_users_have_their_own_zone_and_measures(tmp_path: Path) -> None:
    (tmp_path / "users.toml").write_text(
        '[ann]\ntimezone = "America/Chicago"\nmax_heart_rate = 181\n[bob]\n'
    )
    settings = Settings(home=tmp_path, timezone="Europe/Berlin", ftp=210)
    assert settings.user_profile("ann").timezone == "America/Chicago"
    assert (settings.user_profile("ann").max_heart_rate, settings.user_profile("ann").ftp) == (
        181,
        None,
    )
    assert settings.user_profile("bob").timezone == "Europe/Berlin"
    assert (settings.user_profile("me").ftp, settings.user_profile("unlisted").ftp) == (210, None)


@pytest.mark.parametrize(
    "text", ["[ann]\nzone = 'x'\n", "[Ann]\n", "[ann\n", "ann = 1\n", "[ann]\ntimezone='Mars'\n"]
)
def test_a_bad_users_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "users.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"users\.toml"):
        _ = Settings(home=tmp_path).users


def test_today_can_be_held(tmp_path: Path) -> None:
    assert Settings(home=tmp_path, today_override=date(2026, 3, 1)).today() == date(2026, 3, 1)


def test_the_machines_zone_is_a_zone() -> None:
    assert Settings(timezone=machine_timezone()).timezone == machine_timezone()


def test_secrets_are_neither_shared_nor_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIO_OURA_CLIENT_SECRET", "hunter2")
    monkeypatch.setenv("BIO_NOTIFY_URLS", "slack://hunter2 json://hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.without_secrets())
    again = load_settings(**settings.without_secrets())
    assert again == settings


def test_a_byte_order_mark_is_no_part_of_a_settings_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "users.toml").write_text("[ann]\nftp = 199\n", "utf-8-sig")
    (tmp_path / ".env").write_text("BIO_USER=ann\n", "utf-8-sig")
    settings = load_settings(home=tmp_path)
    assert (settings.user, settings.user_profile("ann").ftp) == ("ann", 199)


@pytest.mark.parametrize("name", [".env", "users.toml"])
@pytest.mark.parametrize("trouble", ["not UTF-8", "Input/output error"])
def test_a_settings_file_that_cannot_be_read_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, trouble: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if trouble == "not UTF-8":
        (tmp_path / name).write_bytes(b"# M\xfcller\n")
    else:
        (tmp_path / name).symlink_to("/proc/self/mem")
    with pytest.raises(SettingsError, match=rf"{name}.* cannot be read: .*{trouble}") as raised:
        _ = load_settings(home=tmp_path).users
    assert "\n" not in str(raised.value)


def test_a_home_keeps_the_zone_of_its_first_use_though_its_disk_was_full_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.delenv("BIO_TIMEZONE", raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        keep_timezone(load_settings(home=tmp_path))
    assert list(tmp_path.iterdir()) == []
    keep_timezone(load_settings(home=tmp_path))
    assert (tmp_path / "timezone").read_text() == f"{machine_timezone()}\n"


@pytest.mark.parametrize("content", ["", "\n"])
def test_a_zone_that_a_full_disk_left_empty_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    monkeypatch.delenv("BIO_TIMEZONE", raising=False)
    (tmp_path / "timezone").write_text(content)
    settings = load_settings(home=tmp_path)
    assert settings.timezone == machine_timezone()
    assert not is_timezone_kept(tmp_path)
    keep_timezone(settings)
    assert is_timezone_kept(tmp_path)
