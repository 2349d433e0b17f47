"""What every test may ask for: see the modules named here."""

from hypothesis import HealthCheck, settings

pytest_plugins = (
    "tests.support.postgres",
    "tests.support.database",
    "tests.support.browser",
    "tests.support.demonstration",
    "tests.support.visiting",
)

# No test is timed: a busy machine is no failure. Speed lives in bench/.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
