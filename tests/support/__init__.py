"""What the tests stand on: a PostgreSQL server, databases, a browser, an application that answers."""
