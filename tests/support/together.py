"""Doing several things at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run works at the same moment, each in its own thread; gives what each returned or raised."""
    barrier = Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait(10)
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[place] = error

    threads = [Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
