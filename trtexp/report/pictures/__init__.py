"""Pictures of what is too much to be read as numbers, as SVG of a few kilobytes, for light and for dark pages.

The same record gives the same bytes. Nothing is imported here.
"""
