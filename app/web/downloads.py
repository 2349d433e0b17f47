"""Handing files out: always as attachments, never guessed at, never kept by caches."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
SANDBOX = "sandbox; default-src 'none'"


def _guard(response: Response, name: str) -> Response:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    options: dict[str, str | None] = {"filename": plain}
    if plain != name:
        options["filename*"] = "UTF-8''" + quote(name, safe="")  # RFC 8187: werkzeug takes it as it is
    response.headers["Content-Disposition"] = dump_options_header("attachment", options)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    return response


def send_bytes(data: bytes | Iterable[bytes], name: str, mimetype: str) -> Response:
    """A file from memory or from a generator, under a name in any script (RFC 6266)."""
    return _guard(Response(data, mimetype=mimetype), name)
