"""Objects in an S3 bucket, in the same few words as a folder's."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake.aws import CONNECTIONS, code_of, reason_of
from bio_lakehouse.lake.objects import Chosen, ObjectInfo, PassedOver, checksum
from bio_lakehouse.sources.contents import AnyContent, Content
from bio_lakehouse.sources.file_limits import AT_ONCE

LONGEST_KEY = 1024
"""Bytes; S3 has no object of a longer key."""
FILE_TIME = "file-time"
"""An object's metadata: when the file that it is a copy of was last written."""
DELETED_AT_ONCE = 1000
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Store:
    """Objects of `bucket` below `prefix`. `client` is a boto3 S3 client, which is safe to share
    between threads."""

    writes_appear_whole = True

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._has_bucket = False

    def local_folder(self, prefix: str) -> None:
        return None

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects below `prefix`, sorted by key; `LandingError` when the bucket cannot be
        listed."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{prefix.rstrip('/')}/"
        )
        with self._reached(prefix):
            for page in pages:
                for found in page.get("Contents", []):
                    key = found["Key"].removeprefix(self.prefix)
                    if not key.endswith("/") and not key.rsplit("/", 1)[-1].startswith("."):
                        yield ObjectInfo(
                            key, found["Size"], found["LastModified"], found["ETag"].strip('"')
                        )

    def survey(self, prefix: str) -> Iterator[ObjectInfo | PassedOver]:
        """As `list`: a bucket holds nothing but objects."""
        yield from self.list(prefix)

    def info(self, key: str) -> ObjectInfo:
        head = self._head(key)
        return ObjectInfo(key, head["ContentLength"], head["LastModified"], head["ETag"].strip('"'))

    def file_time(self, info: ObjectInfo) -> datetime:
        """When the file that an object is a copy of was last written (UTC), as far as whoever
        copied it has said so; else when it came into the bucket."""
        said = self._head(info.key)["Metadata"].get(FILE_TIME, "")
        with suppress(ValueError):
            return datetime.fromisoformat(said).astimezone(UTC)
        return info.modified

    def checksum_of(self, key: str) -> str:
        """The SHA-256 of an object, which S3 has of what was put with it; else of its content."""
        kept = self._head(key, ChecksumMode="ENABLED").get("ChecksumSHA256", "")
        is_of_parts = "-" in kept
        if kept and not is_of_parts:
            return base64.b64decode(kept).hex()
        return checksum(self.get(key))

    def _head(self, key: str, **asked: str) -> dict[str, Any]:
        with self._reached(key):
            head: dict[str, Any] = self.client.head_object(
                Bucket=self.bucket, Key=self.prefix + key, **asked
            )
        return head

    def exists(self, key: str) -> bool:
        if self._is_too_long(key):
            return False
        with self._reached(key):
            try:
                self.client.head_object(Bucket=self.bucket, Key=self.prefix + key)
            except ClientError as error:
                if code_of(error) in MISSING:
                    self._require_bucket(key)
                    return False
                raise
        return True

    def _require_bucket(self, key: str) -> None:
        """`LandingError` when there is no such bucket: S3 says that of an object's head in the same
        words as of an object that is not there. It is asked once."""
        if self._has_bucket:
            return
        with self._reached(key):
            self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix + key, MaxKeys=1)
        self._has_bucket = True

    def get(self, key: str) -> bytes:
        content = self._find(key)
        if content is None:
            raise LandingError(f"{self.uri(key)} is not there any more")
        return content

    def head(self, key: str, size: int) -> bytes:
        """The first `size` bytes of an object that is not empty."""
        first = f"bytes=0-{size - 1}"
        content = self._find(key, Range=first)
        if content is None:
            raise LandingError(f"{self.uri(key)} is not there any more")
        return content

    def content(self, key: str, size: int) -> AnyContent:
        """An object of that size: its bytes, or what opens it where it is large."""
        return self.get(key) if size <= AT_ONCE else Content(size, partial(self._fetched, key))

    def _fetched(self, key: str) -> BinaryIO:
        """The object in a file of this machine that goes when it is closed."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - it goes when whoever reads it has done so
        with self._reached(key):
            self.client.download_fileobj(self.bucket, self.prefix + key, file)
        file.seek(0)
        return file

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        wanted = list(keys)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return dict(zip(wanted, pool.map(self.get, wanted), strict=True))

    def find_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The contents of those of `keys` that are there."""
        wanted = list(keys)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            found = zip(wanted, pool.map(self._find, wanted), strict=True)
            return {key: content for key, content in found if content is not None}

    def _find(self, key: str, **part: str) -> bytes | None:
        if self._is_too_long(key):
            return None
        with self._reached(key):
            try:
                found = self.client.get_object(Bucket=self.bucket, Key=self.prefix + key, **part)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
            body: bytes = found["Body"].read()
        return body

    def put(self, key: str, content: AnyContent, modified: datetime | None = None) -> None:
        """Write an object, whose checksum S3 compares; `modified` is kept beside S3's own time."""
        metadata = {FILE_TIME: modified.astimezone(UTC).isoformat()} if modified else {}
        self._put(key, content, Metadata=metadata)

    def publish(self, key: str, content: bytes, content_type: str) -> None:
        """Write what others open in a browser, encrypted where it lies."""
        self._put(key, content, ContentType=content_type, ServerSideEncryption="AES256")

    def _put(self, key: str, content: AnyContent, **headers: Any) -> None:
        name = self.prefix + key
        headers |= {"ChecksumAlgorithm": "SHA256"}
        opened = nullcontext(content) if isinstance(content, bytes) else closing(content.open())
        with self._reached(key), opened as body:
            self.client.put_object(Bucket=self.bucket, Key=name, Body=body, **headers)

    def put_many(self, contents: Mapping[str, bytes]) -> None:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self.put, contents, contents.values()))

    def delete(self, key: str) -> None:
        with self._reached(key):
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def erase(self, prefix: str, chosen: Chosen, *, is_trial: bool = False) -> int:
        """Remove the chosen objects below `prefix` with all their earlier versions; how many there
        were. With `is_trial` they are counted alone. Needs `s3:ListBucketVersions` and
        `s3:DeleteObjectVersion`."""
        versions = [one for one in self._versions(_folder(prefix)) if chosen(one["Key"])]
        if not is_trial:
            self._delete_versions(prefix, versions)
        return len({one["Key"] for one in versions})

    def erase_earlier(self, start: str) -> int:
        """Remove earlier versions of the objects whose keys begin so, and what marks some as
        deleted; how many."""
        earlier = [one for one in self._versions(start) if one["is_past"]]
        self._delete_versions(start, earlier)
        return len(earlier)

    def _versions(self, start: str) -> Iterator[dict[str, Any]]:
        """Key and version of everything that the bucket keeps of keys that begin so, and whether it
        is no more what is read there."""
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{start}"
        )
        with self._reached(start):
            for page in pages:
                for kind in ("Versions", "DeleteMarkers"):
                    for one in page.get(kind, []):
                        yield {
                            "Key": one["Key"].removeprefix(self.prefix),
                            "VersionId": one["VersionId"],
                            "is_past": kind == "DeleteMarkers" or not one["IsLatest"],
                        }

    def _delete_versions(self, prefix: str, versions: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(versions), DELETED_AT_ONCE):
            some = versions[start : start + DELETED_AT_ONCE]
            named = [
                {"Key": self.prefix + one["Key"], "VersionId": one["VersionId"]} for one in some
            ]
            with self._reached(prefix):
                done = self.client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": named, "Quiet": True}
                )
            for failed in done.get("Errors", []):
                raise LandingError(
                    f"s3://{self.bucket}/{failed['Key']} was not removed ({failed['Code']}): give "
                    "the role or user the right s3:DeleteObjectVersion, and run it again"
                )

    def _is_too_long(self, key: str) -> bool:
        return len((self.prefix + key).encode()) > LONGEST_KEY

    @contextmanager
    def _reached(self, key: str) -> Iterator[None]:
        """What S3 refuses inside, or the way to it, as a `LandingError` that names `key`."""
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise LandingError(f"{self.uri(key)} cannot be reached: {reason_of(error)}") from error


def _folder(prefix: str) -> str:
    return f"{prefix.rstrip('/')}/" if prefix else ""
