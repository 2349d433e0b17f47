"""Reading certificates: the scope, the register, what waits to be issued, look-ups, and whether all is whole."""
