"""A mistake in a stack file, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase)?|secret|token|api_?key|private_?key|access_?key|credential|signing_?key|auth|dsn",
    re.IGNORECASE,
)
_NOT_SECRET_NAME = re.compile(
    r"(?:_|^)(?:ARN|NAME|ID|URL|URI|FILE|PATH|HEADER|TTL|EXPIRY|EXPIRES|EXPIRATION|SECONDS|MINUTES|DAYS|LENGTH|TYPE|ENABLED|ISSUER|ALGORITHM|MODE|PROVIDER|HOST)$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|[a-z][a-z0-9+.-]*://[^/\s:@$]*:[^/\s@$]+@"
    r"|gh[pousr]_[A-Za-z0-9]{36}|sk_live_[A-Za-z0-9]+|xox[abpr]-[A-Za-z0-9-]+|eyJ[\w-]+\.eyJ[\w-]+\.|SG\.[\w-]{16,}\.[\w-]{16,}"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake."""

    path: str
    """Where it is, such as `slipway:services.api.cpu`."""
    message: str
    """The value and what is allowed, in a sentence. Never a secret."""
    about: Sequence[Sequence[str | int]] = ()
    """The places it was judged by: it is left out where one of them could not be read."""

    def touches(self, places: Iterable[Sequence[str | int]]) -> bool:
        """Tell whether it was judged by one of these places, by something inside it, or by what it is inside of."""
        return any(all(a == b for a, b in zip(mine, other, strict=False)) for mine in self.about for other in places)

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.path}: {self.message}"


def report(stack: str, problems: Iterable[Problem]) -> str:
    """Return all mistakes as one text, in the order of the file's sections, each once."""
    lines = list(dict.fromkeys(str(problem) for problem in problems))
    count = "1 error" if len(lines) == 1 else f"{len(lines)} errors"
    return "\n".join([f"The stack file of {stack} has {count}:", *(f"  - {line}" for line in lines)])


def path(parts: Sequence[str | int]) -> str:
    """Write a place in the stack file: `slipway:services.api.cpu`, `slipway:secrets["a/b"].keys[0]`, `aws:region`."""
    if not parts:
        return "config"
    namespace, parts = ("aws", parts[1:]) if parts[0] == "aws" and len(parts) > 1 else ("slipway", parts)
    text = str(parts[0])
    for part in parts[1:]:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[A-Za-z0-9_-]+", part):
            text += f".{part}"
        else:
            text += f'["{part}"]'
    return f"{namespace}:{text}"


def secret_like(name: str, value: object) -> bool:
    """Tell whether a variable's name or value looks like a secret in clear text."""
    text = str(value)
    if _SECRET_VALUE.search(text):
        return True
    harmless = (
        text == ""
        or text.startswith("${")
        or isinstance(value, bool)
        or re.fullmatch(r"\d{1,9}|true|false|none", text, re.IGNORECASE)
    )
    return bool(_SECRET_NAME.search(name)) and not _NOT_SECRET_NAME.search(name) and not harmless


def shown(parts: Sequence[str | int], value: object) -> str:
    """Return a value as a message may show it: short, and hidden where it could be a secret."""
    names = [part for part in parts if isinstance(part, str)]
    hidden = "secrets" in names or any(secret_like(name, value) for name in names[-1:]) or secret_like("", value)
    if hidden and value is not None:
        return "the value (not shown, it may be a secret)"
    words = {"True": "true", "False": "false", "None": "nothing"}
    text = repr(value) if isinstance(value, str) else words.get(str(value), str(value))
    most = 60
    return text if len(text) <= most else f"{text[:most]}..."
