"""Answers kept in the home, each for exactly the data that it was made of: new data makes a new
answer.

A file an answer: its rows in Arrow, of which nothing is ever executed, all else as JSON beside
them, behind a checksum of both. What cannot be read is as if it were not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bio_lakehouse.ask.answer import Answer, Chart
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.lake.home import ANSWERS
from bio_lakehouse.lake.objects import write_atomically

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".arrow"
MOST_ANSWERS = 200
MOST_BYTES = 16 * 2**20
LARGEST = 2**20
"""Bytes of rows beyond which an answer is not kept."""
ABOUT = b"answer"
CHECKSUM_BYTES = hashlib.sha256().digest_size
PUNCTUATION = " ?!.,;:"
CLOCKS = ("now(", "current_timestamp", "localtimestamp", "current_time", "localtime")
"""What makes a statement's answer another one a moment later."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that decides what a question is taken to mean.

    `model` names the language model, empty for none; `version` is that of the program, of its
    semantic model, of what the person has verified and of what came in.
    """

    question: str
    user_id: str
    today: date
    model: str = ""
    before: str = ""
    version: str = ""

    @property
    def key(self) -> str:
        """A name that no other question has; words are compared without case and punctuation."""
        words = " ".join(self.question.casefold().split()).rstrip(PUNCTUATION)
        parts = [words, self.user_id, self.today.isoformat(), self.model, self.before, self.version]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept beside the rows. `state` is that of the `tables` that the statement read."""

    key: str
    user_id: str
    tables: tuple[str, ...]
    state: str
    plan: Plan
    sentence: str
    caveats: tuple[str, ...]
    chart: Chart | None
    model: str


class AnswerCache:
    """The answers kept in a home; `state_of` says in one text what tables hold now."""

    def __init__(self, home: Path, state_of: Callable[[Iterable[str]], str]) -> None:
        self.folder = home / ANSWERS
        self.state_of = state_of

    def find(self, asked: Asked) -> Answer | None:
        """The answer to the same question over the same data; None where there is none."""
        try:
            kept, rows = _read(self._path(asked))
        except Exception:  # noqa: BLE001 - a damaged file may fail in any way, and is no answer
            return None
        is_same = (kept.key, kept.user_id) == (asked.key, asked.user_id)
        if not is_same or kept.state != self.state_of(kept.tables):
            return None
        return Answer(
            asked.question,
            asked.user_id,
            kept.sentence,
            plan=kept.plan,
            rows=rows,
            chart=kept.chart,
            caveats=kept.caveats,
            model=kept.model,
            cost_usd=0.0 if kept.model else None,
            is_cached=True,
        )

    def keep(self, asked: Asked, answer: Answer, tables: Iterable[str], state: str) -> None:
        """Keep an answer that was made of `tables` in that `state`; what cannot be kept is not."""
        rows, plan = answer.rows, answer.plan
        if plan is None or rows is None or rows.nbytes > LARGEST or _tells_time(plan.sql):
            return
        kept = _Kept(
            asked.key,
            asked.user_id,
            tuple(sorted(tables)),
            state,
            plan,
            answer.sentence,
            answer.caveats,
            answer.chart,
            answer.model,
        )
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            content = _bytes(kept, rows)
            write_atomically(self._path(asked), _checksum(content) + content)
            self._drop_oldest()

    def _path(self, asked: Asked) -> Path:
        return self.folder / f"{asked.key}{SUFFIX}"

    def _drop_oldest(self) -> None:
        files = [(path.stat(), path) for path in self.folder.glob(f"*{SUFFIX}")]
        files.sort(key=lambda file: file[0].st_mtime_ns, reverse=True)
        size = 0
        for number, (stat, path) in enumerate(files, start=1):
            size += stat.st_size
            if number > MOST_ANSWERS or size > MOST_BYTES:
                path.unlink(missing_ok=True)


def _tells_time(sql: str) -> bool:
    return any(word in sql.lower() for word in CLOCKS)


def _bytes(kept: _Kept, rows: pa.Table) -> bytes:
    import pyarrow as pa

    about = json.dumps(asdict(kept), default=str).encode()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema.with_metadata({ABOUT: about})) as writer:
        writer.write_table(rows.replace_schema_metadata({ABOUT: about}))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _read(path: Path) -> tuple[_Kept, pa.Table]:
    import pyarrow as pa

    written = path.read_bytes()
    checksum, content = written[:CHECKSUM_BYTES], written[CHECKSUM_BYTES:]
    if checksum != _checksum(content):
        raise ValueError(f"{path.name} is not as it was written")
    rows = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    rows.validate(full=True)
    about = rows.schema.metadata[ABOUT]
    kept = _adapter().validate_json(about)
    plan = replace(kept.plan, metrics=dict(kept.plan.metrics))
    return replace(kept, plan=plan), rows.replace_schema_metadata(None)


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@cache
def _adapter() -> TypeAdapter[_Kept]:
    return TypeAdapter(_Kept)


def digest(*parts: Any) -> str:
    """A short name of what the parts hold, for `Asked`."""
    written = json.dumps(parts, default=str, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:32]
