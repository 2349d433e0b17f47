"""Rosters: from the bytes of a file to rows, and from rows to verdicts. No database."""
