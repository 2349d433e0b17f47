"""Static files: addresses that carry the content's hash, so that they may be kept for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

YEAR = 31_536_000


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@cache
def _address(folder: str, prefix: str, name: str) -> str:
    return f"{prefix}{name}?v={_digest(Path(folder) / name)}"


def static_url(name: str) -> str:
    """The address of a static file; another content has another address."""
    return _address(str(current_app.static_folder), url_for("static", filename=""), name)


def keep(response: Response) -> Response:
    """Let a file be kept for a year when its address carries its hash."""
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def init_static(app: Flask) -> None:
    """Register the addresses and the caching."""
    app.after_request(keep)
    app.jinja_env.globals["static_url"] = static_url
