"""The `glue` resource, and transforms that hand long ranges to its job or to the Spark at
BIO_SPARK_REMOTE: for lakes on AWS alone, whose libraries take a second to import."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import dagster as dg
from dagster_aws.pipes import PipesGlueClient, PipesS3ContextInjector, PipesS3MessageReader

from bio_lakehouse.assets.session import SparkSession
from bio_lakehouse.assets.transforming import ByLength, Context, InThisProcess, Transforms
from bio_lakehouse.automation.resources import (
    LakeResource,
    SparkResource,
    described,
    lock_run_of,
    shown_remote,
    with_remote,
)
from bio_lakehouse.backends import spark_session
from bio_lakehouse.build.elsewhere import run_on_remote_spark
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.engines.glue_job import CATALOG, PIPES_PREFIX, catalog_settings
from bio_lakehouse.errors import AwsError
from bio_lakehouse.lake.aws import aws_client, explained
from bio_lakehouse.lake.glue_catalog import warehouse_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings

LOOKED_EVERY_S = 2.0
LONGEST_START_S = 60
"""A start whose answer does not come is asked for again, and Glue cannot tell that from another: so
it is waited for longer than other answers are."""
SUCCEEDED = "SUCCEEDED"
STOPPED = {"STOPPED", "STOPPING"}


class GlueJob:
    """A job that runs any transform for a range of days, and Dagster's pipe to its runs."""

    def __init__(
        self, name: str, worker_type: str, workers: int, client: Callable[..., Any]
    ) -> None:
        self.name = name
        self.worker_type = worker_type
        self.workers = workers
        self.client = client

    def run(self, context: Context, lake: Lakehouse, order: TableOrder) -> None:
        """Start a run of the job for an order, and wait for its end.

        `AwsError` names a run that failed, and where its log is. A Dagster run that is terminated
        stops the job's.
        """
        bucket, s3 = lake.settings.s3_bronze_bucket, self.client("s3")
        pipes = NamedRuns(
            client=self.client("glue", read_timeout=LONGEST_START_S),
            context_injector=PipesS3ContextInjector(
                bucket=bucket, client=s3, key_prefix=f"{PIPES_PREFIX}/"
            ),
            message_reader=MessagesBelow(
                bucket=bucket,
                client=s3,
                interval=LOOKED_EVERY_S,
                include_stdio_in_messages=True,
            ),
        )
        with explained(f"The Glue job {self.name}"):
            pipes.run(
                context=context,
                start_job_run_params=self.parameters(lake, order),
                extras=order.extras(),
            )

    def parameters(self, lake: Lakehouse, order: TableOrder) -> Any:
        """What Glue is asked to start; it keeps and shows that, so nothing of a person is in it."""
        warehouse = warehouse_of(lake.settings.s3_gold_bucket)
        return {
            "JobName": self.name,
            "WorkerType": self.worker_type,
            "NumberOfWorkers": self.workers,
            "Arguments": order.arguments() | {"--warehouse": warehouse},
        }


class NamedRuns(PipesGlueClient):
    """Dagster's client, of which a run that ends badly is named, with its log."""

    def _wait_for_job_run_completion(self, job_name: str, run_id: str) -> Any:
        answer = super()._wait_for_job_run_completion(job_name, run_id)
        told = answer["JobRun"]
        if told["JobRunState"] != SUCCEEDED:
            raise AwsError(bad_end(job_name, run_id, told))
        return answer


def bad_end(job_name: str, run_id: str, told: Any) -> str:
    """How a run of a job ended, why, and where its log is."""
    state = told["JobRunState"]
    reason = str(told.get("ErrorMessage") or "it gave no reason").strip().rstrip(".")
    group = told.get("LogGroupName") or "/aws-glue/jobs"
    ended = "was stopped" if state in STOPPED else f"ended as {state}"
    return (
        f"Run {run_id} of the Glue job {job_name} {ended}: {reason}. Its log is the stream "
        f"{run_id} of CloudWatch's group {group}/error. Nothing is half written: once the cause is "
        "fixed, run the same days again."
    )


class MessagesBelow(PipesS3MessageReader):
    """Dagster's reader, whose messages lie below a prefix of their own, which the bucket tidies."""

    @contextmanager
    def get_params(self) -> Iterator[Any]:
        with super().get_params() as params:
            yield {**params, "key_prefix": f"{PIPES_PREFIX}/{params['key_prefix']}"}


class GlueResource(dg.ConfigurableResource[GlueJob]):
    """Glue: the job that builds ranges from some length on, and how large its runs are."""

    job_name: str = described("glue_job", ...)
    worker_type: str = described("glue_worker_type", ...)
    workers: int = described("glue_workers", ...)
    from_days: int = described("cluster_from_days", ...)
    endpoint_url: str | None = described("aws_endpoint_url")
    s3_endpoint_url: str | None = described("s3_endpoint_url")
    profile_name: str | None = described("aws_profile")
    region_name: str | None = described("aws_region")

    def create_resource(self, context: dg.InitResourceContext) -> GlueJob:
        settings = load_settings(
            aws_endpoint_url=self.endpoint_url,
            s3_endpoint_url=self.s3_endpoint_url,
            aws_profile=self.profile_name,
            aws_region=self.region_name,
        )
        client = partial(aws_client, settings)
        return GlueJob(self.job_name, self.worker_type, self.workers, client)


def glue_resources(settings: Settings, lake: LakeResource, spark: SparkResource) -> dict[str, Any]:
    """`glue`, and the transforms that use it."""
    glue = GlueResource(
        job_name=settings.glue_job,
        worker_type=settings.glue_worker_type,
        workers=settings.glue_workers,
        from_days=settings.cluster_from_days,
        endpoint_url=settings.aws_endpoint_url,
        s3_endpoint_url=settings.s3_endpoint_url,
        profile_name=settings.aws_profile,
        region_name=settings.aws_region,
    )
    transforms = TransformsOnAws(
        lake=lake,
        spark=spark,
        glue=glue,
        from_days=settings.cluster_from_days,
        remote=shown_remote(settings),
        remote_catalog=settings.spark_catalog,
    )
    return {"glue": glue, "transforms": transforms}


class TransformsOnAws(dg.ConfigurableResource[Transforms]):
    """The PySpark transforms: long ranges on the Spark at BIO_SPARK_REMOTE where there is one, else
    by the Glue job; all others in the step's process."""

    lake: dg.ResourceDependency[Lakehouse]
    spark: dg.ResourceDependency[SparkSession]
    glue: dg.ResourceDependency[GlueJob]
    from_days: int = described("cluster_from_days", ...)
    remote: str | None = described("spark_remote")
    remote_catalog: str = described("spark_catalog", ...)

    def create_resource(self, context: dg.InitResourceContext) -> Transforms:
        lock_run_of(context)
        near = InThisProcess(self.lake, self.spark)
        if self.remote:
            return ByLength(near, self._on_remote_spark, self.remote_catalog, self.from_days)
        return ByLength(near, self._by_job, CATALOG, self.from_days)

    def _by_job(self, context: Context, order: TableOrder) -> None:
        self.glue.run(context, self.lake, order)

    def _on_remote_spark(self, context: Context, order: TableOrder) -> None:
        settings = with_remote(self.lake.settings, self.remote)
        with spark_session(settings) as session:
            warehouse = warehouse_of(settings.s3_gold_bucket)
            know_catalog(session, order.catalog, catalog_settings(warehouse, order.catalog))
            run_on_remote_spark(self.lake, session, order)


def know_catalog(session: SparkSession, name: str, settings: dict[str, str]) -> None:
    """Tell a session of the catalog `name`, where its Spark has none of that name."""
    if session.conf.get(f"spark.sql.catalog.{name}", cast(Any, None)) is None:
        for setting, value in settings.items():
            session.conf.set(setting, value)
