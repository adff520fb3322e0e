"""YAML text -> located, validated, frozen experiments.

May import layers, definition, numerics and errors; nothing that runs, judges or shows.
"""
