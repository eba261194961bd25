"""Pictures of a situation: one page for a browser, drawn in Python, moved by a little script."""
