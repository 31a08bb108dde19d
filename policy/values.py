"""Plain values out of the SDK's proxies, with one marker for what a preview does not know yet."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeAlias

from policy import compat


class Unknown(Enum):
    """The type of `UNKNOWN`, so that type checkers can narrow ``value is UNKNOWN``."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""A value that is set, but known only after the update."""

Value: TypeAlias = "bool | int | float | str | Unknown | list[Value] | dict[str, Value] | None"
"""What a property can be once it is plain."""

Answer: TypeAlias = "bool | Unknown"
"""Yes, no, or not known yet."""


_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker, not a secret


class Sent(Mapping[str, Value]):
    """Properties as the engine sent them, plain. They are converted when the first is read: most are never read by any rule."""

    __slots__ = ("_plain", "_struct")

    def __init__(self, struct: Any) -> None:  # noqa: ANN401 - a protobuf message, which is untyped
        self._struct = struct
        self._plain: dict[str, Value] | None = None

    def plain(self) -> dict[str, Value]:
        """All of them."""
        if self._plain is None:
            self._plain = {key: _received(item) for key, item in self._struct.fields.items()}
            self._struct = None
        return self._plain

    def __getitem__(self, key: str) -> Value:
        return self.plain()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.plain() if self._struct is None else self._struct.fields)

    def __len__(self) -> int:
        return len(self.plain() if self._struct is None else self._struct.fields)


def _received(value: Any) -> Value:  # noqa: ANN401, PLR0911 - a protobuf message; one return for each kind
    """A value of a message as `plain` has it. What is marked as anything but a secret is present, and not judged."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in compat.UNKNOWN_SENTINELS else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return bool(value.bool_value)
    if kind == "list_value":
        return [_received(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE in fields:
            return _received(fields["value"]) if fields[_SIGNATURE].string_value == _SECRET else UNKNOWN
        return {key: _received(item) for key, item in fields.items()}
    return None


def plain(value: object) -> Value:
    """Convert what the SDK hands to a policy: proxies unwrapped, whole floats as integers, sentinels as `UNKNOWN`.

    An asset or archive becomes `UNKNOWN`: it is present, and its content is not judged.
    """
    if isinstance(value, str):
        return UNKNOWN if value in compat.UNKNOWN_SENTINELS else value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        sent = value.plain() if isinstance(value, Sent) else None
        return sent if sent is not None else {key: plain(item) for key, item in compat.unwrapped(value).items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in compat.unwrapped(value)]
    return UNKNOWN


def at(value: Value, path: str) -> Value:
    """The value at a dotted path (``rule.0.status``); None where it is absent, `UNKNOWN` from the first unknown on.

    A list of one object is looked through without an index, as the provider's names differ only in that; ``*`` goes
    through every entry, and takes a single object as a list of one.
    """
    step, _, rest = path.partition(".")
    if isinstance(value, list):
        if step == "*":
            return [at(item, rest) if rest else item for item in value]
        if step.isdigit():
            found = value[int(step)] if int(step) < len(value) else None
        else:
            found, rest = (value[0] if value else None), path
    elif isinstance(value, dict) and step == "*":
        return [at(value, rest) if rest else value]
    elif isinstance(value, dict):
        found = value.get(step)
    else:
        return value if value is UNKNOWN else None
    return at(found, rest) if rest else found


def items(value: Value) -> list[Value]:
    """A value as a list: nothing for None, itself for a single one, one `UNKNOWN` for an unknown list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def flat(value: Value) -> Iterator[Value]:
    """The entries of a value and of the lists in it, without those that are not set."""
    for item in items(value):
        if isinstance(item, list):
            yield from flat(item)
        elif item is not None:
            yield item


def flag(value: Value, *, default: bool) -> bool | Unknown:
    """A boolean, also where the provider keeps it as the words ``true`` and ``false``."""
    if isinstance(value, bool) or value is UNKNOWN:
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return default


def number(value: Value, *, default: float) -> float | Unknown:
    """A number, also where the provider keeps it as text."""
    if value is UNKNOWN:
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def text(value: Value, *, default: str = "") -> str | Unknown:
    """A string; anything that is not one counts as the default."""
    return value if isinstance(value, str) or value is UNKNOWN else default


def document(value: Value) -> Value:
    """A JSON document kept as text. `UNKNOWN` when it is unknown or not JSON (AWS refuses the latter by itself).

    None for an empty text, which is how the provider keeps a document that there is not.
    """
    if not isinstance(value, str):
        return value
    return _parsed(value) if value else None


@lru_cache(maxsize=512)  # each rule about policies reads the same ones
def _parsed(text: str) -> Value:
    try:
        return plain(json.loads(text))
    except ValueError:
        return UNKNOWN


def uncapitalised(value: Value, renamed: Mapping[str, str] | None = None) -> Value:
    """A document with the names of its fields in the provider's spelling, which AWS's own begin with a capital letter.

    `renamed` holds names that differ by more than that.
    """
    if isinstance(value, dict):
        return {
            (renamed or {}).get(key, key[:1].lower() + key[1:]): uncapitalised(item, renamed)
            for key, item in value.items()
        }
    return [uncapitalised(item, renamed) for item in value] if isinstance(value, list) else value


def strings(value: Value) -> Iterator[str]:
    """Every known string of a single value or a list."""
    return (item for item in items(value) if isinstance(item, str))


def has_unknown(value: Value) -> bool:
    """Whether anything inside is unknown."""
    parts = [value]
    for part in parts:  # which grows by what is in each
        if part is UNKNOWN:
            return True
        if isinstance(part, dict):
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return False


def some(answers: Iterable[Answer]) -> Answer:
    """Whether one answer is yes; `UNKNOWN` when none is and one is not known yet."""
    given = list(answers)
    return True in given or (UNKNOWN if UNKNOWN in given else False)


def every(answers: Iterable[Answer]) -> Answer:
    """Whether all answers are yes; `UNKNOWN` when none is no and one is not known yet."""
    given = list(answers)
    return False not in given and (UNKNOWN if UNKNOWN in given else True)


def negated(answer: Answer) -> Answer:
    """The opposite of an answer."""
    return answer if answer is UNKNOWN else not answer


def version(text: str) -> tuple[int, ...]:
    """A version's leading numbers, for comparison: ``8.4.x`` is (8, 4)."""
    parts = text.split(".")
    known = next((index for index, part in enumerate(parts) if not part.isdigit()), len(parts))
    return tuple(int(part) for part in parts[:known])


def show(value: Value, safe: str = "") -> str:
    """How a message prints a value. Text appears only if it matches the pattern `safe` as a whole, as it may be secret."""
    if value is None or value == "":
        return "not set"
    if value is UNKNOWN:
        return "not known yet"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        return value if re.fullmatch(safe, value) else "another value"
    return "another value"
