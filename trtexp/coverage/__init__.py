"""How much of the API the experiments reach: methods, attributes and enum members, by layer and by release.

May import what describes experiments (spec, layers, definition, releases), and report for its page.
"""
