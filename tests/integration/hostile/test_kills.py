"""A server that dies while it issues leaves all or nothing. The long campaign: ``make bench NAME=kill_issuing``."""

from flask import Flask

from tests.integration.hostile.killing import campaign

MOMENTS = (0.3, 0.6, 0.8, 0.95, 1.1)


def test_a_killed_server_issues_all_or_nothing(own_app: Flask) -> None:
    outcome = campaign(own_app, moments=MOMENTS, people=20)
    assert (outcome.partial, outcome.lost, outcome.gaps, outcome.complaints) == (0, 0, 0, [])
