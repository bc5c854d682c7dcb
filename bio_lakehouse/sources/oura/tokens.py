"""Where Oura's tokens are kept: a 0600 file, or SecureStrings in AWS Systems Manager's Parameter Store."""

from __future__ import annotations

import json
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from filelock import FileLock, Timeout

from bio_lakehouse.errors import SignInRequired, SourceError

SIGN_IN = "Sign in again with: bio-lakehouse oura login"
LOCK_SECONDS = 300.0
PROBE_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Tokens:
    """One person's tokens; `repr` shows none of them.

    `expires_at` is in seconds since 1970, None when Oura did not say; `scope` is what was granted, space-separated;
    `token_url` is the address that issued them.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float | None = None
    scope: str | None = None
    token_url: str | None = None

    def expires_within(self, seconds: float) -> bool:
        return self.expires_at is not None and self.expires_at - seconds <= time.time()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str, where: str) -> Tokens:
        """Raises `SignInRequired` naming `where` when the text holds no tokens."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            raise SignInRequired(f"{where} does not hold Oura tokens. {SIGN_IN}") from None


class TokenStore(Protocol):
    """A place for one person's tokens. All methods raise `SourceError` when the place cannot be used."""

    @property
    def where(self) -> str:
        """How a person would call the place."""
        ...

    def load(self) -> Tokens | None:
        """The tokens, None when nobody has signed in."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Replaces the tokens; when it returns they are there to stay."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Held by one process at a time, on one machine (file) or anywhere (Parameter Store).

        Whoever holds it has found the store writable: a single-use token is not spent for a result that is lost.
        """
        ...


def open_token_store(address: str | Path, user_id: str) -> TokenStore:
    """The store of one user: `ssm:/some/prefix` is Parameter Store, anything else a folder."""
    text = str(address)
    if text.startswith("ssm:"):
        return ParameterTokenStore(f"{text.removeprefix('ssm:').rstrip('/')}/{user_id}", _ssm_client())
    return FileTokenStore(Path(text).expanduser() / f"oura-{user_id}.json")


def _ssm_client() -> Any:
    try:
        return boto3.client("ssm")
    except BotoCoreError as error:
        raise SourceError(f"AWS cannot be used for Oura's tokens: {error} Set AWS_PROFILE and a region.") from error


class FileTokenStore:
    """A file that only its owner can read; one that others can read is refused."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def where(self) -> str:
        return str(self.path)

    def load(self) -> Tokens | None:
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}.") from error
        with os.fdopen(descriptor, encoding="utf-8") as file:
            self._require_private(stat.S_IMODE(os.fstat(file.fileno()).st_mode))
            return Tokens.from_json(file.read(), self.where)

    def save(self, tokens: Tokens) -> None:
        with self._draft(tokens.to_json()) as draft:
            draft.replace(self.path)
            _sync_folder(self.path.parent)

    @contextmanager
    def lock(self) -> Iterator[None]:
        lock = FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS, mode=0o600)
        self._acquire(lock)
        try:
            self._prove_writable()
            yield
        finally:
            lock.release()

    def _prove_writable(self) -> None:
        with self._draft(" " * PROBE_BYTES):
            pass

    @contextmanager
    def _draft(self, text: str) -> Iterator[Path]:
        """A private file with that text beside the store, gone afterwards unless it was moved away."""
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(draft, text)
            yield draft
        except OSError as error:
            raise SourceError(f"{self.path} cannot be written: {error.strerror}. Make room or rights there.") from error
        finally:
            draft.unlink(missing_ok=True)

    def _acquire(self, lock: FileLock) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise SourceError(
                f"Another process has held {self.path}.lock for {LOCK_SECONDS:.0f} s while renewing Oura's tokens. "
                "End it, then try again."
            ) from None
        except OSError as error:
            raise SourceError(
                f"{self.path}.lock cannot be made: {error.strerror}. Make its folder writable."
            ) from error

    def _require_private(self, mode: int) -> None:
        if mode & 0o077:
            raise SourceError(
                f"{self.path} can be read by others (mode {mode:04o}), so its tokens are not used. "
                f"Run: chmod 600 {self.path}"
            )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class ParameterTokenStore:
    """A SecureString of Parameter Store, with a second parameter beside it as the lease for renewing.

    `PutParameter` without overwriting is atomic, so one process holds the lease. A lease left by a process that died
    is taken over after `LOCK_SECONDS`. Needs `ssm:GetParameter`, `PutParameter`, `DeleteParameter` and the KMS key.
    """

    def __init__(self, name: str, ssm: Any, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self.ssm = ssm
        self.sleep = sleep

    @property
    def where(self) -> str:
        return f"SSM parameter {self.name}"

    def load(self) -> Tokens | None:
        text = self._read(self.name)
        return None if text is None else Tokens.from_json(text, self.where)

    def save(self, tokens: Tokens) -> None:
        # A token may be a JWT; a standard parameter ends at 4 KB.
        with self._explained("written"):
            self.ssm.put_parameter(
                Name=self.name,
                Value=tokens.to_json(),
                Type="SecureString",
                Overwrite=True,
                Tier="Intelligent-Tiering",
            )

    @contextmanager
    def lock(self) -> Iterator[None]:
        deadline = time.monotonic() + 2 * LOCK_SECONDS
        while not self._take_lease():
            if time.monotonic() > deadline:
                raise SourceError(f"{self._lease} is held by another process. Delete it if none is running.")
            self.sleep(0.5)
        try:
            yield
        finally:
            self._delete_lease()

    @property
    def _lease(self) -> str:
        return f"{self.name}-lease"

    def _take_lease(self) -> bool:
        try:
            with self._explained("written"):
                self.ssm.put_parameter(Name=self._lease, Value=str(time.time() + LOCK_SECONDS), Type="String")
        except _Exists:
            expires = self._read(self._lease)
            if expires is not None and float(expires) < time.time():
                self._delete_lease()
            return False
        return True

    def _delete_lease(self) -> None:
        with self._explained("deleted"):
            self.ssm.delete_parameters(Names=[self._lease])

    def _read(self, name: str) -> str | None:
        try:
            with self._explained("read"):
                answer = self.ssm.get_parameter(Name=name, WithDecryption=True)
        except _NotFound:
            return None
        return str(answer["Parameter"]["Value"])

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown error")
            failure = {"ParameterAlreadyExists": _Exists, "ParameterNotFound": _NotFound}.get(code, SourceError)
            raise failure(
                f"{self.where} cannot be {done} ({code}). Check the role's rights on SSM and on the KMS key."
            ) from None
        except BotoCoreError as error:
            raise SourceError(f"{self.where} cannot be {done}: {error}. Check AWS_PROFILE and the region.") from error


class _Exists(SourceError):  # noqa: N818
    """The parameter is there already."""


class _NotFound(SourceError):  # noqa: N818
    """The parameter is not there."""
