"""A mistake in a stack file, and how it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import limits
from policy.common import credentials

Place = Sequence[str | int]
"""A place in the stack file, outside in: names of settings, keys of mappings, positions in lists."""

HIDDEN: Final = "the value (not shown, it may be a secret)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake."""

    place: Place
    """Where it is: names and positions, outside in."""
    message: str
    """The value and what is allowed, in a sentence. Never a secret."""
    about: Sequence[Place] = ()
    """Further places it was judged by; one that ends in `*` by all that is inside. It is left out where one of them could not be read."""

    @property
    def path(self) -> str:
        """Where it is, as people write it, such as `slipway:services.api.cpu`."""
        return path(self.place)

    def __str__(self) -> str:
        """Return it as one line, without anything that looks like a secret."""
        return credentials.redacted(f"{self.path}: {' '.join(self.message.split())}")


def at(place: Place, message: str, *about: Place) -> Problem:
    """Return a problem at a place, judged by what is there and by further places."""
    return Problem(place=place, message=message, about=about)


def found(place: Place, message: str | None, *about: Place) -> Iterator[Problem]:
    """Yield the problem at a place where there is one, such as what a function of `limits` returns."""
    if message:
        yield at(place, message, *about)


def report(stack: str, problems: Iterable[Problem]) -> str:
    """Return all mistakes as one text, each once."""
    lines = list(dict.fromkeys(str(problem) for problem in problems))
    count = "1 error" if len(lines) == 1 else f"{len(lines)} errors"
    return "\n".join([f"The stack file of {stack} has {count}:", *(f"  - {line}" for line in lines)])


def path(parts: Sequence[str | int]) -> str:
    """Write a place in the stack file: `slipway:services.api.cpu`, `slipway:secrets["a/b"].keys[0]`, `aws:region`."""
    if not parts:
        return "config"
    namespace = "" if ":" in str(parts[0]) else "slipway:"
    if parts[0] == "aws" and len(parts) > 1:
        namespace, parts = "aws:", parts[1:]
    text = namespace + _name(parts[0])
    for part in parts[1:]:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[A-Za-z0-9_-]{1,64}", part):
            text += f".{_name(part)}"
        else:
            text += f"[{_name(part)}]"
    return text


def _name(part: str | int) -> str:
    """Write a key: plain, in quotes where it is no plain word, cut where it is long, hidden where it could be a secret."""
    text, most = str(part), 64
    if credentials.is_credential(text):
        return '"(not shown)"'
    if re.fullmatch(r"[A-Za-z0-9_:-]{1,64}", text):
        return text
    return json.dumps(text if len(text) <= most else f"{text[:most]}...")


def shown(value: object) -> str:
    """Return a value as a message may show it: short, and never one that looks like a secret."""
    if isinstance(value, str):
        return HIDDEN if credentials.redacted(value) != value else limits.short(value)
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    words = {None: "nothing", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
