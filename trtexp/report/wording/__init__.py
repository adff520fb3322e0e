"""How the facts of a record read: every sentence about cases, outputs, tensors, changes and tolerances is made here.

Pages, terminal, JUnit, annotations and the pytest plugin all take their words from here, and nothing reads them back.
"""
