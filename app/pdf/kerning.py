"""Pair kerning out of a TrueType file's GPOS table, which ReportLab does not read.

Only what kerning needs: pair adjustment (lookup type 2, formats 1 and 2, also through extension lookups of type 9) and
of it only the advance of the first glyph. Source: the OpenType specification, chapter GPOS.
"""

from bisect import bisect_right
from collections.abc import Iterator
from struct import unpack_from

_PAIR, _EXTENSION = 2, 9
_X_ADVANCE = 0x0004


class Kerning:
    """The kerning of one face.

    Args:
        table: the GPOS table; empty if the face has none.
    """

    def __init__(self, table: bytes) -> None:
        """Find the pair adjustments that the feature "kern" names."""
        self._table = table
        self._known: dict[tuple[int, int], int] = {}
        self._lookups = [list(self._subtables(lookup)) for lookup in self._kern_lookups()] if table else []

    def between(self, left: int, right: int) -> int:
        """By how many font units the second glyph moves towards (negative) or away from the first."""
        pair = (left, right)
        known = self._known.get(pair)
        if known is None:
            known = self._known[pair] = sum(self._adjusted(subtables, left, right) for subtables in self._lookups)
        return known

    def _u16(self, at: int) -> int:
        value: int = unpack_from(">H", self._table, at)[0]
        return value

    def _s16(self, at: int) -> int:
        value: int = unpack_from(">h", self._table, at)[0]
        return value

    def _kern_lookups(self) -> list[int]:
        """Where the lookups of every feature "kern" begin, whatever the script."""
        features, lookups = self._u16(6), self._u16(8)
        indices: set[int] = set()
        for i in range(self._u16(features)):
            record = features + 2 + 6 * i
            if self._table[record : record + 4] == b"kern":
                feature = features + self._u16(record + 4)
                indices.update(self._u16(feature + 4 + 2 * j) for j in range(self._u16(feature + 2)))
        return [lookups + self._u16(lookups + 2 + 2 * index) for index in sorted(indices)]

    def _subtables(self, lookup: int) -> Iterator[int]:
        """Where the pair adjustments of a lookup begin."""
        kind = self._u16(lookup)
        for i in range(self._u16(lookup + 4)):
            subtable = lookup + self._u16(lookup + 6 + 2 * i)
            if kind == _PAIR:
                yield subtable
            elif kind == _EXTENSION and self._u16(subtable + 2) == _PAIR:
                offset: int = unpack_from(">I", self._table, subtable + 4)[0]
                yield subtable + offset

    def _adjusted(self, subtables: list[int], left: int, right: int) -> int:
        """What a lookup says of a pair: the first of its subtables that knows the pair decides."""
        for subtable in subtables:
            covered = self._covered(subtable + self._u16(subtable + 2), left)
            if covered is not None:
                found = (
                    self._listed(subtable, covered, right)
                    if self._u16(subtable) == 1
                    else self._by_class(subtable, left, right)
                )
                if found is not None:
                    return found
        return 0

    def _covered(self, coverage: int, glyph: int) -> int | None:
        """The glyph's place in a coverage table, or None."""
        count = self._u16(coverage + 2)
        if self._u16(coverage) == 1:
            at = bisect_right(range(count), glyph, key=lambda i: self._u16(coverage + 4 + 2 * i)) - 1
            return at if at >= 0 and self._u16(coverage + 4 + 2 * at) == glyph else None
        at = bisect_right(range(count), glyph, key=lambda i: self._u16(coverage + 4 + 6 * i)) - 1
        record = coverage + 4 + 6 * at
        if at < 0 or glyph > self._u16(record + 2):
            return None
        return self._u16(record + 4) + glyph - self._u16(record)

    def _listed(self, subtable: int, covered: int, right: int) -> int | None:
        """Format 1: a list of right glyphs for each left one."""
        first, second = self._u16(subtable + 4), self._u16(subtable + 6)
        size = 2 + 2 * (first.bit_count() + second.bit_count())
        pairs = subtable + self._u16(subtable + 10 + 2 * covered)
        count = self._u16(pairs)
        at = bisect_right(range(count), right, key=lambda i: self._u16(pairs + 2 + size * i)) - 1
        record = pairs + 2 + size * at
        if at < 0 or self._u16(record) != right:
            return None
        return self._advance(record + 2, first)

    def _by_class(self, subtable: int, left: int, right: int) -> int:
        """Format 2: a grid of classes."""
        first, second = self._u16(subtable + 4), self._u16(subtable + 6)
        size = 2 * (first.bit_count() + second.bit_count())
        row = self._class_of(subtable + self._u16(subtable + 8), left)
        column = self._class_of(subtable + self._u16(subtable + 10), right)
        return self._advance(subtable + 16 + size * (row * self._u16(subtable + 14) + column), first)

    def _class_of(self, table: int, glyph: int) -> int:
        if self._u16(table) == 1:
            place = glyph - self._u16(table + 2)
            return self._u16(table + 6 + 2 * place) if 0 <= place < self._u16(table + 4) else 0
        at = bisect_right(range(self._u16(table + 2)), glyph, key=lambda i: self._u16(table + 4 + 6 * i)) - 1
        record = table + 4 + 6 * at
        return self._u16(record + 4) if at >= 0 and glyph <= self._u16(record + 2) else 0

    def _advance(self, value: int, kinds: int) -> int:
        """The advance in a value record of these kinds."""
        return self._s16(value + 2 * (kinds & (_X_ADVANCE - 1)).bit_count()) if kinds & _X_ADVANCE else 0
