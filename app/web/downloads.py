"""Handing files out: always as attachments, never guessed at, never kept by caches."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import dump_options_header
from werkzeug.wsgi import wrap_file

from app.kernel.files.kinds import kind_by_media_type
from app.kernel.files.names import safe_name
from app.kernel.files.store import CHUNK, DiskStore, FileStore, Stored, damaged
from app.web.request import settings

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"
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


def file_store() -> FileStore:
    """Where this installation keeps the files of people."""
    return DiskStore(settings().DATA_DIR)


def send_stored(store: FileStore, stored: Stored, name: str, media_type: str) -> Response:
    """A file of the store, piece by piece; a part of it where a browser goes on with a broken download.

    Args:
        name: as somebody gave it; it is made safe here.
        media_type: what the file was found to be when it was taken in; what we do not know is sent as unknown.

    Raises:
        StorageError: it is missing, or not as long as it was.

    """
    if store.size(stored.key) != stored.size:
        raise damaged()
    kind = kind_by_media_type(media_type)
    file = store.open(stored.key)
    response = Response(
        wrap_file(request.environ, file, CHUNK), mimetype=kind.media_type if kind else UNKNOWN, direct_passthrough=True
    )
    response.content_length = stored.size
    response.set_etag(stored.key)
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=stored.size)
    except BaseException:
        response.close()
        raise
    return _guard(response, safe_name(name, kind))
