"""A small shop: the application's half of what the stack file promises."""
