"""Who is in a lake that is in a bucket: `users.toml` stands beside its data, and each machine has a
copy in its home, where the settings read it."""

from __future__ import annotations

from pathlib import Path

from bio_lakehouse.lake.objects import ObjectStore, write_atomically

KEY = "users.toml"


def fetch(objects: ObjectStore, home: Path) -> None:
    """Bring the home's copy to what the bucket says; a bucket that says nothing leaves it alone."""
    if not objects.exists(KEY):
        return
    content, path = objects.get(KEY), home / KEY
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)
