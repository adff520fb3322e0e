"""What goes to disk: frozen records of a run, what differs between two of them, and what they say about tolerances.

May import numerics, definition and errors; nothing of what makes records, and nothing of what shows them.
"""
