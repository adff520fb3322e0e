"""What goes to disk: frozen records of a run, what differs between two of them, and what they say about tolerances.

facts: what records are made of; model: the records; tensors, picture: values; files: JSON; upgrade: older formats;
diff, audit: what records say.

May import numerics, definition, errors and files; nothing of what makes records, and nothing of what shows them.
"""
