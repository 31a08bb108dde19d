"""What a plain scalar of YAML means to gopkg.in/yaml.v3 3.0.1, and how Go writes it: number by number, date by date."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

UNUSABLE: Final = object()
"""Infinity, or what is no number: the engine refuses both."""

_MAX_INT: Final = 2**63
_LEAST_PLAIN: Final = 1e-6
_LEAST_POWER: Final = 1e21
"""Go's JSON writes smaller and larger numbers with a power of ten."""
_MOST_DIGITS: Final = 64
_WORDS: Final[Mapping[str, tuple[str, object]]] = {
    **dict.fromkeys(("true", "True", "TRUE"), ("bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("bool", False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("float", UNUSABLE)),
    **dict.fromkeys(
        (f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")), ("float", UNUSABLE)
    ),
}
_INT: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)|0b[-+][01]+|0o[-+][0-7]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FRACTION: Final = re.compile(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?")
_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?P<between>[Tt ])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]+))?(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


def resolved(text: str, *, dates: bool) -> tuple[str, object]:
    """Return the kind (`str`, `int`, `float`, `bool`, `null`, `date`) and the value of a plain scalar.

    The value is what a program gets after the engine has read the file, written it out and read it again: a float without a
    fraction is an int, and a date the text that Go makes of it. `UNUSABLE` stands for infinity and for what is no number.

    Args:
        text: as written, lines joined.
        dates: whether it may be a date.
    """
    if text in _WORDS:
        return _WORDS[text]
    digits = text.replace("_", "")
    if text[0] == ".":
        return _float(digits, text) if _FRACTION.fullmatch(text) else ("str", text)
    if text[0] in "+-0123456789":
        if dates and (date := _date(text)):
            return "date", date
        if _INT.fullmatch(digits) and _fits(number := _int(digits), digits):
            return "int", number
        if _FLOAT.fullmatch(digits):
            return _float(digits, text)
    return "str", text


def _fits(number: int, digits: str) -> bool:
    """Tell whether a number has 64 bits: Go reads one without a sign, too large for a signed one, as unsigned."""
    return -_MAX_INT <= number < (_MAX_INT if digits[0] in "+-" else 2 * _MAX_INT)


def _int(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    body = digits.lstrip("+-").lower()
    base = {"0x": 16, "0o": 8, "0b": 2}.get(body[:2])
    if base:
        return sign * int(body[2:], base)
    if body[0] == "0":
        return sign * int(body, 8)
    # Python refuses to read thousands of decimal digits.
    return sign * (int(body) if len(body) <= _MOST_DIGITS else 2 * _MAX_INT)


def _float(digits: str, text: str) -> tuple[str, object]:
    value = float(digits)
    if math.isinf(value):
        return "str", text
    spelling = _go_float(value)
    return "float", int(spelling) if spelling.lstrip("-").isdigit() else value


def _date(text: str) -> str | None:
    """Return a date as Go writes it, which is what a program gets; None where it is none to the engine."""
    found = _DATE.fullmatch(text)
    if not found or (found["between"] and (found["between"] == " ") == bool(found["zone"])):
        return None
    numbers = [int(found[name] or 0) for name in ("month", "day", "hour", "minute", "second")]
    year = int(found["year"])
    try:
        dt.datetime(year or 4, *numbers)  # type: ignore[arg-type] # noqa: DTZ001 - asks only whether there is such a time
    except ValueError:
        return None
    month, day, hour, minute, second = numbers
    fraction = (found["fraction"] or "")[:9].rstrip("0")
    zone = found["zone"] or "Z"
    offset = "+0000 UTC" if zone == "Z" else f"{zone.replace(':', '')} {zone.replace(':', '')}"
    return (
        f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{'.' if fraction else ''}{fraction} {offset}"
    )


def written(value: object) -> str:
    """Return a single value as the engine writes it: a number as Go's JSON does."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return _go_float(value)
    return str(value)


def _go_float(value: float) -> str:
    exact = Decimal(repr(value))
    if value and not _LEAST_PLAIN <= abs(value) < _LEAST_POWER:
        mantissa, _, power = f"{exact.normalize():e}".partition("e")
        return f"{mantissa}e{power[0]}{power[1:]}"
    text = f"{abs(exact) if value == 0 else exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
