"""Records -> Markdown, terminal, JUnit, annotations. It puts facts into words and judges nothing.

`wording` makes every sentence, `markdown.render` the page of one experiment on one release, `pictures` what lies beside
it, `navigation` the links between pages, `matrix.render_matrix` the overview of all. Nothing is imported here, so that
a command that writes no report does not pay for jinja2.

May import the definition, errors, records and numerics, jinja2 and rich.
"""
