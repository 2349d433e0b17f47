"""What every test may ask for: see the modules named here."""

from hypothesis import HealthCheck, settings

pytest_plugins = (
    "tests.support.postgres",
    "tests.support.database",
    "tests.support.browser",
    "tests.support.demonstration",
    "tests.support.visiting",
)

# No test is timed: a busy machine is no failure. Speed lives in bench/. The same examples each time: a commit that was
# green stays green. ``pytest --hypothesis-profile=search tests/unit`` looks for others.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", settings.get_profile("house"), derandomize=False, max_examples=2000)
settings.load_profile("house")
