"""A stack, or what an edit does to it, as a picture: one self-contained page, and a small diagram for Markdown."""
