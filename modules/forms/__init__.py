"""Input of the pages of modules."""
