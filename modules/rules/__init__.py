"""Pure decisions about blocks, sessions, publishing and calendars: no database, no web."""
