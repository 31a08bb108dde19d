"""`make watch`: a preview again on every save, in the terminal and on a page."""
