"""Numbers of things in words: `1 key`, `3 policies`, `2 to 8 tasks`."""

from __future__ import annotations

from typing import Final

_SINGULAR_ENDS: Final = ("ss", "us", "is", "as")
"""Of words that end with s and are none the less one thing: access, status, analysis, alias."""


def count(number: int, word: str) -> str:
    """Write a number of things; what a word names several of already is counted in sets: `1 set of ownership controls`."""
    if is_plural(word):
        return f"{number:,} {'set' if number == 1 else 'sets'} of {word}"
    return f"{number:,} {word if number == 1 else plural(word)}"


def plural(word: str) -> str:
    """Return a word's plural."""
    if is_plural(word):
        return f"sets of {word}"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def is_plural(word: str) -> bool:
    """Tell whether a word names several things already, such as `ownership controls`."""
    return word.endswith("s") and not word.endswith(_SINGULAR_ENDS) and word == word.lower()


def between(least: object, most: object, word: str) -> str:
    """Write a range of things: `2 to 8 tasks`, and `1 task` where both ends are one."""
    if least == most:
        return count(least, word) if isinstance(least, int) else f"{least} {plural(word)}"
    return f"{least} to {most} {plural(word)}"
