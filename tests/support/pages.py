"""Talking to pages as a browser does: a form is fetched before it is sent."""

from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def csrf_token(client: FlaskClient, page: str) -> str:
    """The token of the forms on a page."""
    found = BeautifulSoup(client.get(page).data, "html5lib").select_one("input[name=csrf_token]")
    assert found is not None, f"{page} has no form"
    return str(found["value"])


def post(
    client: FlaskClient,
    path: str,
    data: Mapping[str, Any],
    *,
    page: str | None = None,
    query: Mapping[str, str] | None = None,
    **kwargs: Any,  # noqa: ANN401 - as in werkzeug
) -> TestResponse:
    """Send a form with the token of ``page`` (by default the page that it is sent to)."""
    token = csrf_token(client, page or path)
    return client.post(path, data={**data, "csrf_token": token}, query_string=query, **kwargs)
