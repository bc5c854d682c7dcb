"""The lakes that the app of this process has open, each once for all sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bio_lakehouse.app.background import BackgroundWork
from bio_lakehouse.lake import demo_home
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.people import known_users
from bio_lakehouse.settings import Settings, load_settings

if TYPE_CHECKING:
    from bio_lakehouse.ask.asking import Asking


@dataclass
class OpenLake:
    """One lake with what all sessions share: the engine that answers, and the work that goes on.

    `building` is what changes the lake, one thing at a time; `signing_in` waits for a person.
    """

    lake: Lakehouse
    building: BackgroundWork = field(default_factory=BackgroundWork)
    signing_in: BackgroundWork = field(default_factory=BackgroundWork)

    @property
    def settings(self) -> Settings:
        return self.lake.settings

    @cached_property
    def asking(self) -> Asking:
        """What answers questions: its engine and cache are the same for everybody who asks."""
        from bio_lakehouse.ask.asking import Asking
        from bio_lakehouse.engines.question_processes import warm_up

        warm_up()
        return Asking(self.lake)

    @property
    def version(self) -> str:
        """What stands for all that the tables, the log and the pages say now."""
        places = self.lake.backend.catalog(self.lake).locations()
        changed = max((info.modified for info in self.lake.objects.list("reports")), default=None)
        log = f"{self.lake.log.owed.newest()} {self.lake.log.state()}"
        return f"{sorted(places.items())} {changed} {log} {self.settings.today()}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come yet."""
        return self.lake.log.is_empty()

    @property
    def is_demo(self) -> bool:
        """Whether its person is made up."""
        return (self.settings.home / demo_home.MARK).exists()

    def people(self) -> list[str]:
        """Who is in the lake, the default user first."""
        first = self.settings.user
        return sorted(known_users(self.lake), key=lambda user: (user != first, user))


@dataclass
class OpenLakes:
    """The lake that the app was started with, and the demo's beside it.

    `user` fixes whose rows are seen; `base` is the path below which the app is.
    """

    settings: Settings
    user: str | None = None
    base: str = ""
    demo_days: int = 180
    _open: dict[Path, OpenLake] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def demo_settings(self) -> Settings:
        """Those of the demo: a home of its own, so that it never mixes with a person's data."""
        home = self.settings.home
        own = home.with_name(f"{home.name}-demo")
        return load_settings(home=own, profile="local", local_only=True)

    def own(self) -> OpenLake:
        """The lake that the app was started with."""
        return self._opened(self.settings)

    def demo(self) -> OpenLake:
        """The demo's lake."""
        return self._opened(self.demo_settings)

    def all(self) -> list[OpenLake]:
        """Those that were opened."""
        return list(self._open.values())

    def end(self) -> None:
        """End the work that goes on in any of them."""
        for one in self.all():
            one.building.end()
            one.signing_in.end()

    def _opened(self, settings: Settings) -> OpenLake:
        with self._lock:
            if settings.home not in self._open:
                self._open[settings.home] = OpenLake(Lakehouse.open(settings))
            return self._open[settings.home]


_lakes: list[OpenLakes] = []


def open_lakes(settings: Settings, user: str | None = None, base: str = "") -> OpenLakes:
    """Say which lake this process's app shows."""
    _lakes[:] = [OpenLakes(settings, user, base)]
    return _lakes[0]


def lakes() -> OpenLakes:
    """The lakes of this process's app; those of the environment's home when nobody said which."""
    return _lakes[0] if _lakes else open_lakes(load_settings())
