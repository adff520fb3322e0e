"""The command line: arguments, exit codes, and a file for each command.

May import every room but pytest_plugin and bench.
"""
