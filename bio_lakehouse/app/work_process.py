"""The process that does what the app was asked to do: told on its input as a line of JSON, it tells
what becomes of it as lines of JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from bio_lakehouse import workflows
from bio_lakehouse.app.arrived import arrived_files
from bio_lakehouse.automation.instance import dagster_home
from bio_lakehouse.automation.running import is_any_going
from bio_lakehouse.command_parts import in_a_sentence
from bio_lakehouse.display import what_came, what_changed
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import demo_home
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import IngestOutcome

LOOK_SECONDS = 1.0
BUILT_BY_UI = "The Dagster UI is open over this lake: its daemon builds what changed."
Order = Mapping[str, Any]
Tell = Callable[..., None]


def main() -> None:
    """Do what the first line of the input says."""
    order = json.loads(sys.stdin.readline())
    tell = teller(told_apart())
    threading.Thread(target=end_with_parent, args=[order.get("folder")], daemon=True).start()
    try:
        outcome = carried_out(order, tell)
    except (BioLakehouseError, OSError) as problem:
        tell("failed", reason=str(in_a_sentence(problem)))
    else:
        tell("done", outcome=outcome)


def told_apart() -> TextIO:
    """Where events go: what anything else prints goes to the standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def teller(stream: TextIO) -> Tell:
    def tell(event: str, **values: Any) -> None:
        stream.write(json.dumps({"event": event, **values}) + "\n")
        stream.flush()

    return tell


def end_with_parent(uploads: str | None = None) -> None:
    """Our input ends when the app has gone, however it went: a run that is cut off is made again
    later, and the folder of uploads, which nobody else removes now, goes with it."""
    sys.stdin.read(1)
    if uploads:
        shutil.rmtree(uploads, ignore_errors=True)
    os._exit(1)


def carried_out(order: Order, tell: Tell) -> dict[str, Any]:
    """Do it, and what came of it."""
    settings = load_settings(
        home=Path(order["home"]),
        local_only=order.get("local_only") or None,
        today_override=order.get("today"),
    )
    lake = Lakehouse.open(settings)

    def step(title: str, name: str, done: int, total: int) -> None:
        tell("step", step=f"{title}: {name}" if name else title, done=done, total=total)

    with workflows.progress_told_to(step):
        return WORK[order["kind"]](lake, order, tell)


def bring_in(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Land files and build what they change, where no UI of this home does it."""
    tell("step", step="Reading the files", done=0, total=0)
    paths = [Path(path) for path in order["paths"]]
    return built(lake, order, tell, workflows.land(lake, paths, order["user"]))


def built(lake: Lakehouse, order: Order, tell: Tell, landed: IngestOutcome) -> dict[str, Any]:
    """Build what landed when it is our turn, and tell what came of it that is the person's."""
    own = of_person(landed, order["user"])
    shown = {"files": arrived_files(lake, own), "came": what_came(own)}
    if demo_home.is_open(lake.settings.home):
        return shown | {"changed": BUILT_BY_UI}
    await_turn(lake, tell)
    return shown | {"changed": what_changed(workflows.build_landed(lake, landed))}


def of_person(landed: IngestOutcome, user_id: str) -> IngestOutcome:
    """Less what lay in landing of others: a page is one person's."""
    own = [one for one in landed.arrivals if one.entry.user_id == user_id]
    return replace(landed, arrivals=own, waiting={})


def await_turn(lake: Lakehouse, tell: Tell) -> None:
    """Wait while a run of this home is going in another process."""
    folder = dagster_home(lake.settings)
    if is_any_going(lake.settings, folder):
        tell("step", step="Waiting for a run that was begun elsewhere", done=0, total=0)
    while is_any_going(lake.settings, folder):
        time.sleep(LOOK_SECONDS)


def make_demo(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Make up a person and bring their files in."""
    workflows.run_demo(lake, order["days"], seed=1)
    return {}


def day_of(order: Order) -> date | None:
    return date.fromisoformat(order["day"]) if order.get("day") else None


def write_report(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Write a week's report, the newest when none is named."""
    await_turn(lake, tell)
    made = workflows.run_report(lake, order["user"], day_of(order))
    return {"path": str(made.path)}


def make_insights(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Make the insights as of a day."""
    await_turn(lake, tell)
    day = day_of(order)
    workflows.run_refresh(lake, day, day, "group:insights")
    return {}


def sign_in_to_oura(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Wait until the person has said yes on Oura's page, whose address is told."""

    def show(address: str) -> bool:
        tell("link", address=address)
        return True

    def announce(text: str) -> None:
        tell("says", text=text)

    workflows.run_oura_login(lake, order["user"], announce, show)
    return {}


def sign_in_to_peloton(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Open a browser window in which the person signs in."""

    def announce(text: str) -> None:
        tell("says", text=text)

    workflows.run_peloton_login(lake, order["user"], announce)
    return {}


def sync_oura(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Fetch the newest days and build what they change."""
    landed = workflows.run_oura_sync(lake, order["user"], land_only=True).landed
    return fetched(lake, order, tell, landed)


def sync_peloton(lake: Lakehouse, order: Order, tell: Tell) -> dict[str, Any]:
    """Download the workouts and build what they change."""
    landed = workflows.run_peloton_sync(lake, order["user"], land_only=True).landed
    return fetched(lake, order, tell, landed)


def fetched(lake: Lakehouse, order: Order, tell: Tell, landed: list[str]) -> dict[str, Any]:
    return built(lake, order, tell, workflows.take_landed(lake, order["user"])) | {
        "landed": len(landed)
    }


WORK: dict[str, Callable[[Lakehouse, Order, Tell], dict[str, Any]]] = {
    "bring in": bring_in,
    "demo": make_demo,
    "report": write_report,
    "insights": make_insights,
    "sign in to oura": sign_in_to_oura,
    "sign in to peloton": sign_in_to_peloton,
    "fetch oura": sync_oura,
    "fetch peloton": sync_peloton,
}
"""What may be asked for, by the order's `kind`."""


if __name__ == "__main__":
    main()
