"""The rules of the house, as tests: each is broken on purpose too, to see that it bites."""
