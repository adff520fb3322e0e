"""Networks by the million that nobody wrote, asked of trtexp's models and of TensorRT itself; where the two differ, the
smallest network that shows it is kept.

May import definition, errors, files, numerics, engine, layers, releases, spec, workers, running and authoring, and
hypothesis and pydantic.
"""
