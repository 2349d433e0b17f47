"""Modules: the blocks of weeks, the sessions, what of them is published, and the calendar."""
