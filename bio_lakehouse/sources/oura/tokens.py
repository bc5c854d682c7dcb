"""Where Oura's tokens are kept: a 0600 file, or SecureStrings in AWS Systems Manager's Parameter
Store."""

from __future__ import annotations

import json
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from bio_lakehouse.errors import AwsError, SignInRequired, SourceError, StoreError
from bio_lakehouse.numbers import seconds_text
from bio_lakehouse.settings import USER_ID

LEASE = "-lease"
SIGN_IN = "bio-lakehouse oura login"
LOCK_SECONDS = 300.0
LEASE_SECONDS = 900.0
"""Longer than the slowest renewal: two addresses, three tries each. Nobody can see that a lease's
holder has died."""
ROOM = 8192
"""Bytes that are kept free for tokens before one is spent; no tokens are longer."""
Exclusively = Callable[[str], AbstractContextManager[None]]
"""Holds the lock of a name against other processes, wherever they run."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One person's tokens; `repr` shows none of them.

    `expires_at` is in seconds since 1970, None when Oura did not say; `scope` is what was granted,
    space-separated; `token_url` is the address that issued them.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float | None = None
    scope: str | None = None
    token_url: str | None = None

    @property
    def granted(self) -> frozenset[str]:
        """The scopes that were granted; empty when that is not known."""
        return frozenset(name.removeprefix("extapi:") for name in (self.scope or "").split())

    def expires_within(self, seconds: float) -> bool:
        return self.expires_at is not None and self.expires_at - seconds <= time.time()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str, store: TokenStore) -> Tokens:
        """Raises `SignInRequired` naming the store when the text holds no tokens."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            raise SignInRequired(
                f"{store.where} does not hold Oura tokens. Sign in again with: {store.sign_in}"
            ) from None


class TokenStore(Protocol):
    """A place for one person's tokens. All methods raise `SourceError` when the place cannot be
    used."""

    @property
    def where(self) -> str:
        """How a person would call the place."""
        ...

    @property
    def sign_in(self) -> str:
        """The command that brings this person's tokens there."""
        ...

    def load(self) -> Tokens | None:
        """The tokens, None when nobody has signed in."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Replaces the tokens; when it returns they are there to stay."""
        ...

    def remove(self) -> bool:
        """Forgets the tokens and all that was kept for them; whether there were any."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Held by one process at a time, on one machine (file) or anywhere (Parameter Store).

        Whoever holds it has found the store writable: a single-use token is not spent for a result
        that is lost.
        """
        ...

    @property
    def was_interrupted(self) -> bool:
        """Whether who held the lock before was ended, perhaps after it had spent a token."""
        ...


def tokens_in(store: TokenStore) -> Tokens:
    """What the store holds; raises `SignInRequired` when that is nothing."""
    tokens = store.load()
    if tokens is None:
        raise SignInRequired(
            f"Nobody has signed in to Oura yet ({store.where}). Run: {store.sign_in}"
        )
    return tokens


class TokenStores(Protocol):
    """A place for the tokens of many, one store a person."""

    @property
    def is_remote(self) -> bool:
        """Whether asking it goes over the network."""
        ...

    def of(self, user_id: str) -> TokenStore:
        """That person's store."""
        ...

    def users(self) -> list[str]:
        """Whose tokens there are, sorted; `SourceError` when the place cannot be looked through."""
        ...


class TokenFolder:
    """A folder with a file a person."""

    is_remote = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, user_id: str) -> FileTokenStore:
        return FileTokenStore(self.folder / f"oura-{user_id}.json", user_id)

    def users(self) -> list[str]:
        return _user_ids(
            path.stem.removeprefix("oura-") for path in self.folder.glob("oura-*.json")
        )


class TokenParameters:
    """A prefix in AWS's Parameter Store, with a parameter a person."""

    is_remote = True

    def __init__(
        self,
        prefix: str,
        client: Callable[[], Any],
        exclusively: Exclusively | None = None,
    ) -> None:
        """`prefix` is such as `/lake/oura`: a name with slashes must begin with one.

        `client` makes the boto3 client; `exclusively` is a lock against other machines where there
        is one that is better than a parameter.
        """
        self.prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        self._client = client
        self._exclusively = exclusively

    def of(self, user_id: str) -> ParameterTokenStore:
        name = f"{self.prefix}/{user_id}"
        return ParameterTokenStore(name, self._ssm(), user_id, exclusively=self._exclusively)

    def users(self) -> list[str]:
        return _user_ids(_parameter_names(self._ssm(), self.prefix))

    def _ssm(self) -> Any:
        try:
            return self._client()
        except AwsError as error:
            raise SourceError(str(error)) from error


def _user_ids(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if USER_ID.fullmatch(name))


def _parameter_names(ssm: Any, folder: str) -> Iterator[str]:
    with _explained(f"SSM parameters below {folder}/", "listed"):
        for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=folder or "/"):
            names = (parameter["Name"].rpartition("/")[2] for parameter in page["Parameters"])
            yield from (name for name in names if not name.endswith(LEASE))


class FileTokenStore:
    """A file that only its owner can read; one that others can read is refused."""

    def __init__(self, path: Path, user_id: str = "me") -> None:
        self.path = path
        self.sign_in = f"{SIGN_IN} --user {user_id}"
        self.was_interrupted = False
        self._reserved: Path | None = None

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
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
            self._require_private(stat.S_IMODE(os.fstat(file.fileno()).st_mode))
            return Tokens.from_json(file.read(), self)

    def save(self, tokens: Tokens) -> None:
        with self._trouble_told():
            # Reserved room stays where it cannot be used: it says that tokens were spent.
            draft, self._reserved = self._reserved or self._new_draft(), None
            _write_into(draft, tokens.to_json())
            draft.replace(self.path)
            _sync_folder(self.path.parent)

    def remove(self) -> bool:
        there = self.path.exists()
        for path in (self.path, self.path.with_name(f"{self.path.name}.lock"), *self._drafts()):
            path.unlink(missing_ok=True)
        return there

    @contextmanager
    def lock(self) -> Iterator[None]:
        """As the protocol's. Room for the tokens is reserved in a file beside them, which stays
        when its process is killed: a whole one holds tokens that nobody else has, and is taken."""
        lock = FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS, mode=0o600)
        self._acquire(lock)
        try:
            with self._trouble_told():
                self._take_what_was_left()
                self._reserved = self._new_draft()
            yield
        finally:
            self._let_go()
            lock.release()

    def _take_what_was_left(self) -> None:
        """Tokens that were written and not put in place by a process that was killed."""
        left = sorted(self._drafts(), key=_written)
        self.was_interrupted = bool(left)
        for draft in left:
            with suppress(SignInRequired):
                Tokens.from_json(draft.read_text("utf-8", "replace"), self)
                if not self.path.exists() or _written(self.path) <= _written(draft):
                    draft.replace(self.path)
                    self.was_interrupted = False
            draft.unlink(missing_ok=True)

    def _drafts(self) -> Iterator[Path]:
        return self.path.parent.glob(f".{self.path.name}.*")

    def _new_draft(self) -> Path:
        """A private file beside the store with room for tokens; none where there is no room."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            _write_private(draft, " " * ROOM)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        return draft

    def _let_go(self) -> None:
        if self._reserved:
            self._reserved.unlink(missing_ok=True)
            self._reserved = None

    @contextmanager
    def _trouble_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SourceError(
                f"{self.path} cannot be written: {error.strerror}. Make room or rights there."
            ) from error

    def _acquire(self, lock: FileLock) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise SourceError(
                f"Another process has held {self.path}.lock for {seconds_text(LOCK_SECONDS)} while "
                "renewing Oura's tokens. End it, then try again."
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


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _write_into(path: Path, text: str) -> None:
    """Write text over the start of a file: what it has is as good as more, since JSON ends where it
    ends, and takes no room that it has not."""
    with path.open("r+", encoding="utf-8") as file:
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
    """A SecureString of Parameter Store, with a second one beside it as the lease for renewing.

    `PutParameter` without overwriting is atomic, so one process holds the lease. That it is a
    SecureString shows that the tokens can be written as well. A lease left by a process that died
    is taken over after `LEASE_SECONDS`. With `exclusively` that is the lease, and the second
    parameter just shows that the first can be written. Needs `ssm:GetParameter`,
    `GetParametersByPath`, `PutParameter`, `DeleteParameters` and the use of the KMS key.
    """

    def __init__(
        self,
        name: str,
        ssm: Any,
        user_id: str = "me",
        sleep: Callable[[float], None] = time.sleep,
        exclusively: Exclusively | None = None,
    ) -> None:
        self.name = name
        self.ssm = ssm
        self.sign_in = f"{SIGN_IN} --user {user_id}"
        self.was_interrupted = False
        self.sleep = sleep
        self._exclusively = exclusively

    @property
    def where(self) -> str:
        return f"SSM parameter {self.name}"

    def load(self) -> Tokens | None:
        parameter = self._read(self.name)
        return None if parameter is None else Tokens.from_json(parameter["Value"], self)

    def save(self, tokens: Tokens) -> None:
        # A token may be a JWT; a standard parameter ends at 4 KB.
        with _explained(self.where, "written"):
            self.ssm.put_parameter(
                Name=self.name,
                Value=tokens.to_json(),
                Type="SecureString",
                Overwrite=True,
                Tier="Intelligent-Tiering",
            )

    def remove(self) -> bool:
        with _explained(self.where, "deleted"):
            done = self.ssm.delete_parameters(Names=[self.name, self._lease])
        return self.name in done["DeletedParameters"]

    def lock(self) -> AbstractContextManager[None]:
        if self._exclusively is None:
            return self._leased()
        return self._locked(self._exclusively)

    @contextmanager
    def _locked(self, exclusively: Exclusively) -> Iterator[None]:
        try:
            with exclusively(f"{self.where} of Oura"):
                self._put_lease(time.time(), overwrite=True)
                self._delete_lease()
                yield
        except (AwsError, StoreError) as error:
            raise SourceError(str(error)) from error

    @contextmanager
    def _leased(self) -> Iterator[None]:
        deadline = time.monotonic() + 2 * LEASE_SECONDS
        while (until := self._take_lease()) is None:
            if time.monotonic() > deadline:
                raise SourceError(
                    f"{self._lease} is held by another process. Delete it if none is running."
                )
            self.sleep(0.5)
        try:
            yield
        finally:
            # After that somebody else may have taken it over.
            if time.time() < until:
                self._delete_lease()

    @property
    def _lease(self) -> str:
        return f"{self.name}{LEASE}"

    def _take_lease(self) -> float | None:
        """Until when (in seconds since 1970) the lease is ours; None while another process holds
        it."""
        until = time.time() + LEASE_SECONDS
        try:
            self._put_lease(until, overwrite=False)
        except _Exists:
            held = self._read(self._lease)
            if held is None or float(held["Value"]) > time.time():
                return None
            # Versions count up by one: whoever is the first to overwrite the expired one has the
            # next number.
            if self._put_lease(until, overwrite=True) != held["Version"] + 1:
                return None
            self.was_interrupted = True
        return until

    def _put_lease(self, until: float, *, overwrite: bool) -> int:
        with _explained(self.where, "written"):
            answer = self.ssm.put_parameter(
                Name=self._lease, Value=str(until), Type="SecureString", Overwrite=overwrite
            )
        return int(answer["Version"])

    def _delete_lease(self) -> None:
        with _explained(self.where, "deleted"):
            self.ssm.delete_parameters(Names=[self._lease])

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            with _explained(self.where, "read"):
                answer = self.ssm.get_parameter(Name=name, WithDecryption=True)
        except _NotFound:
            return None
        parameter: dict[str, Any] = answer["Parameter"]
        return parameter


@contextmanager
def _explained(where: str, done: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown error")
        failure = {"ParameterAlreadyExists": _Exists, "ParameterNotFound": _NotFound}.get(
            code, SourceError
        )
        raise failure(
            f"{where} cannot be {done} ({code}). Check the role's rights on SSM and on the KMS key."
        ) from None
    except BotoCoreError as error:
        raise SourceError(
            f"{where} cannot be {done}: {error}. Check AWS_PROFILE and the region."
        ) from error


class _Exists(SourceError):  # noqa: N818
    """The parameter is there already."""


class _NotFound(SourceError):  # noqa: N818
    """The parameter is not there."""
