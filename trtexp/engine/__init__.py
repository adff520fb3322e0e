"""All that knows TensorRT and CUDA. Importing a module of this package needs neither of them installed.

It travels to workers as source. May import the definition, numpy, tensorrt and cuda: nothing else.
"""
