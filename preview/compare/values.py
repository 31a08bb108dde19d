"""Where two values differ: plain data leaf by leaf, and text that is JSON as the document it stands for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


class Missing:
    """The value of what is not set. There is one: `MISSING`."""

    def __repr__(self) -> str:
        return "(not set)"


MISSING: Final = Missing()

_LABELS: Final = (
    "name",
    "Name",
    "Sid",
    "key",
    "Key",
    "id",
    "Id",
    "ruleName",
    "containerName",
    "priority",
    "domainName",
)
"""What tells the elements of a list apart, where all have one and no two the same."""
_POLICY: Final = "Statement"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ."""

    path: tuple[str, ...]
    """Keys from the outside in; an element of a list is `[label]`, with the label that tells it from the others."""
    before: object
    """`MISSING` where it was not set."""
    after: object
    """`MISSING` where it is not set any more."""

    @property
    def text(self) -> str:
        """The path as people write it: `containerDefinitions[api].environment[MODE].value`."""
        return "".join(step if step.startswith("[") else f".{step}" for step in self.path).lstrip(".")

    @property
    def plain(self) -> str:
        """The path without elements, as tables have it: `containerDefinitions.environment.value`."""
        return ".".join(step for step in self.path if not step.startswith("["))


def differences(before: object, after: object, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Compare two values.

    What is empty is as good as not set. Lists of plain values are sets, as they are to AWS, but in JSON documents other
    than IAM policies.

    Args:
        before: plain data, or `MISSING`.
        after: as `before`.
        path: where they stand.
    """
    yield from _compare(before, after, path, ordered=False)


def document(text: object) -> object:
    """Return what a text stands for if it is a JSON object or list, else the text itself."""
    if isinstance(text, str) and text[:1] in "{[" and text[-1:] in "}]":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def same(before: object, after: object) -> bool:
    """Tell whether two values mean the same."""
    return before is after or next(differences(before, after), None) is None


def _compare(before: object, after: object, path: tuple[str, ...], *, ordered: bool) -> Iterator[Difference]:
    if _blank(before) and _blank(after):
        return
    if (isinstance(before, str) or isinstance(after, str)) and (both := _documents(before, after)):
        is_policy = _POLICY in next((part for part in both if isinstance(part, Mapping)), ())
        yield from _compare(*both, path, ordered=not is_policy)
        return
    old, new = _mapping(before), _mapping(after)
    if old is not None and new is not None:
        yield from _mappings(old, new, path, ordered=ordered)
    elif _list(before) and _list(after):
        yield from _lists(_parts(before), _parts(after), path, ordered=ordered)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference(path, before, after)


def _documents(before: object, after: object) -> tuple[object, object] | None:
    """Return what two values stand for; None where neither is a document, or one is a text of another kind."""
    first, second = document(before), document(after)
    if (first is before and second is after) or isinstance(first, str) or isinstance(second, str):
        return None
    return first, second


def _mapping(value: object) -> Mapping[str, object] | None:
    """Return a mapping, and an empty one for what is not set."""
    if isinstance(value, Mapping):
        return value
    return {} if _blank(value) else None


def _mappings(
    before: Mapping[str, object], after: Mapping[str, object], path: tuple[str, ...], *, ordered: bool
) -> Iterator[Difference]:
    for key in (*before, *(key for key in after if key not in before)):
        first, second = before.get(key, MISSING), after.get(key, MISSING)
        if first is not second:
            yield from _compare(first, second, (*path, key), ordered=ordered)


def _lists(
    before: Sequence[object], after: Sequence[object], path: tuple[str, ...], *, ordered: bool
) -> Iterator[Difference]:
    if before == after:
        return
    if label := _label(before, after):
        yield from _by_label(_labelled(before, label), _labelled(after, label), path, ordered=ordered)
    elif ordered and not _any_mapping(before, after):
        yield Difference(path, before, after)
    else:
        yield from _by_pairs(before, after, path, ordered=ordered)


def _by_label(
    before: Mapping[str, object], after: Mapping[str, object], path: tuple[str, ...], *, ordered: bool
) -> Iterator[Difference]:
    for name in (*before, *(name for name in after if name not in before)):
        step = (*path, f"[{name}]")
        old, new = before.get(name, MISSING), after.get(name, MISSING)
        if old is MISSING or new is MISSING:
            yield Difference(step, old, new)
        else:
            yield from _compare(old, new, step, ordered=ordered)


def _by_pairs(
    before: Sequence[object], after: Sequence[object], path: tuple[str, ...], *, ordered: bool
) -> Iterator[Difference]:
    """Compare what only one of the lists has: mappings with each other as far as there are pairs, all else as gone and come."""
    gone, come = _unpaired(before, after, ordered=ordered)
    if len(gone) == len(come) == 1:
        yield from _compare(gone[0], come[0], (*path, "[]") if len(before) > 1 else path, ordered=ordered)
        return
    pairs = min(len(gone), len(come)) if all(isinstance(part, Mapping) for part in (*gone, *come)) else 0
    for number in range(pairs):
        yield from _compare(gone[number], come[number], (*path, f"[{number}]"), ordered=ordered)
    yield from (Difference((*path, "[]"), part, MISSING) for part in gone[pairs:])
    yield from (Difference((*path, "[]"), MISSING, part) for part in come[pairs:])


def _unpaired(before: Sequence[object], after: Sequence[object], *, ordered: bool) -> tuple[list[object], list[object]]:
    """Return what only one of the lists has. What is equal in the same place in both, as most parts are, is not written to be compared."""
    size = min(len(before), len(after))
    differ = [index for index in range(size) if before[index] is not after[index] and before[index] != after[index]]
    before, after = ([*(parts[index] for index in differ), *parts[size:]] for parts in (before, after))
    old = [_canonical(part, ordered=ordered) for part in before]
    new = [_canonical(part, ordered=ordered) for part in after]
    left, come = Counter(old), []
    for text, part in zip(new, after, strict=True):
        if left[text]:
            left[text] -= 1
        else:
            come.append(part)
    gone = []
    for text, part in zip(old, before, strict=True):
        if left[text]:
            left[text] -= 1
            gone.append(part)
    return gone, come


def _canonical(value: object, *, ordered: bool) -> str:
    """Write a value so that two that mean the same give the same text."""
    value = document(value)
    if _blank(value):
        return ""
    if isinstance(value, Mapping):
        ordered = ordered and _POLICY not in value
        parts = {name: _canonical(part, ordered=ordered) for name, part in value.items()}
        return json.dumps({name: text for name, text in parts.items() if text}, sort_keys=True)
    if isinstance(value, Sequence) and not isinstance(value, str):
        texts = [_canonical(part, ordered=ordered) for part in value]
        return json.dumps(texts if ordered else sorted(texts))
    return json.dumps(value, default=repr)


def _label(*lists: Sequence[object]) -> str:
    for label in _LABELS:
        names = [[str(part.get(label, "")) for part in parts if isinstance(part, Mapping)] for parts in lists]
        if all(
            len(found) == len(parts) and all(found) and len(set(found)) == len(found)
            for found, parts in zip(names, lists, strict=True)
        ):
            return label
    return ""


def _labelled(parts: Sequence[object], label: str) -> dict[str, object]:
    return {str(part[label]): part for part in parts if isinstance(part, Mapping)}


def _list(value: object) -> bool:
    return (isinstance(value, Sequence) and not isinstance(value, str)) or value is MISSING or value is None


def _blank(value: object) -> bool:
    return value is MISSING or value is None or (isinstance(value, Mapping | Sequence) and not value)


def _any_mapping(*lists: Sequence[object]) -> bool:
    return any(isinstance(part, Mapping) for parts in lists for part in parts)


def _parts(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) else ()
