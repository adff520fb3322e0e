"""Files on disk: which are experiments, whole writes, and locks between runs.

May import nothing of this package but `errors`.
"""
