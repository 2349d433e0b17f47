"""Reading certificates: whose (scope), the register, what waits to be issued, look-ups, and whether all of it is whole."""
