"""NetworkDefinition, a network as plain data: the hinge between experiments and TensorRT; and as a program.

What stands before it (spec, layers) knows no TensorRT; what stands behind it (engine, `script`) knows no YAML and no
layer. May import numpy and nothing of this package, since it travels to workers as source.
"""
