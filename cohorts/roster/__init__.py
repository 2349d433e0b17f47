"""Rosters: from the bytes of a file to rows, and from rows to verdicts. No database."""

from cohorts.roster.columns import Roster, RosterRow, read_roster

__all__ = ["Roster", "RosterRow", "read_roster"]
