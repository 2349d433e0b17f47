"""What is published never changes: what was read and rendered of it is kept, by what it was made from."""

from collections import OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import current_app

MOST = 300  # a page of 60 sessions keeps about 40 KB


class Kept:
    """The latest results by key; the one asked for least recently falls out. Each operation is atomic under the GIL."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any:  # noqa: ANN401 - whatever was kept under the key
        """What was kept, or None."""
        value = self._values.get(key)
        if value is not None:
            with suppress(KeyError):  # another thread may just have dropped it
                self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: object) -> None:
        """Keep a result."""
        self._values[key] = value
        while len(self._values) > self._most:
            self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()


@dataclass(frozen=True, slots=True)
class Stores:
    """What this application keeps: sessions as read, agendas as rendered, and whole pages of people."""

    schedules: Kept
    agendas: Kept
    pages: Kept


def stores() -> Stores:
    """The stores of this application; another application (another database) has its own."""
    held: Stores | None = current_app.extensions.get("modules.kept")
    if held is None:
        held = current_app.extensions["modules.kept"] = Stores(Kept(), Kept(), Kept())
    return held
