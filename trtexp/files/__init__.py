"""Files on disk: which are experiments, where runs leave what is no report, whole writes, and locks between runs.

May import nothing of this package but `errors`; the engine imports it, so its source goes to workers, too.
"""
