"""Whole models: TensorRT's own parser makes a network of one, which is read back as layers of an experiment.

May import definition, engine's records, layers and spec, and numpy; TensorRT itself is asked through a worker.
"""
