"""Which layer of a network is wrong: each judged by itself, on the inputs that the device itself gave it.

    subject = of_import(made)                       # layers, weights, inputs
    found = list(look(subject, dump, worlds))       # a Found for each tensor that the device gave

A device is whatever gives tensors by name: a worker with marked outputs, ONNX Runtime, a file that another tool wrote.
May import models, judging, workers, and what these stand on; onnx and onnxruntime when it is asked to use them.
"""
