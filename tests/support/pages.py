"""Talking to pages as a browser does that has fetched a form before it sends it."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from flask import session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse


def csrf_token(client: FlaskClient) -> str:
    """The token that the forms of a client's pages have, without the cost of a page."""
    with client.session_transaction() as cookies:
        raw = cookies.setdefault("csrf_token", token_hex(20))
    app = client.application
    with app.app_context(), app.test_request_context():  # a ``g`` of its own: flask-wtf keeps the last token there
        session["csrf_token"] = raw
        return str(generate_csrf())


def post(
    client: FlaskClient,
    path: str,
    data: Mapping[str, Any],
    *,
    query: Mapping[str, str] | None = None,
    **kwargs: Any,  # noqa: ANN401 - as in werkzeug
) -> TestResponse:
    """Send a form with the token of the client's pages."""
    return client.post(path, data={**data, "csrf_token": csrf_token(client)}, query_string=query, **kwargs)
