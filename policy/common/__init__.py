"""What the pack and the program judge alike: pure functions over text, with the standard library alone, and their tables in `data`."""
