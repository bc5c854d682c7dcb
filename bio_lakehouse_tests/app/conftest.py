"""For tests of the app: the demo lake that questions are tested on, and pages over a lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bio_lakehouse.app
from bio_lakehouse.app import opened
from bio_lakehouse.app.opened import OpenLakes
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.ask.demo_lake import moved_in, own, shared

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

APP = Path(bio_lakehouse.app.__file__).parent
SECONDS = 60

Page = Callable[[str], "AppTest"]


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """Two people, 200 and 60 days up to 11 March 2026, with everything built: read it only."""
    return shared(tmp_path_factory)


@pytest.fixture(scope="session")
def own_home(demo_lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moved_in(demo_lake, tmp_path_factory.mktemp("own"))


@pytest.fixture
def own_lake(own_home: Path) -> Iterator[Lakehouse]:
    """A copy of the demo lake, to write into."""
    with own(own_home) as lake:
        yield lake


@pytest.fixture
def full(demo_lake: Lakehouse) -> Iterator[OpenLakes]:
    """The app over the demo lake, of nobody's in particular."""
    yield opened.open_lakes(demo_lake.settings)
    opened._lakes.clear()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[OpenLakes]:
    """The app over a lake to which nothing has come."""
    yield opened.open_lakes(load_settings(home=tmp_path / "home"))
    opened._lakes.clear()


def page(name: str) -> AppTest:
    """One page, drawn; `AppTest` takes no part in Streamlit's server."""
    return drawn(APP / "screens" / f"{name}_page.py")


def whole_app() -> AppTest:
    """The app with its navigation, on its first page."""
    return drawn(APP / "main_page.py")


def drawn(script: Path) -> AppTest:
    # Streamlit's import takes 1.6 s of processor.
    from streamlit.testing.v1 import AppTest

    look_for_components_once()
    return AppTest.from_file(str(script), default_timeout=SECONDS).run()


@cache
def look_for_components_once() -> None:
    """A server reads what is installed when it starts, `AppTest` each time that it draws a page."""
    from streamlit.components.v2 import manifest_scanner

    found = manifest_scanner.scan_component_manifests()
    manifest_scanner.scan_component_manifests = lambda *_, **__: found


def said(at: AppTest) -> str:
    """All words of a page, as a reader sees them."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error)
    written = "\n".join(str(element.value) for kind in kinds for element in kind)
    return written.replace("\\", "")
