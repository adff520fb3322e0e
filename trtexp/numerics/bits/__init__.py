"""The bits of dot products: what the instructions of GPUs compute, in which order a tactic sums, and what comes out."""
