"""Pure decisions about groups, commissions, sittings and their minutes: no database, no web."""
