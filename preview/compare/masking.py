"""Nothing that looks like a secret in clear text is shown, wherever it stands: by the names that lead to it, or by its form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from policy.common import credentials

SECRET: Final = "[secret]"  # noqa: S105 - what stands for one
_SYMBOL: Final = re.compile(r"\{[^{}]+\.\w+\}")


def masked(path: Sequence[str], value: object) -> object:
    """Return a value with `SECRET` in place of what looks like a secret.

    Args:
        path: the keys and labels that lead to it, as in `values.Difference`.
        value: plain data.
    """
    if isinstance(value, str):
        if _SYMBOL.search(value):  # what comes from another resource is named after it, and is no text of anybody's
            return credentials.redacted(value, SECRET)
        names = [step.strip("[]") for step in path[-2:]]
        if any(credentials.looks_secret(name, value) for name in names if name) or credentials.is_capability_url(value):
            return SECRET
        return credentials.redacted(value, SECRET)
    if isinstance(value, Mapping):
        label = next((str(value[key]) for key in ("name", "Name", "key") if isinstance(value.get(key), str)), "")
        return {key: masked((*path, label, key) if label else (*path, key), part) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [masked(path, part) for part in value]
    return value
