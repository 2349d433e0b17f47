"""The QR code of a certificate's address, quickly: of all addresses of one host only the last 26 symbols differ.

With version, level and mask fixed, a QR symbol depends on its data bit by bit: each bit of the data turns a fixed set
of modules (its own, and those of the error correction, which is linear over GF(2)). So the symbol of any code is the
symbol of one code with the sets of the differing bits turned. Finding the sets costs about as much as drawing 150
symbols plainly, so they are found once that many have been drawn.
"""

import threading
from typing import Final

import segno

from certificates.codes import ALPHABET, CODE_SYMBOLS

QUIET_MODULES: Final = 4
_PLAIN_FIRST = 150
_ZERO = ALPHABET[0]
_BITS = 7  # every symbol is ASCII


class QrStencil:
    """Draws the QR codes of one verification address.

    Args:
        verify_base: what every address begins with.
    """

    def __init__(self, verify_base: str) -> None:
        """Choose version, level (M, or better where it costs no space) and mask."""
        chosen = segno.make(verify_base + _ZERO * CODE_SYMBOLS, error="m", mode="byte", micro=False)
        self._base = verify_base
        self._version, self._error, self._mask = chosen.version, chosen.error, chosen.mask
        self.modules = len(chosen.matrix)
        self._row_bits = -(-self.modules // 8) * 8
        self._plain_left = _PLAIN_FIRST
        self._turns: list[dict[str, int]] | None = None
        self._origin = 0
        self._lock = threading.Lock()

    def bitmap(self, code: str) -> bytes:
        """Return the symbol row by row from the top, a bit for each module (1 is dark), rows padded to whole bytes."""
        quick = self._turns is not None or self._spend()
        picture = self._turned(code) if quick else self._drawn(code)
        return picture.to_bytes(self._row_bits // 8 * self.modules, "big")

    def _spend(self) -> bool:
        """Count one symbol drawn plainly; once enough were, find the sets and say so."""
        with self._lock:
            self._plain_left -= 1
            if self._plain_left < 0 and self._turns is None:
                self._origin = self._drawn(_ZERO * CODE_SYMBOLS)
                self._turns = [self._turns_at(place) for place in range(CODE_SYMBOLS)]
            return self._turns is not None

    def _turned(self, code: str) -> int:
        picture = self._origin
        for turns, symbol in zip(self._turns or (), code, strict=True):
            picture ^= turns[symbol]
        return picture

    def _turns_at(self, place: int) -> dict[str, int]:
        """Return for each symbol the modules that it turns when it stands at a place instead of a zero."""
        by_bit = []
        for bit in range(_BITS):
            symbols = [_ZERO] * CODE_SYMBOLS
            symbols[place] = chr(ord(_ZERO) ^ 1 << bit)
            by_bit.append(self._drawn("".join(symbols)) ^ self._origin)
        turns = {}
        for symbol in ALPHABET:
            picture = 0
            for bit in range(_BITS):
                if (ord(symbol) ^ ord(_ZERO)) >> bit & 1:
                    picture ^= by_bit[bit]
            turns[symbol] = picture
        return turns

    def _drawn(self, code: str) -> int:
        symbol = segno.make(
            (self._base + code).encode("ascii"),
            version=self._version,
            error=self._error,
            mask=self._mask,
            mode="byte",
            micro=False,
            boost_error=False,
        )
        padding = b"\0" * (self._row_bits - self.modules)
        bits = b"".join(bytes(row) + padding for row in symbol.matrix)
        return int(bits.translate(_DIGITS), 2)


_DIGITS: Final = b"01" + bytes(254)
