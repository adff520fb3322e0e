"""YAML text -> located, validated, frozen experiments.

May import layers, definition and numerics; nothing that runs, judges or shows.
"""
