"""What happens around every request: policies before, headers after."""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.settings import MEGABYTE, Settings
from app.web.login import to_sign_in
from app.web.policy import policy_of
from app.web.request import actor_or_none

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
COMPRESSED = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml", "text/calendar"})
WORTH_COMPRESSING = 860  # bytes: below this the answer fits one packet anyway
ROOM_FOR_FORM = MEGABYTE  # fields alone, or beside the largest file: one a little larger is refused by its own form
PADDING = 100  # bytes at most, of random length: hides the length of secrets (BREACH)


def guard() -> ResponseReturnValue | None:
    """Deny by default: no policy, no answer; out of reach is the same as not there."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    policy = policy_of(view)
    if policy is None:
        abort(404)
    if policy.public:
        return None
    actor = actor_or_none()
    if actor is None:
        return to_sign_in()
    if policy.permission is not None and not actor.may(policy.permission):
        abort(404)
    return None


def limit_form() -> None:
    """A form without a file is short, or its fields alone would cost seconds: only those of multipart are counted."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = min(ROOM_FOR_FORM, request.max_content_length or ROOM_FOR_FORM)


def headers(response: Response) -> Response:
    """The headers of every answer."""
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    settings: Settings = current_app.extensions["settings"]
    if settings.https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        private = current_user.is_authenticated
        response.headers["Cache-Control"] = "private, no-cache" if private else "no-cache"
    return response


def compress(response: Response) -> Response:
    """Compress texts. The gzip header carries a file name of random length against guessing by size."""
    if (
        response.mimetype not in COMPRESSED
        or response.status_code in {204, 304}
        or response.headers.get("Content-Encoding")
        or response.headers.get("Content-Range")
    ):
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in request.headers.get("Accept-Encoding", "") or (
        response.is_streamed and not response.direct_passthrough
    ):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < WORTH_COMPRESSING:
        return response
    buffer = BytesIO()
    padding = secrets.token_hex(secrets.randbelow(PADDING) // 2 + 1)
    with gzip.GzipFile(padding, "wb", 6, buffer, mtime=0) as packed:
        packed.write(data)
    response.set_data(buffer.getvalue())
    response.headers["Content-Encoding"] = "gzip"
    if response.headers.get("ETag"):
        response.set_etag(response.get_etag()[0] or "", weak=True)
    return response


def init_hooks(app: Flask) -> None:
    """Hang the hooks in."""
    app.before_request(guard)
    app.after_request(compress)
    app.after_request(headers)
