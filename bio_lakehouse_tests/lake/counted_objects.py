"""A store that counts what is read of it and written to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bio_lakehouse.lake.objects import FolderStore


class CountedObjects:
    """Another store's objects, with the keys that were read and written since."""

    def __init__(self, store: FolderStore) -> None:
        self.store = store
        self.read: list[str] = []
        self.written: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return self.store.get(key)

    def find_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        found = self.store.find_many(keys)
        self.read += found
        return found

    def put(self, key: str, content: bytes) -> None:
        self.written.append(key)
        self.store.put(key, content)

    def put_many(self, contents: Mapping[str, bytes]) -> None:
        self.written += contents
        self.store.put_many(contents)
