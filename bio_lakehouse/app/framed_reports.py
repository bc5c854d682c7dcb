"""Written reports at an address of their own, for the frame that the app shows them in.

As in the UI, a page is answered in a sandbox: it has no origin and may ask for nothing.
"""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bio_lakehouse.app import opened
from bio_lakehouse.app.opened import OpenLake
from bio_lakehouse.automation.report_pages import HEADERS, PAGE_POLICY
from bio_lakehouse.reports.pages import report_key, written_reports

POLICY = PAGE_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
PATH = "/written/{lake}/{user_id}/weekly-{day}.html"


def framed_report(base: str = "") -> Route:
    """Where the pages are asked for, below the path `base`."""
    return Route(f"{base}{PATH}", answered)


def address_of(is_demo: bool, user_id: str, day: date) -> str:
    """The path of a page."""
    base = opened.lakes().base
    return base + PATH.format(lake="demo" if is_demo else "own", user_id=user_id, day=day)


def answered(request: Request) -> Response:
    """The page, where there is such a one and its person is shown here; else that there is not."""
    place = request.path_params
    only = opened.lakes().user
    is_shown = place["lake"] == "demo" or only in (None, place["user_id"])
    open_lake = lake_named(place["lake"])
    day = day_or_none(place["day"])
    if open_lake is None or day is None or not is_shown:
        return not_there()
    lake = open_lake.lake
    if day not in written_reports(lake, place["user_id"]):
        return not_there()
    headers = HEADERS | {"Content-Security-Policy": POLICY}
    return HTMLResponse(lake.objects.get(report_key(place["user_id"], day)), headers=headers)


def lake_named(name: str) -> OpenLake | None:
    lakes = opened.lakes()
    return {"own": lakes.own, "demo": lakes.demo}.get(name, lambda: None)()


def day_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def not_there() -> Response:
    return PlainTextResponse("There is no such report.\n", 404, HEADERS)
