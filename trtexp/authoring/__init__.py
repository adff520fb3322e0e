"""What writes experiments, `trtexp new` and `trtexp accept`, and what tells which are missing: how much of the API they
reach, and which wrong number they would miss.

May import spec, layers, judging, records, migration, the words of the report room, and what runs left pending.
"""
