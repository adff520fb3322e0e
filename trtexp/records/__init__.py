"""What goes to disk: frozen records of a run, what differs between two of them, and what they say about tolerances.

facts: what records are made of; model: the records; tensors, picture: their values; files: their JSON; upgrade: those
of older formats; diff, audit: what they say together.

May import numerics, definition, errors and files; nothing of what makes records, and nothing of what shows them.
"""
