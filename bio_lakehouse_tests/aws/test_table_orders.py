"""What travels to a Spark elsewhere: the order as words, and the wheels that carry the package."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.build.silver import USERS
from bio_lakehouse.build.spark_reading import BRONZE
from bio_lakehouse.build.spark_reading import USERS as USERS_ON_SPARK
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.engines import glue_job
from bio_lakehouse.engines.job_wheels import wheel_names, write_wheels
from bio_lakehouse.lake.bronze_schema import ARROW
from bio_lakehouse.lake.home import FOR_JOBS
from bio_lakehouse.silver import SCHEMAS

USER = st.fixed_dictionaries(
    {"user_id": st.sampled_from(["me", "anna", "j-1_x"]), "timezone": st.text()},
    optional={"max_heart_rate": st.none() | st.integers(1, 230)},
)
ORDERS = st.builds(
    TableOrder,
    table=st.sampled_from(sorted(schema.full_name for schema in SCHEMAS.values())),
    first=st.dates(),
    last=st.dates(),
    objects=st.just("s3://a-bucket/and a prefix"),
    catalog=st.just("glue_catalog"),
    users=st.lists(USER, max_size=3).map(tuple),
)
OTHERS = ["--JOB_NAME", "x", "--TempDir", "s3://b/t", "--dagster-pipes-context", "eJyr", "loose"]
ALONE = """
import sys
class Refuses:
    known = {"bio_lakehouse", "dagster_pipes", "pyspark", "py4j", "pyarrow", "pandas", "numpy"}
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        at_home = root in self.known | set(sys.stdlib_module_names) or root.startswith("_")
        if path is None and not at_home:
            raise ModuleNotFoundError(f"{root} is not there in Glue")
sys.meta_path.insert(0, Refuses())
import bio_lakehouse
assert ".whl/" in bio_lakehouse.__file__, bio_lakehouse.__file__
import bio_lakehouse.build.on_spark, bio_lakehouse.build.s3_months, dagster_pipes
import bio_lakehouse.engines.glue_job, bio_lakehouse.gold.daily_readiness_performance
from bio_lakehouse import silver
print(len(silver.TRANSFORMS))
"""


@settings(max_examples=40, deadline=None)
@given(ORDERS, st.sampled_from([[], OTHERS]), st.booleans())
def test_an_order_is_read_as_it_was_written(
    order: TableOrder, others: list[str], first: bool
) -> None:
    words = [word for pair in order.arguments().items() for word in pair]
    given = [*others, *words] if first else [*words, *others]
    assert TableOrder.read(given, json.loads(json.dumps(order.extras()))) == order


def test_the_columns_that_spark_is_told_are_those_of_the_builders() -> None:
    """Beside `bigint` and the like, Arrow and Spark write these types alike."""
    names = {"int32": "int", "date32[day]": "date", "timestamp[us]": "timestamp", "bool": "boolean"}
    for schema, told in ((ARROW, BRONZE), (USERS, USERS_ON_SPARK)):
        spelled = [f"{field.name} {names.get(str(field.type), field.type)}" for field in schema]
        assert ", ".join(spelled) == told


def test_the_wheels_ask_for_nothing_and_are_the_same_bytes_again(tmp_path: Path) -> None:
    first = write_wheels(tmp_path)
    (again := tmp_path / "again").mkdir()
    for path, other in zip(first, write_wheels(again), strict=True):
        assert path.name == other.name
        assert path.read_bytes() == other.read_bytes()
        names = zipfile.ZipFile(path).namelist()
        metadata = next(name for name in names if name.endswith("/METADATA"))
        assert b"Requires-Dist" not in zipfile.ZipFile(path).read(metadata)
        assert not [name for name in names if "__pycache__" in name or name.startswith("pyspark")]
    assert [path.name for path in first] == wheel_names()


def test_a_job_needs_nothing_that_glue_has_not(tmp_path: Path) -> None:
    wheels = ":".join(map(str, write_wheels(tmp_path)))
    told = subprocess.run(
        [sys.executable, "-c", ALONE],
        env={"PYTHONPATH": wheels, "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) == len(SCHEMAS) - 1


def test_the_job_is_deployed_as_it_is_started() -> None:
    """The template says what the code says."""
    template = (Path(__file__).parents[2] / "infra" / "silver-stack.yaml").read_text()
    told = glue_job.default_arguments("code", ["a", "b"], "t")
    for name, value in told.items():
        plain = name not in {"--extra-py-files", "--TempDir"}
        assert f"{name}: {value}" in template.replace('"', "") if plain else name in template
    assert FOR_JOBS[0] == glue_job.PIPES_PREFIX
    assert f"/{FOR_JOBS[1]}/" in template
    assert f"MaxConcurrentRuns: {glue_job.MAX_CONCURRENT_RUNS}" in template
    assert f'Default: "{glue_job.GLUE_VERSION}"' in template
