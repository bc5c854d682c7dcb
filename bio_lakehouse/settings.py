"""One typed `Settings`, read from the environment (`BIO_*`) and the home's `.env`; users from
`users.toml`."""

from __future__ import annotations

import io
import logging
import re
import shlex
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticUndefined
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bio_lakehouse import whole_files
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.setting_words import BadSetting, bad_keys, bad_settings, variable_of
from bio_lakehouse.spark_address import known_spark

if TYPE_CHECKING:
    from dotenv.parser import Binding
    from pydantic.fields import FieldInfo

logger = logging.getLogger(__name__)

BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
NO_SETTING = "it is no NAME=value, or a quotation mark does not end"
USER_ID = re.compile(r"[a-z0-9_-]{1,64}")
Sex = Literal["female", "male"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order of `date.weekday()`."""
HeartRate = Annotated[int, Field(gt=0, le=250)]
Power = Annotated[int, Field(gt=0, le=1000)]
CENTURY_DAYS, HOUR_S = 36_500, 3_600
"""Bounds of settings that are days or seconds: what is more is a slip of the hand."""


def machine_timezone() -> str:
    """The IANA name of the machine's time zone; `UTC` when it cannot be told."""
    zone = Path("/etc/localtime")
    name = str(zone.resolve()).partition("zoneinfo/")[2] if zone.is_symlink() else ""
    return name if name in timezones() else "UTC"


@cache
def timezones() -> frozenset[str]:
    """All IANA names. To list them reads files, and every `Settings` asks several times."""
    return frozenset(available_timezones())


def known_timezone(name: str) -> str:
    if name not in timezones():
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin")
    return name


def known_threshold(threshold: int | None, maximum: int | None) -> int | None:
    """`threshold`, a heart rate, where it is below that person's maximum; else `ValueError`."""
    if threshold and maximum and threshold >= maximum:
        raise ValueError(f"must be below the maximum heart rate, {maximum}")
    return threshold


class UserProfile(BaseModel):
    """What the lake must know about one person; what is not set is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: str
    timezone: str
    max_heart_rate: HeartRate | None = None
    threshold_heart_rate: HeartRate | None = None
    ftp: Power | None = None
    sex: Sex | None = None
    mail_to: tuple[str, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, name: str) -> str:
        return known_timezone(name)

    @field_validator("threshold_heart_rate")
    @classmethod
    def _threshold_is_below_maximum(cls, threshold: int | None, told: ValidationInfo) -> int | None:
        return known_threshold(threshold, told.data.get("max_heart_rate"))

    @field_validator("user_id")
    @classmethod
    def _user_id_is_safe(cls, user_id: str) -> str:
        return safe_user_id(user_id)


def bucket_name(name: str) -> str:
    """`name`, where a bucket of S3 may be called so; else `ValueError`."""
    if not BUCKET.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a bucket: give the name alone, such as my-bronze for "
            "s3://my-bronze/"
        )
    return name


def safe_user_id(user_id: str) -> str:
    """`user_id` itself; raises ValueError unless it matches `[a-z0-9_-]{1,64}`."""
    if not USER_ID.fullmatch(user_id):
        raise ValueError(
            f"user id {user_id!r} must be 1 to 64 of a-z, 0-9, _ and -: "
            f"write it as {safe_spelling(user_id)}"
        )
    return user_id


def safe_spelling(name: str) -> str:
    """A user id that reads like `name`: `Anna` is `anna`, `two words` is `two_words`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_-]+", "_", plain).strip("_")[:64] or "somebody"


DEFAULT_HOME = Path("~/.bio-lakehouse")


def home_in_command(home: Path) -> str:
    """The words by which a command finds a home, as a shell takes them."""
    return f" --home {shlex.quote(str(home))}"


class WhatIsSet(PydanticBaseSettingsSource):
    """What the variables of a source say, of which but few are set: pydantic goes over all fields
    for each of its sources, which takes longer than all else that settings take."""

    def __init__(self, source: EnvSettingsSource) -> None:
        super().__init__(source.settings_cls)
        self.source = source

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self.source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        fields, names = self.settings_cls.model_fields, fields_of_variables(self.settings_cls)
        for name in {names[variable] for variable in names.keys() & self.source.env_vars.keys()}:
            found, key, is_complex = self.get_field_value(fields[name], name)
            value = self.source.prepare_field_value(name, fields[name], found, is_complex)
            if value is not None:
                told[key] = value
        return told


@cache
def fields_of_variables(settings: type[BaseSettings]) -> dict[str, str]:
    """Variables, in small letters, and the fields that they set: a field by its own name too, where
    it names another."""
    prefix = settings.model_config.get("env_prefix", "")
    fields = settings.model_fields.items()
    own = {f"{prefix}{name}".lower(): name for name, _ in fields}
    return own | {variable_of(name, field).lower(): name for name, field in fields}


class Settings(BaseSettings):
    """All that can be set. Each field is the environment variable `BIO_<FIELD>` unless it names
    another."""

    model_config = SettingsConfigDict(
        env_prefix="BIO_",
        env_file_encoding="utf-8-sig",
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
    )

    home: Path = Field(DEFAULT_HOME, description="Folder that holds everything of a local lake.")
    user: str = Field("me", description="Whose rows commands show when `--user` is not given.")
    timezone: str = Field(
        default_factory=machine_timezone,
        description="Time zone of `me` and of the day partitions (IANA name); when not set, the "
        "machine's at the home's first use.",
    )
    first_day: date = Field(
        date(2015, 1, 1), description="First day of a lake; earlier records are quarantined."
    )
    partitions_from: date | None = Field(
        None,
        description="First day partition, where it is to be earlier than the first day that "
        "landed.",
    )
    max_heart_rate: HeartRate | None = Field(
        None, description="Maximum heart rate of `me` in beats a minute."
    )
    threshold_heart_rate: HeartRate | None = Field(
        None, description="Threshold heart rate of `me` in beats a minute, below the maximum."
    )
    ftp: Power | None = Field(None, description="Functional threshold power of `me` in watts.")
    sex: Sex | None = Field(
        None,
        description=(
            "`female` or `male`: which of Banister's coefficients turn the heart rate of `me` into "
            "a load; the range of both when not set."
        ),
    )
    heart_rate_zones: Annotated[tuple[int, ...], NoDecode] = Field(
        (60, 70, 80, 90),
        description="Lower bounds of heart-rate zones 2 to 5, in % of the maximum heart rate.",
    )
    profile: str = Field(
        "local",
        validation_alias="BIO_ENV",
        description=(
            "Where the lake is: `local` is folders, SQLite and DuckDB on this machine, `aws` S3, "
            "Glue, Athena and DynamoDB."
        ),
    )
    spark_remote: str | None = Field(
        None,
        description=(
            "Spark Connect address (`sc://host:port`), or `local[*]`: Spark on this machine's "
            "Java, of the extra `jvm`; Sail in this process when not set."
        ),
    )
    spark_catalog: str = Field(
        "glue_catalog",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description=(
            "Iceberg catalog of the lake's tables at BIO_SPARK_REMOTE, on AWS; it is set up there "
            "when that Spark has none of the name."
        ),
    )
    snapshot_retention_days: int = Field(
        7,
        ge=0,
        le=CENTURY_DAYS,
        description="Days for which an Iceberg table's earlier snapshots and metadata are kept.",
    )
    insight_window_days: int = Field(
        180, ge=28, le=CENTURY_DAYS, description="Days that an insight looks back."
    )
    week_ends_on: Weekday = Field(
        "sunday", description="Day on which the weeks of the weekly report end."
    )
    stale_after_days: int = Field(
        3,
        ge=0,
        le=CENTURY_DAYS,
        description="Days without data after which a report says so at the top.",
    )
    event_batch_size: int = Field(
        1000,
        ge=1,
        le=100_000,
        description="Dagster events that are written to its log at once; 1 turns batching off.",
    )
    today_override: date | None = Field(
        None,
        description=(
            "The day that counts as today, for reproducing a past state; the real one when not set."
        ),
    )
    landing_url: str | None = Field(
        None,
        pattern=r"^s3://[^/]+",
        description=(
            "`s3://bucket[/prefix]` under which files arrive as `landing/<user>/<file>`; the home "
            "when unset."
        ),
    )
    settle_seconds: float = Field(
        5.0,
        ge=0,
        le=8,
        description=(
            "Seconds for which a file in landing's folder must not change before it is taken; as "
            "often the folder is looked at."
        ),
    )
    s3_endpoint_url: str | None = Field(
        None, description="Address of an S3 other than AWS's (MinIO, moto)."
    )
    aws_profile: str | None = Field(
        None,
        validation_alias="AWS_PROFILE",
        description="Profile of AWS's own configuration whose credentials and region are used.",
    )
    aws_region: str | None = Field(
        None,
        validation_alias="AWS_REGION",
        description="AWS's region of the lake; as AWS's own configuration has it when not set.",
    )
    aws_endpoint_url: str | None = Field(
        None,
        validation_alias="AWS_ENDPOINT_URL",
        description="One address in place of all of AWS's services: an emulator's.",
    )
    s3_bronze_bucket: str = Field(
        "",
        description=(
            "On AWS: bucket of landing, bronze, quarantine, experiments and reports; all but the "
            "tables."
        ),
    )
    s3_gold_bucket: str = Field(
        "", description="On AWS: bucket of the Iceberg tables, silver's and gold's."
    )
    athena_database: str = Field(
        "bio_gold", description="Database of Athena in which names without one are looked up."
    )
    athena_results_bucket: str = Field(
        "", description="On AWS: bucket into which Athena writes its answers."
    )
    athena_workgroup: str = Field(
        "bio-lakehouse", description="Athena's workgroup, which limits what a statement may scan."
    )
    athena_seconds: float = Field(
        120.0, gt=0, le=HOUR_S, description="Seconds after which a statement in Athena is stopped."
    )
    athena_reuse_minutes: int = Field(
        60,
        ge=0,
        le=10080,
        description=(
            "Minutes for which Athena may give an answer again that it gave of the same data; 0 "
            "never."
        ),
    )
    ingestion_log_table: str = Field(
        "bio_ingestion_log", description="DynamoDB table of the ingestion log."
    )
    lake_state_table: str = Field(
        "bio_lake_state", description="DynamoDB table of what is owed, and of locks."
    )
    arrivals_queue_url: str | None = Field(
        None,
        description=(
            "SQS queue of landing's S3 events, from which arrivals are taken; the bucket is listed "
            "once an hour beside it, and all the time when not set."
        ),
    )
    glue_job: str = Field(
        "bio-lakehouse-transform", description="Glue job that runs the transforms of large ranges."
    )
    glue_worker_type: str = Field("G.1X", description="Size of a worker of that Glue job.")
    glue_workers: int = Field(
        2, ge=2, le=299, description="Workers of a run of that Glue job, as many as Glue has."
    )
    cluster_from_days: int = Field(
        400,
        ge=1,
        le=CENTURY_DAYS,
        description=(
            "Days from which a range is built by the Glue job on AWS, or by the Spark at "
            "BIO_SPARK_REMOTE, which reads and writes by itself; smaller ones are built on this "
            "machine."
        ),
    )
    dagster_postgres_url: SecretStr = Field(
        SecretStr(""),
        description=(
            "`postgresql://user:password@host/database` of Dagster's runs and events; SQLite in "
            "the home when not set."
        ),
    )
    oura_client_id: str = Field("", description="Client id of your Oura API application.")
    oura_client_secret: SecretStr = Field(
        SecretStr(""),
        description=(
            "Client secret of your Oura API application, or `ssm:/name` of the parameter of AWS's "
            "Parameter Store that holds it."
        ),
    )
    oura_redirect_uri: str = Field(
        "http://localhost:8912/callback",
        description="Redirect address that the Oura application has registered.",
    )
    oura_scopes: Annotated[tuple[str, ...], NoDecode] = Field(
        ("daily", "heartrate", "spo2", "spo2Daily"), description="What Oura is asked to share."
    )
    oura_token_store: str | None = Field(
        None,
        description=(
            "Folder of Oura's tokens, or `ssm:/prefix` in Parameter Store; when not set "
            "`<home>/secrets`, on AWS `ssm:/bio-lakehouse/oura`."
        ),
    )
    oura_token_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (
            "https://moi.ouraring.com/oauth/v2/ext/oauth-token",
            "https://api.ouraring.com/oauth/token",
        ),
        description=(
            "Where Oura's tokens are renewed, tried in this order (newer applications, older ones)."
        ),
    )
    oura_authorize_url: str = Field(
        "https://cloud.ouraring.com/oauth/authorize",
        description="Where Oura asks for your consent.",
    )
    oura_api_url: str = Field("https://api.ouraring.com", description="Oura's API.")
    oura_sandbox: bool = Field(
        False,
        description=(
            "Read Oura's made-up sandbox data instead of yours; it is kept apart, for user "
            "`sandbox`."
        ),
    )
    oura_lookback_days: int = Field(
        7,
        ge=1,
        le=CENTURY_DAYS,
        description="Days that a daily fetch asks for again, as the ring syncs late.",
    )
    peloton_profile: Path | None = Field(
        None,
        description=(
            "Folder of the browser profiles, one a user, that keep Peloton logins; "
            "`<home>/peloton-browser` when not set."
        ),
    )
    peloton_browser: Path | None = Field(
        None, description="Chrome or Chromium to use; the first one found when not set."
    )
    peloton_headless: bool = Field(
        True, description="Download from Peloton without showing a window."
    )
    peloton_workouts_url: str = Field(
        "https://members.onepeloton.com/profile/workouts",
        description="The members' page with the download button.",
    )

    notify_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Where notices go, as Apprise URLs separated by blanks (https://appriseit.com).",
    )

    claude_model: str = Field(
        "claude-sonnet-5-5", description="Claude that chooses what the report says."
    )
    claude_effort: Literal["none", "low", "medium", "high", "xhigh", "max"] = Field(
        "medium",
        description="How hard Claude thinks; `none` leaves it out, as models before 4.6 take none.",
    )
    claude_seconds: float = Field(
        90.0,
        gt=0,
        le=HOUR_S,
        description="Seconds after which fixed rules choose instead of Claude.",
    )
    claude_prices: Annotated[tuple[float, ...], NoDecode] = Field(
        (),
        description=(
            "USD per million tokens (input, output, cache write, cache read); the list prices when "
            "not set."
        ),
    )
    anthropic_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="ANTHROPIC_API_KEY",
        description=(
            "Key with which Claude chooses what the report says, once `bio-lakehouse claude allow` "
            "was said, and reads questions, once `bio-lakehouse ask allow` was."
        ),
    )
    local_only: bool = Field(
        False, description="Send nothing to Claude or another model, whatever key is set."
    )
    ask_model: str = Field(
        "claude-sonnet-5-5",
        description=(
            "Model that reads questions: `claude-…`, `gpt-…`, `gemini-…`, or `openai:NAME` at "
            "BIO_ASK_URL."
        ),
    )
    ask_effort: Literal["none", "low", "medium", "high", "xhigh", "max"] = Field(
        "low",
        description=(
            "How hard that model thinks, told to those known to take it, and to any when set; "
            "`none` leaves it out."
        ),
    )
    ask_seconds: float = Field(
        60.0,
        gt=0,
        le=HOUR_S,
        description="Seconds after which a question goes on without that model.",
    )
    ask_prices: Annotated[tuple[float, ...], NoDecode] = Field(
        (),
        description=(
            "USD per million tokens of BIO_ASK_MODEL (input, output, cache write, cache read); the "
            "list prices when not set."
        ),
    )
    ask_url: str = Field(
        "",
        pattern=r"^$|^https?://[^/@\s]+(/[^@\s]*)?$",
        description=(
            "Address of an OpenAI-compatible server, which may be on this machine: "
            "`http://localhost:11434/v1`."
        ),
    )
    ask_api_key: SecretStr = Field(
        SecretStr(""), description="Key of the server at BIO_ASK_URL, where it takes one."
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="OPENAI_API_KEY",
        description="Key with which `gpt-…` reads questions, once `bio-lakehouse ask allow` was "
        "said.",
    )
    gemini_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="GEMINI_API_KEY",
        description="Key with which `gemini-…` reads questions, once `bio-lakehouse ask allow` was "
        "said.",
    )
    browser: Path | None = Field(
        None,
        description=(
            "Chrome or Chromium that prints PDFs and draws charts for mail; the first found when "
            "not set."
        ),
    )
    report_delivery: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Where finished reports go, separated by commas: folders, `s3://bucket/prefix`, `mail`."
        ),
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description=(
            "Mail server: `smtp://user:password@host:587` (STARTTLS when there is a user) or "
            "`smtps://…:465`."
        ),
    )
    mail_from: str = Field("", description="Sender of reports by mail.")
    mail_to: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Recipients of reports by mail, separated by commas."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said here, in the environment and in the `.env`, the first before the others."""
        variables = (env_settings, dotenv_settings)
        sources = [WhatIsSet(each) for each in variables if isinstance(each, EnvSettingsSource)]
        return (init_settings, *sources)

    @field_validator("notify_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator(
        "heart_rate_zones",
        "oura_scopes",
        "oura_token_urls",
        "claude_prices",
        "ask_prices",
        "report_delivery",
        "mail_to",
        mode="before",
    )
    @classmethod
    def _split_list(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("heart_rate_zones")
    @classmethod
    def _zones_ascend(cls, bounds: tuple[int, ...]) -> tuple[int, ...]:
        if (
            len(bounds) != 4
            or list(bounds) != sorted(set(bounds))
            or not 0 < bounds[0] <= bounds[-1] < 100
        ):
            raise ValueError(
                "heart-rate zones are four ascending percentages such as 60,70,80,90, not "
                f"{_commas(bounds)}"
            )
        return bounds

    @field_validator("claude_prices", "ask_prices")
    @classmethod
    def _prices_are_four(cls, prices: tuple[float, ...]) -> tuple[float, ...]:
        if prices and (len(prices) != 4 or min(prices) < 0):
            raise ValueError(
                "prices are four numbers such as 2,10,2.5,0.1 (input, output, cache write, cache "
                f"read), not {_commas(prices)}"
            )
        return prices

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, name: str) -> str:
        return known_timezone(name)

    @field_validator("threshold_heart_rate")
    @classmethod
    def _threshold_is_below_maximum(cls, threshold: int | None, told: ValidationInfo) -> int | None:
        return known_threshold(threshold, told.data.get("max_heart_rate"))

    @field_validator("spark_remote")
    @classmethod
    def _spark_is_somewhere(cls, address: str | None) -> str | None:
        return known_spark(address) if address else address

    @field_validator("s3_bronze_bucket", "s3_gold_bucket", "athena_results_bucket")
    @classmethod
    def _bucket_is_named(cls, name: str) -> str:
        return bucket_name(name) if name else name

    @field_validator("user")
    @classmethod
    def _user_is_safe(cls, user_id: str) -> str:
        return safe_user_id(user_id)

    @field_validator("home")
    @classmethod
    def _home_is_absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    def without_secrets(self) -> dict[str, Any]:
        """What is set, JSON-able, less secrets: those are read from the environment again where
        they are needed."""
        secrets = {
            "oura_client_secret",
            "notify_urls",
            "anthropic_api_key",
            "ask_api_key",
            "openai_api_key",
            "gemini_api_key",
            "smtp_url",
            "dagster_postgres_url",
        }
        return self.model_dump(mode="json", exclude_none=True, exclude=secrets)

    def today(self, user_id: str | None = None) -> date:
        """The calendar day now in that user's zone (`me`'s when not said)."""
        return (
            self.today_override
            or datetime.now(ZoneInfo(self.user_profile(user_id or "me").timezone)).date()
        )

    @cached_property
    def users(self) -> dict[str, UserProfile]:
        """Users of `users.toml` in the home (`[id]` tables), and `me`, by id."""
        me = UserProfile(
            user_id="me",
            timezone=self.timezone,
            max_heart_rate=self.max_heart_rate,
            threshold_heart_rate=self.threshold_heart_rate,
            ftp=self.ftp,
            sex=self.sex,
            mail_to=self.mail_to,
        )
        path = self.home / "users.toml"
        profiles = self.profiles_in(_text_of(path), str(path)) if path.exists() else {}
        return {"me": me} | profiles

    def profiles_in(self, text: str, place: str) -> dict[str, UserProfile]:
        """The users whom the text of a `users.toml` names, by id; `SettingsError` names its
        `place`."""
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{place}: {error}") from error
        return {
            user_id: self._profile_in(values, user_id, place) for user_id, values in tables.items()
        }

    def _profile_in(self, values: object, user_id: str, place: str) -> UserProfile:
        own: dict[str, Any] = {"timezone": self.timezone, "user_id": user_id}
        if not isinstance(values, dict):
            raise SettingsError(f"{place}: {user_id}: each user is a table such as [ann]")
        try:
            return UserProfile(**own | values)
        except ValidationError as error:
            said = "; ".join(bad_keys(error, UserProfile.model_fields))
            raise SettingsError(f"{place}: [{user_id}]: {said}") from error

    def user_profile(self, user_id: str) -> UserProfile:
        """That user's profile; one who is not listed has `me`'s time zone and nothing else
        known."""
        return self.users.get(user_id) or UserProfile(
            user_id=user_id,
            timezone=self.timezone,
            max_heart_rate=None,
            threshold_heart_rate=None,
            ftp=None,
            sex=None,
        )


def load_settings(**overrides: object) -> Settings:
    """Settings of the environment and the home's `.env`, with `overrides`.

    The home itself is said by `overrides` or the environment; no other `.env` is read, wherever one
    stands. Raises `SettingsError` that names each variable or file at fault.
    """
    settings, bad = read_settings(**overrides)
    if bad:
        raise SettingsError("\n".join(map(str, bad)))
    return settings


def read_settings(**overrides: object) -> tuple[Settings, list[BadSetting]]:
    """As `load_settings`, as far as settings can be read; and everything that is wrong with them,
    in whose place the defaults are."""
    given = {name: value for name, value in overrides.items() if value is not None}
    settings, bad = _valid(given)
    given["home"] = settings.home
    path = settings.home / ".env"
    try:
        with _unparsed_lines_told(path):
            settings, bad = _valid(given, path)
    except (OSError, UnicodeDecodeError) as error:
        bad.append(_unread(path, error))
    try:
        return _with_kept_timezone(settings), bad
    except SettingsError as error:
        return settings, [*bad, BadSetting("timezone", "time zone", str(error))]


def _valid(
    given: dict[str, Any], env_file: Path | None = None
) -> tuple[Settings, list[BadSetting]]:
    """Settings with the defaults of those that are wrong, and these."""
    try:
        return Settings(_env_file=env_file, **given), []  # type: ignore[call-arg]
    except ValidationError as error:
        bad = bad_settings(error, Settings.model_fields)
    names = [one.field for one in bad]
    defaults = {name: _default_of(name) for name in names}
    settings = Settings(_env_file=env_file, **given | defaults)  # type: ignore[call-arg]
    settings.model_fields_set.difference_update(names)
    return settings, bad


def _default_of(name: str) -> object:
    return Settings.model_fields[name].get_default(call_default_factory=True)


@contextmanager
def _unparsed_lines_told(path: Path) -> Iterator[None]:
    """Let a line of `path` that sets nothing be told with its file, once."""

    def told(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and "could not parse" in record.msg:
            _tell_unparsed(path, record.args[0])
            return False
        return True

    parser = logging.getLogger("dotenv.main")
    parser.addFilter(told)
    try:
        yield
    finally:
        parser.removeFilter(told)


@cache
def _tell_unparsed(path: Path, line: object) -> None:
    logger.warning("%s, line %s is passed over: %s.", path, line, NO_SETTING)


def unparsed_lines(path: Path) -> list[int]:
    """The lines of an `.env` that set nothing, though they are no comment; none where there is no
    file."""
    return [line.original.line for line in _lines_of(path) if line.error]


def names_set_in(path: Path) -> list[str]:
    """The names of the variables that an `.env` sets; none where there is no file."""
    return [line.key for line in _lines_of(path) if line.key]


def _lines_of(path: Path) -> list[Binding]:
    """An `.env` as python-dotenv reads it, which is how settings are."""
    from dotenv.parser import parse_stream

    if not path.exists():
        return []
    return [*parse_stream(io.StringIO(path.read_text("utf-8-sig", errors="replace")))]


TIMEZONE_FILE = "timezone"
"""In a home: the time zone that it was first used with, when none was set."""


def keep_timezone(settings: Settings) -> None:
    """Keep the machine's zone in a home that is first used without one: it stays when the machine
    moves.

    Where nothing can be written nothing is kept: whoever writes more says so.
    """
    path = settings.home / TIMEZONE_FILE
    if "timezone" not in settings.model_fields_set and not _kept_in(path):
        with suppress(OSError):
            whole_files.write_text(path, f"{settings.timezone}\n")


def _with_kept_timezone(settings: Settings) -> Settings:
    path = settings.home / TIMEZONE_FILE
    name = "" if "timezone" in settings.model_fields_set else _kept_in(path)
    if not name:
        return settings
    if name not in timezones():
        raise SettingsError(f"{path} names no time zone: write one such as Europe/Berlin into it")
    return settings.model_copy(update={"timezone": name})


def is_timezone_kept(home: Path) -> bool:
    """Whether the home says in which zone its days begin."""
    return bool(_kept_in(home / TIMEZONE_FILE))


def _kept_in(path: Path) -> str:
    """The kept time zone; empty where none is, as in a file that a full disk has left empty."""
    return _text_of(path).strip() if path.exists() else ""


def _text_of(path: Path) -> str:
    """The text of a settings file, with or without a byte order mark; `SettingsError` when it has
    none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {_why_unread(error)}") from error


def _unread(path: Path, error: OSError | UnicodeDecodeError) -> BadSetting:
    return BadSetting("", str(path), f"cannot be read: {_why_unread(error)}")


def _why_unread(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8; save it as UTF-8"
    return f"{error.strerror}; check its rights"


def _commas(numbers: Iterable[float]) -> str:
    return ",".join(map(str, numbers))


def documented_settings() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, in the order of `Settings`."""
    return [
        (
            variable_of(name, field),
            _default_text(field.default),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _default_text(default: object) -> str:
    if isinstance(default, SecretStr):
        return ""
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return "" if default is None or default is PydanticUndefined else str(default)
