"""The switchboard: which store, log, catalog, token stores, SQL engine and Spark a lake has.

Everything else takes what it is given from here, and knows of it only what it can do. A part is
imported when it is first asked for. So this module loads none of them, and may name the engines,
which stand above it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bio_lakehouse.errors import DamagedFile, SettingsError
from bio_lakehouse.lake import home
from bio_lakehouse.settings import Settings, keep_timezone

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pyspark.sql import SparkSession

    from bio_lakehouse.engines.sql import SqlEngine
    from bio_lakehouse.lake.catalog import LocalCatalog, TableCatalog
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.lake.log import IngestionLog
    from bio_lakehouse.lake.objects import ObjectStore
    from bio_lakehouse.sources.oura.tokens import TokenStores

LOCAL, AWS = "local", "aws"
S3, PARAMETERS = "s3://", "ssm:"
OURA_PARAMETERS = f"{PARAMETERS}/bio-lakehouse/oura"
"""Where the tokens of a lake on AWS are unless the settings say it."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What makes each part of a profile's lakes.

    `prepare` makes ready what a lake needs before anything of it is used, `place` says where it is,
    and `require` raises where there is none yet. `warehouse` has the tables' files, `results` what
    queries returned, where an engine leaves that.
    """

    objects: Callable[[Lakehouse], ObjectStore]
    log: Callable[[Settings], IngestionLog]
    log_if_any: Callable[[Settings], IngestionLog | None]
    catalog: Callable[[Lakehouse], TableCatalog]
    sql: Callable[[Lakehouse], SqlEngine]
    spark: Callable[[Settings], AbstractContextManager[SparkSession]]
    lock: Callable[[Settings, str], AbstractContextManager[None]]
    tokens: Callable[[Settings], TokenStores]
    prepare: Callable[[Lakehouse], None]
    place: Callable[[Settings], str]
    require: Callable[[Settings], None]
    warehouse: Callable[[Lakehouse], ObjectStore]
    results: Callable[[Lakehouse], ObjectStore | None]


def backend_of(settings: Settings) -> Backend:
    """The backend of `BIO_ENV`; `SettingsError` when there is none of that name."""
    backend = PROFILES.get(settings.profile)
    if backend is None:
        known = ", ".join(PROFILES)
        raise SettingsError(
            f"BIO_ENV: there is no profile {settings.profile!r} in this version; there is: "
            f"{known}. Unset the variable to keep the lake on this machine."
        )
    return backend


def require_lake(settings: Settings) -> None:
    """Raise `StoreError` or `AwsError` when there is no lake yet: asking one makes none."""
    backend_of(settings).require(settings)


def is_in_home(settings: Settings) -> bool:
    """Whether the lake is in a home on this machine."""
    return settings.profile == LOCAL


def require_home(settings: Settings, what: str) -> None:
    """Raise `SettingsError` unless the lake is in a home on this machine, which `what` is about."""
    if not is_in_home(settings):
        raise SettingsError(
            f"{what} is about a home on this machine, and BIO_ENV is {settings.profile}: run it "
            "with BIO_ENV=local. In a bucket S3 keeps the earlier versions of every object: copy "
            "one back, or delete what is damaged and run `bio-lakehouse refresh`"
        )


def log_if_any(settings: Settings) -> IngestionLog | None:
    """The log of a lake to which something has come; None before that, and nothing is made."""
    return backend_of(settings).log_if_any(settings)


def open_sql(lake: Lakehouse) -> SqlEngine:
    """The SQL engine over a lake's tables and the views that were created in it."""
    return backend_of(lake.settings).sql(lake)


def spark_session(settings: Settings) -> AbstractContextManager[SparkSession]:
    """The Spark session that runs the transforms, shared in this process."""
    return backend_of(settings).spark(settings)


def open_store(address: str | Path, client: Callable[[], Any]) -> ObjectStore:
    """The objects at an address: a folder, or `s3://bucket[/prefix]`, which `client` reaches."""
    if str(address).startswith(S3):
        from bio_lakehouse.lake.s3 import S3Store

        bucket, _, prefix = str(address).removeprefix(S3).partition("/")
        return S3Store(client(), bucket, prefix)
    from bio_lakehouse.lake.objects import FolderStore

    return FolderStore(Path(address).expanduser().resolve())


def token_stores(
    address: str | Path,
    client: Callable[[], Any],
    exclusively: Callable[[str], AbstractContextManager[None]] | None = None,
) -> TokenStores:
    """The tokens at an address: `ssm:/some/prefix` is Parameter Store, which `client` reaches,
    anything else a folder.

    `exclusively` holds a lock against other machines, where the profile has one.
    """
    from bio_lakehouse.sources.oura.tokens import TokenFolder, TokenParameters

    if str(address).startswith(PARAMETERS):
        return TokenParameters(str(address).removeprefix(PARAMETERS), client, exclusively)
    return TokenFolder(Path(address).expanduser())


def local_catalog(folder: Path, has_tables: Callable[[], bool] = lambda: False) -> LocalCatalog:
    """The catalog of the home `folder`, as repair and moving need it."""
    from bio_lakehouse.lake.catalog import LocalCatalog

    return LocalCatalog.of(folder, has_tables)


def local_log(folder: Path) -> IngestionLog:
    """The log of the home `folder`; it is made when it is not there."""
    from bio_lakehouse.lake.sqlite_log import SqliteLog

    return SqliteLog(folder / home.LOG)


def _objects_in_home(lake: Lakehouse) -> ObjectStore:
    from bio_lakehouse.lake.objects import FolderStore

    return FolderStore(lake.settings.home)


def _log_in_home(settings: Settings) -> IngestionLog:
    path = settings.home / home.LOG
    if not home.is_written(path) and any((settings.home / home.BRONZE).glob("*")):
        raise DamagedFile.at(path, "it is missing or empty, though files were brought in")
    return local_log(settings.home)


def _log_in_home_if_any(settings: Settings) -> IngestionLog | None:
    return local_log(settings.home) if home.is_written(settings.home / home.LOG) else None


def _catalog_in_home(lake: Lakehouse) -> TableCatalog:
    def has_tables() -> bool:
        """Whether some file was built into tables; a log that is yet to come knows none. While the
        home is repaired there may be none."""
        folder = lake.settings.home
        if home.is_repair_unfinished(folder) or not home.is_written(folder / home.LOG):
            return False
        return lake.log.has_built()

    return local_catalog(lake.settings.home, has_tables)


def _duckdb(lake: Lakehouse) -> SqlEngine:
    from bio_lakehouse.engines.register import SCHEMAS
    from bio_lakehouse.engines.sql import DuckDbSql, clocks_of
    from bio_lakehouse.lake.objects import FolderStore

    views = FolderStore(lake.settings.home / "views")
    return DuckDbSql(lake.tables, views, SCHEMAS, clock_of=clocks_of(lake.settings))


def _sail_or_remote(settings: Settings) -> AbstractContextManager[SparkSession]:
    from bio_lakehouse.engines.installed_spark import require_pyspark

    require_pyspark()
    from bio_lakehouse.engines.spark import spark_session as session

    return session(settings)


def _lock_in_home(settings: Settings, name: str) -> AbstractContextManager[None]:
    from bio_lakehouse.lake.locks import alone_in

    return alone_in(settings.home, name)


def _prepare_home(lake: Lakehouse) -> None:
    home.make_private(lake.settings.home)
    if home.is_lake(lake.settings.home):
        keep_timezone(lake.settings)


def _prepare_beside_bucket(lake: Lakehouse) -> None:
    """The home is but a working folder, and who is in the lake stands in its bucket."""
    if "timezone" not in lake.settings.model_fields_set:
        raise SettingsError(
            "BIO_TIMEZONE: not set, and the machines of AWS are in none of yours: set the time "
            "zone in which your days begin, such as Europe/Berlin"
        )
    from bio_lakehouse.lake import users

    home.make_private(lake.settings.home)
    users.fetch(lake.objects, lake.settings)


def _no_check(settings: Settings) -> None:
    """Nothing: whoever asks for a part that is not deployed is told so by that part."""


def _tokens_in_home(settings: Settings) -> TokenStores:
    from bio_lakehouse.sources.oura.source import LOGINS

    address = settings.oura_token_store or settings.home / LOGINS
    return token_stores(address, partial(_ssm, settings))


def _objects_in_bucket(lake: Lakehouse) -> ObjectStore:
    return lake.store_at(_bucket_of(lake.settings))


def _bucket_of(settings: Settings) -> str:
    bucket = settings.s3_bronze_bucket
    if not bucket:
        raise SettingsError(
            "BIO_S3_BRONZE_BUCKET: not set, and a lake on AWS keeps landing and bronze in it. "
            "`bio-lakehouse deploy` prints the names of the buckets that it made."
        )
    return f"{S3}{bucket}"


def _warehouse_in_bucket(lake: Lakehouse) -> ObjectStore:
    return lake.store_at(f"{S3}{lake.settings.s3_gold_bucket}")


def _results_of_athena(lake: Lakehouse) -> ObjectStore | None:
    bucket = lake.settings.athena_results_bucket
    return lake.store_at(f"{S3}{bucket}") if bucket else None


def _log_in_dynamodb(settings: Settings) -> IngestionLog:
    from bio_lakehouse.lake.dynamo_log import DynamoLog

    return DynamoLog(settings)


def _log_in_dynamodb_if_any(settings: Settings) -> IngestionLog | None:
    log = _log_in_dynamodb(settings)
    return None if log.is_empty() else log


def _lock_in_dynamodb(settings: Settings, name: str) -> AbstractContextManager[None]:
    from bio_lakehouse.lake.leases import leased

    return leased(settings, name)


def _tokens_in_parameters(settings: Settings) -> TokenStores:
    address = settings.oura_token_store or OURA_PARAMETERS
    return token_stores(address, partial(_ssm, settings), partial(_lock_in_dynamodb, settings))


def _ssm(settings: Settings) -> Any:
    from bio_lakehouse.lake.aws import aws_client

    return aws_client(settings, "ssm")


def _glue_catalog(lake: Lakehouse) -> TableCatalog:
    from bio_lakehouse.lake.glue_catalog import GlueTableCatalog

    return GlueTableCatalog(lake.settings)


def _athena(lake: Lakehouse) -> SqlEngine:
    if find_spec("pyathena") is None:
        raise SettingsError(
            "BIO_ENV is aws, and what asks Athena is not installed. Run "
            '`pip install "bio-lakehouse[aws]"`.'
        )
    from bio_lakehouse.engines.athena import athena_sql

    return athena_sql(lake)


PROFILES = {
    LOCAL: Backend(
        objects=_objects_in_home,
        log=_log_in_home,
        log_if_any=_log_in_home_if_any,
        catalog=_catalog_in_home,
        sql=_duckdb,
        spark=_sail_or_remote,
        lock=_lock_in_home,
        tokens=_tokens_in_home,
        prepare=_prepare_home,
        place=lambda settings: str(settings.home),
        require=lambda settings: home.require_lake(settings.home),
        warehouse=_objects_in_home,
        results=lambda lake: None,
    ),
    AWS: Backend(
        objects=_objects_in_bucket,
        log=_log_in_dynamodb,
        log_if_any=_log_in_dynamodb_if_any,
        catalog=_glue_catalog,
        sql=_athena,
        spark=_sail_or_remote,
        lock=_lock_in_dynamodb,
        tokens=_tokens_in_parameters,
        prepare=_prepare_beside_bucket,
        place=_bucket_of,
        require=_no_check,
        warehouse=_warehouse_in_bucket,
        results=_results_of_athena,
    ),
}
"""By the name that `BIO_ENV` says."""
