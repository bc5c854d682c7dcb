"""What assets are given: the lake, a Spark session, the SQL engine and Claude, each made from
fields of its own.

A secret is a `dg.EnvVar`, so that Dagster keeps its name and never its value. One that stands in
the home's `.env` alone is read from there when a resource is made: put into the environment, every
program that a run starts would be told it.
"""

import os
from collections.abc import Callable
from typing import Any

import dagster as dg
from pydantic import Field

from bio_lakehouse.assets.owing import begin_run
from bio_lakehouse.assets.session import SparkSession
from bio_lakehouse.assets.transforming import InThisProcess, Transforms
from bio_lakehouse.automation import running
from bio_lakehouse.backends import AWS, S3, open_sql, spark_session
from bio_lakehouse.claude.access import Claude
from bio_lakehouse.engines.installed_spark import require_jvm
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import MessageQueue
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.spark_address import meant_by, starts_here, without_secrets

SECRETS = ("oura_client_secret", "notify_urls", "smtp_url")
"""Of a lake's settings those that only the environment or the home's `.env` may hold."""


def described(setting: str, default: Any = None) -> Any:
    """A field that is the setting of that name, and means what it does."""
    return Field(default=default, description=Settings.model_fields[setting].description)


def lock_run_of(context: dg.InitResourceContext) -> None:
    """Let others know that the run is still going: whatever it is made of, it takes one of these
    resources first."""
    if context.run and context.instance:
        running.lock_run(context.instance, context.run.run_id)


class LakeResource(dg.ConfigurableResource[Lakehouse]):
    """The lake: its home, whose it is, where its data comes from and where its reports go."""

    home: str = described("home", ...)
    user: str = described("user", ...)
    profile: str = described("profile", ...)
    timezone: str = described("timezone", ...)
    first_day: str | None = described("first_day")
    today_override: str | None = described("today_override")
    max_heart_rate: int | None = described("max_heart_rate")
    threshold_heart_rate: int | None = described("threshold_heart_rate")
    ftp: int | None = described("ftp")
    sex: str | None = described("sex")
    heart_rate_zones: list[int] = described("heart_rate_zones", ...)
    snapshot_retention_days: int = described("snapshot_retention_days", ...)
    insight_window_days: int = described("insight_window_days", ...)
    stale_after_days: int = described("stale_after_days", ...)
    landing_url: str | None = described("landing_url")
    settle_seconds: float = described("settle_seconds", ...)
    oura_client_id: str = described("oura_client_id", ...)
    oura_client_secret: str | None = described("oura_client_secret")
    oura_redirect_uri: str = described("oura_redirect_uri", ...)
    oura_scopes: list[str] = described("oura_scopes", ...)
    oura_token_store: str | None = described("oura_token_store")
    oura_token_urls: list[str] = described("oura_token_urls", ...)
    oura_authorize_url: str = described("oura_authorize_url", ...)
    oura_api_url: str = described("oura_api_url", ...)
    oura_sandbox: bool = described("oura_sandbox", ...)
    oura_lookback_days: int = described("oura_lookback_days", ...)
    peloton_profile: str | None = described("peloton_profile")
    peloton_browser: str | None = described("peloton_browser")
    peloton_headless: bool = described("peloton_headless", ...)
    peloton_workouts_url: str = described("peloton_workouts_url", ...)
    notify_urls: str | None = described("notify_urls")
    browser: str | None = described("browser")
    report_delivery: list[str] = described("report_delivery", ...)
    smtp_url: str | None = described("smtp_url")
    mail_from: str = described("mail_from", ...)
    mail_to: list[str] = described("mail_to", ...)

    def create_resource(self, context: dg.InitResourceContext) -> Lakehouse:
        lock_run_of(context)
        values = {name: getattr(self, name) for name in self.settings_named()}
        lake = Lakehouse.open(load_settings(**values), self.s3_client())
        if context.run:
            begin_run(lake, context.run)
        return lake

    @classmethod
    def settings_named(cls) -> set[str]:
        """The settings that the lake carries into a run."""
        return cls.model_fields.keys() & Settings.model_fields.keys()

    def s3_client(self) -> Callable[[], Any] | None:
        """What makes the client for the lake's buckets; None for a lake that has none."""
        return None


class SparkResource(dg.ConfigurableResource[SparkSession]):
    """The Spark session: Sail's, or that of a Spark elsewhere. It is started once a process, when a
    step first needs it."""

    profile: str = described("profile", ...)
    remote: str | None = described("spark_remote")

    def create_resource(self, context: dg.InitResourceContext) -> SparkSession:
        lock_run_of(context)
        settings = with_remote(load_settings(profile=self.profile), self.remote)
        with spark_session(settings) as session:
            return session


class TransformsResource(dg.ConfigurableResource[Transforms]):
    """The PySpark transforms, in the step's process."""

    lake: dg.ResourceDependency[Lakehouse]
    spark: dg.ResourceDependency[SparkSession]

    def create_resource(self, context: dg.InitResourceContext) -> Transforms:
        lock_run_of(context)
        return InThisProcess(self.lake, self.spark)


class SqlResource(dg.ConfigurableResource[SqlEngine]):
    """The SQL engine over the tables and views of a lake."""

    lake: dg.ResourceDependency[Lakehouse]

    def create_resource(self, context: dg.InitResourceContext) -> SqlEngine:
        lock_run_of(context)
        return open_sql(self.lake)


class ClaudeResource(dg.ConfigurableResource[Claude]):
    """Claude, for the report's text; it is asked only where the home's owner has allowed it."""

    home: str = described("home", ...)
    api_key: str | None = described("anthropic_api_key")
    model: str = described("claude_model", ...)
    effort: str = described("claude_effort", ...)
    seconds: float = described("claude_seconds", ...)
    prices: list[float] = described("claude_prices", ...)
    local_only: bool = described("local_only", ...)

    def create_resource(self, context: dg.InitResourceContext) -> Claude:
        settings = load_settings(
            home=self.home,
            anthropic_api_key=self.api_key,
            claude_model=self.model,
            claude_effort=self.effort,
            claude_seconds=self.seconds,
            claude_prices=self.prices,
            local_only=self.local_only,
        )
        return Claude(settings)


class QueueResource(dg.ConfigurableResource[MessageQueue | None]):
    """The queue of landing's S3 events, from which the arrival sensor takes messages; where there
    is none, landing is listed."""

    arrivals_queue_url: str | None = described("arrivals_queue_url")
    aws_profile: str | None = described("aws_profile")
    aws_region: str | None = described("aws_region")
    aws_endpoint_url: str | None = described("aws_endpoint_url")

    def create_resource(self, context: dg.InitResourceContext) -> MessageQueue | None:
        if not self.arrivals_queue_url:
            return None
        # AWS's libraries take a second to import, which a lake without a queue need not pay for.
        from bio_lakehouse.lake.arrivals_queue import ArrivalsQueue
        from bio_lakehouse.lake.aws import aws_client

        settings = load_settings(
            aws_profile=self.aws_profile,
            aws_region=self.aws_region,
            aws_endpoint_url=self.aws_endpoint_url,
        )
        return ArrivalsQueue(aws_client(settings, "sqs"), self.arrivals_queue_url)


def resources(settings: Settings) -> dict[str, Any]:
    """Resources by the names that assets take them by; `s3` is there where the lake has buckets."""
    lake, buckets = lake_resources(settings)
    claude = ClaudeResource(
        home=str(settings.home),
        api_key=secret("ANTHROPIC_API_KEY"),
        model=settings.claude_model,
        effort=settings.claude_effort,
        seconds=settings.claude_seconds,
        prices=list(settings.claude_prices),
        local_only=settings.local_only,
    )
    queue = QueueResource(
        arrivals_queue_url=settings.arrivals_queue_url,
        aws_profile=settings.aws_profile,
        aws_region=settings.aws_region,
        aws_endpoint_url=settings.aws_endpoint_url,
    )
    made = {"lake": lake, "claude": claude, "arrivals_queue": queue}
    computing = computing_resources(settings, lake)
    return made | computing | sql_resources(settings, lake) | buckets


def sql_resources(settings: Settings, lake: LakeResource) -> dict[str, Any]:
    """The SQL engine, and on AWS the Athena that it asks."""
    if settings.profile != AWS:
        return {"sql": SqlResource(lake=lake)}
    from bio_lakehouse.automation.athena_resource import athena_resources

    return athena_resources(settings, lake)


def computing_resources(settings: Settings, lake: LakeResource) -> dict[str, Any]:
    """What runs the transforms. On AWS the session is that of this machine, and long ranges are
    built elsewhere; a lake on this machine is reached by no Spark elsewhere, so rows are sent
    there."""
    if settings.profile != AWS:
        spark = spark_resource(settings)
        return {"spark": spark, "transforms": TransformsResource(lake=lake, spark=spark)}
    from bio_lakehouse.automation.glue import glue_resources

    spark = SparkResource(profile=settings.profile, remote=None)
    return {"spark": spark} | glue_resources(settings, lake, spark)


def spark_resource(settings: Settings) -> dg.ConfigurableResource[SparkSession]:
    """The session of a lake on this machine. Dagster's own resource is imported where Spark itself
    is asked for: without the extra `jvm` it is not there."""
    if not starts_here(settings.spark_remote):
        return SparkResource(profile=settings.profile, remote=shown_remote(settings))
    require_jvm()
    from bio_lakehouse.automation.jvm_spark import jvm_spark

    return jvm_spark(settings)


def shown_remote(settings: Settings) -> str | None:
    """The address of a Spark elsewhere as the record of runs and the UI may have it: it may hold a
    token."""
    return without_secrets(settings.spark_remote) if settings.spark_remote else None


def with_remote(settings: Settings, shown: str | None) -> Settings:
    """Settings with the address of which a resource has what may be shown."""
    remote = meant_by(shown, settings.spark_remote)
    return settings.model_copy(update={"spark_remote": remote})


def lake_resources(settings: Settings) -> tuple[LakeResource, dict[str, Any]]:
    """The lake, and `s3` where it has buckets: else nothing of AWS is imported."""
    if not has_buckets(settings):
        return LakeResource(**carried(LakeResource, settings)), {}
    from bio_lakehouse.automation.buckets import BucketResource, LakeInBuckets
    from bio_lakehouse.lake.aws import endpoint_of

    s3 = BucketResource(
        endpoint_url=endpoint_of(settings, "s3"),
        profile_name=settings.aws_profile,
        region_name=settings.aws_region,
    )
    return LakeInBuckets(s3=s3, **carried(LakeInBuckets, settings)), {"s3": s3}


def carried(lake: type[LakeResource], settings: Settings) -> dict[str, Any]:
    """The settings that a lake carries, as a resource's configuration; of secrets the names."""
    plain = lake.settings_named() - set(SECRETS)
    values = settings.model_dump(mode="json", exclude_none=True, include=plain)
    return values | {name: secret(f"BIO_{name.upper()}") for name in SECRETS}


def has_buckets(settings: Settings) -> bool:
    """Whether the lake or its landing is in a bucket, or reports are taken to one."""
    addresses = (settings.landing_url or "", *settings.report_delivery)
    return settings.profile == AWS or any(address.startswith(S3) for address in addresses)


def secret(variable: str) -> dg.EnvVar | None:
    """The variable of the environment that holds a secret; None where there is none of that
    name."""
    return dg.EnvVar(variable) if os.environ.get(variable) else None
