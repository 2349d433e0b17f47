"""What the numbers in addresses may be, and the paths of pages where no request is answered."""

from typing import Any

from flask import Flask, current_app
from werkzeug.routing import IntegerConverter, Map

LARGEST_KEY = 2**31 - 1  # of an INTEGER column on PostgreSQL; a larger one would be a failure there, not a 404


class KeyConverter(IntegerConverter):
    """``<int:number>`` with the bounds of a database key.

    The digits are ASCII and few: Python itself refuses to read thousands of them, which would be a failure, not a 404.
    """

    regex = "[0-9]{1,10}"

    def __init__(self, map: Map, fixed_digits: int = 0) -> None:  # noqa: A002 - as in werkzeug
        super().__init__(map, fixed_digits, max=LARGEST_KEY)


def init_routing(app: Flask) -> None:
    """Put the bounds in force; before any route is added."""
    app.url_map.converters["int"] = KeyConverter


def path_of(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as in flask.url_for
    """The path of a page of this site, also in a job or a command."""
    return current_app.url_map.bind("").build(endpoint, values)
