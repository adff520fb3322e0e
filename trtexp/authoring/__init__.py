"""What writes experiments: `trtexp new` and `trtexp accept`.

May import spec, layers, judging, records, migration and what runs left pending.
"""
