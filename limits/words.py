"""How a problem is put into words, and how names become parts of other names."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final


def listed(values: Sequence[object], last: str = "or") -> str:
    """Join values as a person would: `a, b or c`, with another word before the last one where it is given."""
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def name_length(name: str, most: int) -> str | None:
    """Check the length of a name."""
    return None if len(name) <= most else f"{short(name)} is longer than the {most} characters allowed"


def slug(name: str) -> str:
    """Return a name as it becomes part of other names: lower-case letters and digits, everything else a hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def apart(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Check that names are different as parts of other names, too. Yields each that is not, and why."""
    seen: dict[str, str] = {}
    for name in names:
        part = slug(name)
        if not part:
            yield name, f"{short(name)} has neither a letter nor a digit"
        elif part in seen:
            yield (
                name,
                f"{short(name)} and {short(seen[part])} differ in punctuation or case at most; rename or remove one",
            )
        seen[part] = name


def short(value: str) -> str:
    """Quote a value for a message. A long one is described, not cut: half a secret must not show either."""
    most = 64
    return repr(value) if len(value) <= most else f"a text of {len(value)} characters"


def meant(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` for a word close to a known one, or nothing: one that it begins with, or one a letter or two off."""
    longest, most, distance = 64, 256, 6
    if len(word) > longest:
        return ""
    near = list(itertools.islice((name for name in known if abs(len(name) - len(word)) <= distance), most))
    lower = {name.lower(): name for name in reversed(near)}
    begun = sorted((name for name in lower if len(name) > distance // 2 and word.lower().startswith(name)), key=len)
    close = begun[-1:] or difflib.get_close_matches(word.lower(), lower, n=1, cutoff=_CLOSE)
    return f"; did you mean {lower[close[0]]}?" if close else ""


_CLOSE: Final = 0.68
"""How like two words must be: `vpcId` is not meant to be `cidr`, nor `redis` to be `media`."""


def sizes(kind: str, name: str, families: Mapping[str, Sequence[str]]) -> str:
    """Tell what classes there are: the sizes of the family in the name, or all families."""
    parts = name.split(".")
    family = parts[1] if len(parts) > 1 else ""
    if family in families and parts[0] == kind:
        return f"{kind}.{family}. with {listed(families[family])}"
    return f"{kind}.<family>.<size>, of the families {listed(list(families))}"
