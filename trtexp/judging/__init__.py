"""The judge: actual, expected and reference tensors in, records with a verdict out.

compare: one tensor against another; output: one output of a case; recording, picture: what is kept of it; case: a whole
case; repeats: results of several builds and runs. May import what describes a case (spec, definition, numerics), what
the engine answers, and records.
"""
