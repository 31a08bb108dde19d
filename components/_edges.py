"""Order that properties alone do not express."""

from __future__ import annotations

from pulumi import CustomResource, Input, Output


def known_after(value: Input[str], *resources: CustomResource) -> Output[str]:
    """Return a value that is known only once other resources exist.

    What uses it is then made after them and deleted before them, wherever in the program it stands.
    """
    return Output.all(value, *(resource.id for resource in resources)).apply(lambda known: str(known[0]))
