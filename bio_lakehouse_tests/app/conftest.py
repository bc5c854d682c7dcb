"""For tests of the app: the demo lake that questions are tested on, and pages over a lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bio_lakehouse.app
from bio_lakehouse.app import opened
from bio_lakehouse.app.opened import OpenLakes
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.ask.demo_lake import copied, shared

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

APP = Path(bio_lakehouse.app.__file__).parent
SECONDS = 60

Page = Callable[[str], "AppTest"]


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """Two people, 200 and 60 days up to 11 March 2026, with everything built: read it only."""
    return shared(tmp_path_factory)


@pytest.fixture
def own_lake(demo_lake: Lakehouse, tmp_path: Path) -> Lakehouse:
    """A copy of the demo lake, to write into."""
    return copied(demo_lake, tmp_path)


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
    # Streamlit's import takes 1.6 s of processor.
    from streamlit.testing.v1 import AppTest

    script = APP / "screens" / f"{name}_page.py"
    return AppTest.from_file(str(script), default_timeout=SECONDS).run()


def whole_app() -> AppTest:
    """The app with its navigation, on its first page."""
    from streamlit.testing.v1 import AppTest

    return AppTest.from_file(str(APP / "main_page.py"), default_timeout=SECONDS).run()


def said(at: AppTest) -> str:
    """All words of a page, as a reader sees them."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error)
    written = "\n".join(str(element.value) for kind in kinds for element in kind)
    return written.replace("\\", "")
