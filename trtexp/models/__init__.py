"""Whole models: TensorRT's own parser makes a network of one, which is read back as layers of an experiment."""
