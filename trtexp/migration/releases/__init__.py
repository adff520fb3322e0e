"""The API of the known releases as data, and what a definition lacks in one of them.

May import the definition and files; nothing of TensorRT itself.
"""
