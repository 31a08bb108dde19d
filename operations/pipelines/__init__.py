"""Workflows for GitHub Actions, written from the stack files of an application: every step is a `make` target that a person can run."""
