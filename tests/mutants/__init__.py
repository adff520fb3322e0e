"""Planted bugs: one list of them, ways to plant each in the running process, and the tests that must see it."""
