"""Cohorts: programmes, their intakes, and the people on them."""
