"""What runs around `pulumi up`: by people and pipelines, not by the program."""
