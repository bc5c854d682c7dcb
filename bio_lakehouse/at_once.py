"""Some of very many things done at once, in threads: for work that waits, or lets others go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_turn(
    function: Callable[[Item], Result], items: Iterable[Item], most: int
) -> Iterator[Result]:
    """As `map`, with up to `most` of the items being worked on while the next one is looked for: no
    more than that are held. An error comes in its turn."""
    with ThreadPoolExecutor(most) as threads:
        begun: deque[Future[Result]] = deque()
        for item in items:
            if len(begun) == most:
                yield begun.popleft().result()
            begun.append(threads.submit(function, item))
        while begun:
            yield begun.popleft().result()
