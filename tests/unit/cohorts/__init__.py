"""Programme files and rosters, without a database."""
