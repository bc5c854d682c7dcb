"""The two distributions of PySpark, which share a folder: any mixture that is broken is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bio_lakehouse.engines import installed_spark
from bio_lakehouse.engines.installed_spark import NEEDED, require_pyspark
from bio_lakehouse.errors import SettingsError


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], files: tuple[str, ...]
) -> None:
    """A folder in which only distributions of these versions are, with those files of PySpark."""
    for name, version in versions.items():
        about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n", "utf-8")
    for file in files:
        path = folder / "pyspark" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr("sys.path", [str(folder)])
    monkeypatch.delitem(__import__("sys").modules, "pyspark", raising=False)


@pytest.mark.parametrize(
    "versions",
    [
        {"pyspark-client": "4.2.0"},
        {"pyspark": "4.2.1"},
        {"pyspark-client": "4.2.0", "pyspark": "4.2.0"},
        {},
    ],
)
def test_one_version_whole_is_fine(
    versions: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, versions, NEEDED)
    require_pyspark()


def test_two_versions_over_each_other_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, {"pyspark-client": "4.2.0", "pyspark": "4.2.1"}, NEEDED)
    with pytest.raises(
        SettingsError,
        match=r"pyspark-client 4\.2\.0 and pyspark 4\.2\.1 .* over each other.*"
        r"`pip uninstall --yes pyspark pyspark-client`, then `pip install \"bio-lakehouse\[jvm\]\"`",
    ):
        require_pyspark()


@pytest.mark.parametrize("left", ["pyspark-client", "pyspark"])
@pytest.mark.parametrize("gone", NEEDED)
def test_what_went_with_the_other_as_it_was_uninstalled_is_told(
    left: str, gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tuple(file for file in NEEDED if file != gone)
    install(tmp_path, monkeypatch, {left: "4.2.0"}, files)
    with pytest.raises(SettingsError, match=rf"files of {left} 4\.2\.0 are missing"):
        require_pyspark()


def test_no_pyspark_at_all_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, {}, ())
    with pytest.raises(SettingsError, match="PySpark is not installed"):
        require_pyspark()


def test_a_spark_here_needs_its_extra_and_java(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SettingsError, match="there is no Java: install Java 17"):
        installed_spark.require_jvm()
    monkeypatch.setattr(installed_spark, "why_without", lambda extra: f"install {extra}")
    with pytest.raises(SettingsError, match=r"a Spark on this machine\. install jvm"):
        installed_spark.require_jvm()
