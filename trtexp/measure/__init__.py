"""Programs that measure what a release computes: functions by type and range, what is exact, which neighbour is taken.

They run beside a GPU and write tables, which are checked in under `numerics/measured`. May import definition, engine
and numerics, and needs TensorRT only when run.
"""
