"""Who is in a lake: those that `users.toml` names, and those whose files came."""

from __future__ import annotations

from difflib import get_close_matches

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake.lakehouse import Lakehouse


def known_users(lake: Lakehouse) -> set[str]:
    """Ids of the people of this lake, `me` and that of BIO_USER among them."""
    return lake.log.users() | lake.settings.users.keys() | {lake.settings.user}


def require_user(lake: Lakehouse, user_id: str) -> str:
    """`user_id` itself; `SettingsError`, which says who there is, when nobody of that name is in
    the lake."""
    known = known_users(lake)
    if user_id in known:
        return user_id
    near = get_close_matches(user_id, sorted(known), n=1)
    question = f" Did you mean {near[0]}?" if near else ""
    raise SettingsError(
        f"there is no user {user_id!r} in this lake; there are: "
        f"{', '.join(sorted(known))}.{question}"
    )
