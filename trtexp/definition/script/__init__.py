"""A definition as a standalone Python program, for a bug report."""
