"""Programs that measure what a release computes: functions by type and range, what is exact, which neighbour is taken.

They run beside a GPU, in an interpreter that has TensorRT, and write tables, which are checked in under
`numerics/measured`.
"""
