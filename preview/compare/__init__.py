"""What an edit does to a stack: two recorded graphs, resource by resource, and what the difference means for people."""
