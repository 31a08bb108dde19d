"""The offline preview: record the program's graph, run the policy pack on it, price it, draw it.

Nothing here talks to AWS or needs credentials, the Pulumi CLI or a network. The entry point is `python -m preview`.
"""
