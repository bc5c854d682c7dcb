"""The app at `/app` of the Dagster UI's own port and process: `bio-lakehouse ui` starts it so.

Both then share one process's lake and engine. Streamlit is loaded when the app is first asked for.
"""

from __future__ import annotations

import sys
from asyncio import Lock

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bio_lakehouse.app import opened
from bio_lakehouse.app.app_server import guarded, streamlit_app
from bio_lakehouse.automation import web_page
from bio_lakehouse.extras import why_without
from bio_lakehouse.settings import Settings

BASE = "/app"
NOT_INSTALLED = 503


class WithApp:
    """ASGI middleware that answers for `/app`, and passes on to `page` what else is asked."""

    def __init__(self, page: ASGIApp, settings: Settings, port: int) -> None:
        self.page = page
        self.settings = settings
        self.port = port
        self.app: ASGIApp | None = None
        self.lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == BASE or path.startswith(f"{BASE}/"):
            await (await self._loaded())(scope, receive, send)
        else:
            await self.page(scope, receive, send)

    async def _loaded(self) -> ASGIApp:
        async with self.lock:
            if self.app is None:
                self.app = await run_in_threadpool(self._load)
            return self.app

    def _load(self) -> ASGIApp:
        missing = why_without("app")
        if missing:
            return PlainTextResponse(missing, NOT_INSTALLED)
        opened.open_lakes(self.settings, base=BASE)
        return guarded(streamlit_app(self.port, BASE), self.port)


if __name__ == "__main__":
    web_page.main(int(sys.argv[1]), [int(number) for number in sys.argv[2:]], WithApp)
