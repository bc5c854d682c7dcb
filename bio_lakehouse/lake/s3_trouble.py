"""Why Arrow could not read or write a file in S3, in a sentence.

Of a read Arrow knows no more than a status, as S3 answers its question with none of the reason: the
same is asked once more, in a way that is answered with one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bio_lakehouse.errors import AwsError, DamagedFile
from bio_lakehouse.lake.aws import explained, next_step

ARROWS_CODE = re.compile(r"AWS Error ([A-Z_]+)")
NAMED = re.compile(r"ExceptionName: ([\w.]+)")
FILE = re.compile(r"key '(?P<Key>[^']+)' in bucket '(?P<Bucket>[^']+)'.* (?:Head|Get)Object ")
SPECIAL = {"NETWORK_CONNECTION": "the network does not answer", "UNKNOWN": "unknown error"}


@contextmanager
def files_explained(place: str, client: Callable[[], Any]) -> Iterator[None]:
    """Arrow's errors about files below `place` (`s3://…`) as `AwsError`s; `client` makes a boto3
    client of S3. A file that is not there in a bucket that is goes on as what it is."""
    try:
        yield
    except (DamagedFile, FileNotFoundError):
        bucket = place.removeprefix("s3://").partition("/")[0]
        with explained(place):
            client().list_objects_v2(Bucket=bucket, MaxKeys=1)
        raise
    except OSError as error:
        code = code_of_arrow(error)
        if code is None:
            raise
        read = FILE.search(str(error))
        if read:
            with explained(place):
                client().get_object(**read.groupdict(), Range="bytes=0-0")
        raise AwsError(f"{place} cannot be used: {code}: {next_step(code)}.") from error


def code_of_arrow(error: OSError) -> str | None:
    """AWS's code in an error of Arrow's; None for an error of another kind."""
    told = str(error)
    named, coded = NAMED.search(told), ARROWS_CODE.search(told)
    if named:
        return named[1]
    if coded:
        words = coded[1].split("_")
        return SPECIAL.get(coded[1], "".join(word.capitalize() for word in words))
    return "AccessDenied" if isinstance(error, PermissionError) else None
