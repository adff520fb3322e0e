"""Experiments against the API of a release: what it lacks, whether they say so, and what to write instead.

May import spec, releases, definition and errors, and report for its page.
"""
