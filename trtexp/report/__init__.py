"""Records -> Markdown, terminal, JUnit, annotations. It arranges what the records say and judges nothing.

`markdown.render` makes the page of one experiment on one release, `matrix.render_matrix` the overview of all, and
`write` puts them on disk. Nothing is imported here, so that a command that writes no report does not pay for jinja2.

May import records and numerics, jinja2 and rich.
"""
