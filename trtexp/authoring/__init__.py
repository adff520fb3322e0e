"""What writes experiments: `trtexp new` and `trtexp accept`.

May import spec, layers, judging, records and what runs left pending.
"""
