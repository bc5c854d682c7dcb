"""An answer that comes as a stream, received beside the program until its deadline and no
longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Client(Protocol):
    """What of an SDK's client is needed here."""

    def close(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class Received:
    """One request's outcome, filled in as it comes; `error` is what ended it before its own end."""

    error: Exception | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def was_refused(self) -> bool:
        """Whether a status refused it: that costs nothing."""
        return getattr(self.error, "status_code", None) is not None

    def comes_by(self, deadline: float, client: Client, receive: Callable[[], None]) -> bool:
        """Whether `receive` ended before `deadline` on the monotonic clock; the client is closed
        either way."""
        threading.Thread(target=self._fill, args=(receive,), daemon=True).start()
        in_time = self.is_over.wait(max(deadline - time.monotonic(), 0.0))
        client.close()
        return in_time

    def _fill(self, receive: Callable[[], None]) -> None:
        try:
            receive()
        except Exception as error:  # noqa: BLE001 - whatever a network can do must end in an answer
            self.error = error
        finally:
            self.is_over.set()
