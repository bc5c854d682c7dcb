"""Who is in a lake that is in a bucket: `users.toml` stands beside its data, and each machine has a
copy in its home, where the settings read it."""

from __future__ import annotations

import re
import tomllib

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake.objects import ObjectStore, write_atomically
from bio_lakehouse.settings import Settings

KEY = "users.toml"
HEADER = re.compile(r"""\s*\[\s*["']?([^\]"']*?)["']?\s*\]""")
"""The first line of a user's table."""


def fetch(objects: ObjectStore, settings: Settings) -> None:
    """Bring the home's copy to what the bucket says; a bucket that says nothing leaves it alone, as
    does one whose file cannot be read: `SettingsError` names it."""
    content, path = objects.find_many([KEY]).get(KEY), settings.home / KEY
    if content is None:
        return
    _require_readable(content, objects.uri(KEY), settings)
    if not (path.exists() and path.read_bytes() == content):
        write_atomically(path, content)


def _require_readable(content: bytes, place: str, settings: Settings) -> None:
    try:
        settings.profiles_in(content.decode("utf-8-sig"), place)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{place}: it is not UTF-8; save it as UTF-8") from error
    except SettingsError as error:
        raise SettingsError(
            f"{error}. Correct it there: every machine's copy follows it"
        ) from error


def without(text: str, user_id: str) -> str:
    """`users.toml` without a user's table, and otherwise as it was written.

    `SettingsError` where that cannot be done without writing the file anew.
    """
    wanted = {name: of_user for name, of_user in tomllib.loads(text).items() if name != user_id}
    kept, is_theirs = [], False
    for line in text.splitlines(keepends=True):
        header = HEADER.match(line)
        if header:
            is_theirs = header[1] == user_id
        if not is_theirs:
            kept.append(line)
    result = "".join(kept)
    if tomllib.loads(result) != wanted:
        raise SettingsError(f"{KEY}: remove the table [{user_id}] by hand, then run it again")
    return result


def forget(objects: ObjectStore, user_id: str, *, is_trial: bool = False) -> int:
    """Remove a user from who is in the lake; whether they stood there, as 1 or 0."""
    if not objects.exists(KEY):
        return 0
    text = objects.get(KEY).decode("utf-8-sig")
    if user_id not in tomllib.loads(text):
        return 0
    if not is_trial:
        objects.put(KEY, without(text, user_id).encode())
    return 1
