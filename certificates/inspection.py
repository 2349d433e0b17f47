"""Looking into a PDF that claims to be a certificate: which code it carries, how it differs from ours. No database.

Only what our own renderings have is read; a file that another program saved again keeps its code but few of its bytes.
"""

import re
import zlib
from dataclasses import dataclass
from itertools import zip_longest

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024
_CODE = re.compile(rb"/verify/([0-9A-HJKMNP-TV-Z]{26})(?![0-9A-Z])")
_INFO = re.compile(rb"/(Title|Author|Subject) ?(?:<([0-9A-Fa-f]*)>|\(((?:[^()\\]|\\.)*)\))")
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_STREAM = re.compile(rb"(?<!end)stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_MOST_INFLATED = 4_000_000
_LABELS = {"Title": "title", "Author": "issuer", "Subject": "programme"}


class UnreadableError(ValueError):
    """The file is no PDF at all."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file claims about itself.

    Args:
        codes: the verification codes that it carries, in order.
        info: title, issuer and programme from the document's information.

    """

    codes: tuple[str, ...]
    info: dict[str, str]


def claim_of(data: bytes) -> Claim:
    """Read what a file claims.

    Raises:
        UnreadableError: it is no PDF.

    """
    if _HEADER not in data[:_HEADER_WITHIN]:
        msg = "it is no PDF"
        raise UnreadableError(msg)
    everything = b"\n".join([data, *_streams(data)])
    codes = dict.fromkeys(match.decode() for match in _CODE.findall(everything))
    info = {_LABELS[name.decode()]: _text(digits, plain) for name, digits, plain in _INFO.findall(data)}
    return Claim(tuple(codes), info)


def _streams(data: bytes) -> list[bytes]:
    return [_inflated(body) for body in _STREAM.findall(data)]


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, _MOST_INFLATED)
    except zlib.error:
        return b""


def _text(digits: bytes, plain: bytes) -> str:
    if not digits:
        return plain.decode("latin-1")
    raw = bytes.fromhex(digits.decode() + "0" * (len(digits) % 2))
    return (
        raw.removeprefix(b"\xfe\xff").decode("utf-16-be", "replace")
        if raw[:2] == b"\xfe\xff"
        else raw.decode("latin-1")
    )


def differences(found: bytes, expected: bytes) -> list[str]:
    """In what a file differs from the register's own rendering, one sentence each; empty when it does not."""
    if found == expected:
        return []
    ours, theirs = claim_of(expected).info, claim_of(found).info
    said = [
        f"its {label} says “{theirs.get(label, '')}”, the register's says “{text}”"
        for label, text in ours.items()
        if theirs.get(label, "") != text
    ]
    pairs = list(zip_longest(_objects(found), _objects(expected)))
    changed = sum(1 for one, other in pairs if one != other)
    if changed:
        said.append(f"{changed} of {len(pairs)} parts of the file differ from the register's")
    elif len(found) != len(expected):
        said.append(f"it has {len(found)} bytes, the register's has {len(expected)}")
    return said or ["its bytes differ from the register's"]


def _objects(data: bytes) -> list[tuple[bytes, bytes]]:
    return _OBJECT.findall(data)
