"""Experiments against the API of a release: what it lacks, whether they say so, and what to write instead.

`releases` holds the API of the known releases as data. May import spec, records, files, definition and errors, and
report for its page.
"""
