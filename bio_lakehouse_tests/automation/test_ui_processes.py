"""How `bio-lakehouse ui` starts and ends: real processes, ports and signals. `test_ui_live.py` holds
that one that has started is the only one of its home, and leaves nothing."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from bio_lakehouse_tests.automation.ui_process import UserInterface, members, start_ui, wait
from bio_lakehouse_tests.conftest import free_port


def refused(home: Path, port: int, log: Path) -> str:
    """What is said by a `ui` that does not start."""
    assert start_ui(home, port, log).wait(300) == 1
    return log.read_text("utf-8")


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, "127.0.0.1"),
        pytest.param(socket.AF_INET6, "::1", marks=pytest.mark.thorough),
    ],
)
def test_a_taken_port_is_an_error_before_anything_starts(
    tmp_path: Path, family: socket.AddressFamily, address: str
) -> None:
    try:
        other = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip(f"this machine has no {address}")
    with other:
        port = other.getsockname()[1]
        said = refused(tmp_path / "home", port, tmp_path / "log")
    assert f"Port {port} cannot be used" in said
    assert f"bio-lakehouse ui --port {port + 1}" in said
    assert "UI is at" not in said
    assert not (tmp_path / "home" / "dagster" / "dagster.yaml").exists()


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.thorough),
        pytest.param(signal.SIGHUP, marks=pytest.mark.thorough),
        signal.SIGKILL,
    ],
)
def test_a_signal_while_it_starts_ends_everything(tmp_path: Path, number: signal.Signals) -> None:
    with UserInterface(tmp_path / "home", free_port()) as ui:
        wait(ui.page, "the web page's process", ui.process)
        group = ui.page()
        assert group is not None
        wait(lambda: len(members(group)) >= 2, "the code server", ui.process)
        ui.process.send_signal(number)
        expected = -signal.SIGKILL if number == signal.SIGKILL else 0
        assert ui.process.wait(180) == expected
        wait(lambda: not members(group), f"the end of {members(group)}")
        assert "Traceback" not in ui.said()


def test_an_impatient_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """A second signal while it ends does not leave the rest behind."""
    with UserInterface(tmp_path / "home", free_port()) as ui:
        wait(ui.page, "the web page's process", ui.process)
        group = ui.page()
        assert group is not None
        for _ in range(3):
            ui.process.send_signal(signal.SIGINT)
        assert ui.process.wait(180) == 0
        assert members(group) == []
