"""make bench: what a run costs, side by side with the bare API and with Polygraphy. Figures, not tests.

May import report and workers, and what it measures.
"""
