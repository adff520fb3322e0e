"""All that knows TensorRT and CUDA. Importing a module of this package needs neither of them installed."""
