"""Tells a team of secrets that are older than agreed."""
