"""Floors: the plain way to do the same work, written as well as that way allows."""
