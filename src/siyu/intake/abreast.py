"""Work on two cores with little held at once."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

ItemT = TypeVar("ItemT")
MadeT = TypeVar("MadeT")


def abreast(work: Callable[[ItemT], MadeT], items: Iterable[ItemT], ahead: int) -> Iterator[MadeT]:
    """What `work` makes of each item, in their order, made side by side in threads. ahead: how many may wait."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        waiting: deque[Future[MadeT]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
