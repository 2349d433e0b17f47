"""Reading the pages of groups and defences, and typing into them."""

from collections.abc import Callable

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

Visit = Callable[..., FlaskClient]
GROUPS = "/cohorts/kel-1/groups"
DEFENCES = "/cohorts/kel-1/defences"


def soup(data: bytes) -> BeautifulSoup:
    """A page, parsed as browsers do."""
    return BeautifulSoup(data, "html5lib")


def resent(page: BeautifulSoup) -> list[tuple[str, str]]:
    """What the page of a conflict sends again."""
    return [(str(field["name"]), str(field["value"])) for field in page.select("main form input[name]")]
