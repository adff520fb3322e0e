"""YAML text -> located, validated, frozen experiments."""
