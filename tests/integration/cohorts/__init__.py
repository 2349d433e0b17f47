"""Programmes, cohorts and their people, with a database."""
