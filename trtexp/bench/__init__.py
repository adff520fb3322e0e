"""Figures, not tests: what a run costs (make bench), and in `accuracy` how exact the functions of a release are.

May import definition, engine, numerics, report and workers, and what it measures.
"""
