"""Records -> Markdown, terminal, JUnit, annotations. It puts facts into words and judges nothing.

`markdown.render` makes the page of one experiment on one release, `matrix.render_matrix` the overview of all, and
`wording` makes every sentence. Nothing is imported here, so that a command that writes no report does not pay for
jinja2.

May import the definition, errors, records and numerics, jinja2 and rich.
"""
