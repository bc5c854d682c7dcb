"""The zip of the Lambdas: their handlers, the package, and what both import."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from bio_lakehouse.errors import AwsError

PACKAGE = Path(__file__).parents[1]
NEEDED = (
    "authlib",
    "boto3",
    "filelock",
    "httpx",
    "msgspec",
    "pydantic-settings",
    "tenacity",
    "tzdata",
)
"""What the handlers import beside the package. boto3 too: Lambda's own may be older. No Arrow and
no pandas, which are ten times as large as all of it."""
MOST_BYTES = 250 * 2**20
"""Lambda's limit of a zip once it is unpacked."""
LEFT_OUT = ("**/__pycache__", "**/tests", "bin", "bio_lakehouse/app")
"""What no handler loads."""
SERVICES = frozenset({"dynamodb", "s3", "sqs", "ssm", "sso", "sso-oidc", "sts"})
"""Those of which botocore's descriptions are kept: with all of them the zip would be twice as
large."""
EPOCH = (1980, 1, 1, 0, 0, 0)
RECIPE = "1"
"""Changed where the same code is to make another zip."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where a zip runs: the Python and the kinds of wheels that it takes; this machine's own where
    there are none."""

    python: str = "3.13"
    platforms: tuple[str, ...] = (
        "manylinux_2_28_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
    )

    @classmethod
    def of_this_machine(cls) -> Runtime:
        return cls(python=f"{sys.version_info[0]}.{sys.version_info[1]}", platforms=())


LAMBDA = Runtime()
"""What the templates name as the functions' runtime."""


def handler_files(infra: Path) -> list[Path]:
    """The modules of the handlers, `infra/lambdas/<name>/<name>.py`."""
    return sorted((infra / "lambdas").glob("*/*.py"))


def fingerprint(infra: Path, runtime: Runtime) -> str:
    """The same for the same code, requirements and runtime: what a zip is named by, unbuilt."""
    state = sha256(f"{RECIPE} {runtime} {SERVICES} {LEFT_OUT} {requirements()}".encode())
    for name, path in _own_files(infra):
        state.update(f"{name} ".encode() + path.read_bytes())
    return state.hexdigest()[:16]


def requirements() -> list[str]:
    """What is needed, in the versions that are installed here and were tested."""
    return [f"{name}=={version(name)}" for name in NEEDED]


def write_zip(infra: Path, runtime: Runtime, path: Path) -> int:
    """Write the zip of all handlers to `path`; how many bytes it unpacks to.

    Wheels come from PyPI by pip. `AwsError` when it cannot be made, or is larger than Lambda takes.
    """
    folder = path.with_suffix("")
    _install(folder, runtime)
    for name, file in _own_files(infra):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)
    _leave_out(folder)
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        raise AwsError(
            f"The Lambdas' code is {size} bytes unpacked, and Lambda takes {MOST_BYTES}: leave "
            f"more out in {Path(__file__).name}."
        )
    _write(files, folder, path)
    shutil.rmtree(folder)
    return size


def _own_files(infra: Path) -> Iterator[tuple[str, Path]]:
    """Names in the zip and files of the package and the handlers."""
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{PACKAGE.name}/{path.relative_to(PACKAGE).as_posix()}", path
    for path in handler_files(infra):
        yield path.name, path


def _install(folder: Path, runtime: Runtime) -> None:
    platforms = [word for name in runtime.platforms for word in ("--platform", name)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--target", str(folder), "--only-binary=:all:", "--no-compile"]
    command += [*platforms, "--python-version", runtime.python, *requirements()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AwsError(
            f"The Lambdas' requirements could not be fetched: {done.stderr.strip()[-500:]} "
            "Check the way to PyPI and run the same command again."
        )


def _leave_out(folder: Path) -> None:
    unused = [path for pattern in LEFT_OUT for path in folder.glob(pattern)]
    unused += [
        path
        for path in (folder / "botocore" / "data").iterdir()
        if path.is_dir() and path.name not in SERVICES
    ]
    for path in unused:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _write(files: list[Path], folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, file.read_bytes())
