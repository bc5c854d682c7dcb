"""What a Spark elsewhere is told to build: days of one table, as the arguments of a job, and
people's measures beside them, which no console and no log may show."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

User = Mapping[str, Any]
USERS = "users"


@dataclass(frozen=True, slots=True)
class TableOrder:
    """Days `first` to `last` of `table` (`bio_silver.oura_sleep`), made from the objects at
    `objects` (`s3://bucket`) and the tables of the session's catalog `catalog`.

    `users` are rows of `build.silver.USERS`: what the settings say of each person.
    """

    table: str
    first: date
    last: date
    objects: str
    catalog: str
    users: tuple[User, ...] = ()

    def arguments(self) -> dict[str, str]:
        """As a job takes them, each by its name: without anything of a person."""
        return {
            "--table": self.table,
            "--first": self.first.isoformat(),
            "--last": self.last.isoformat(),
            "--objects": self.objects,
            "--catalog": self.catalog,
        }

    def extras(self) -> dict[str, list[dict[str, Any]]]:
        """What travels beside the arguments, in Pipes' context: the users."""
        return {USERS: [dict(user) for user in self.users]}

    @classmethod
    def read(cls, words: Sequence[str], extras: Mapping[str, Any]) -> TableOrder:
        """The order among the words of a command line, where all else is left alone, and what came
        beside them."""
        parser = ArgumentParser(allow_abbrev=False)
        for name in ("table", "objects", "catalog"):
            parser.add_argument(f"--{name}", required=True)
        for name in ("first", "last"):
            parser.add_argument(f"--{name}", required=True, type=date.fromisoformat)
        found, _ = parser.parse_known_args(list(words))
        return cls(**vars(found), users=tuple(extras[USERS]))
