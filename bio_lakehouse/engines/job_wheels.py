"""The wheels that travel with the Glue job: this package and Dagster's pipe, and nothing that they
would ask for."""

from __future__ import annotations

import zipfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bio_lakehouse.errors import BioLakehouseError

DISTRIBUTIONS = {"bio_lakehouse": "bio-lakehouse", "dagster_pipes": "dagster-pipes"}
"""Package → the distribution that it comes in."""
EPOCH = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"__pycache__"}


def write_wheels(folder: Path) -> list[Path]:
    """Write all wheels of the job into `folder`; the same code makes the same bytes."""
    return [write_wheel(package, folder) for package in DISTRIBUTIONS]


def wheel_names() -> list[str]:
    return [_wheel_name(package) for package in DISTRIBUTIONS]


def write_wheel(package: str, folder: Path) -> Path:
    """A wheel of an installed package of Python code. It names no requirement: a job that reads it
    has what it needs."""
    root = _folder_of(package)
    path = folder / _wheel_name(package)
    about = f"{package}-{version(DISTRIBUTIONS[package])}.dist-info"
    names = {
        f"{about}/METADATA": _metadata(package),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in sorted(root.rglob("*")):
            if file.is_file() and LEFT_OUT.isdisjoint(file.parts):
                name = f"{package}/{file.relative_to(root).as_posix()}"
                _add(wheel, name, file.read_bytes())
        for name, content in names.items():
            _add(wheel, name, content)
    return path


def _wheel_name(package: str) -> str:
    return f"{package}-{version(DISTRIBUTIONS[package])}-py3-none-any.whl"


def _folder_of(package: str) -> Path:
    found = find_spec(package)
    places = found.submodule_search_locations if found else None
    if not places:
        raise BioLakehouseError(f"{package} is not installed, and the Glue job needs it")
    return Path(next(iter(places)))


def _metadata(package: str) -> bytes:
    name = DISTRIBUTIONS[package]
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version(name)}\n".encode()


def _add(wheel: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    wheel.writestr(entry, content)
