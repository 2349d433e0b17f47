"""What every test may ask for: see the modules named here."""

pytest_plugins = (
    "tests.support.postgres",
    "tests.support.database",
    "tests.support.browser",
    "tests.support.demonstration",
)
