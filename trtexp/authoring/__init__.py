"""What writes experiments: `trtexp new` and `trtexp accept`.

May import spec, layers, judging, records, migration, the words of the report room, and what runs left pending.
"""
