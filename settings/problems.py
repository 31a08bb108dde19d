"""A mistake in a stack file, and how it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import limits

HIDDEN: Final = "the value (not shown, it may be a secret)"

_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase)?|secret|token(?!iz)|api_?key|private_?key|access_?key|credential|signing_?key|auth|dsn",
    re.IGNORECASE,
)
_NOT_SECRET_NAME = re.compile(
    r"(?:_|^)(?:ARN|NAME|ID|URL|URI|FILE|PATH|HEADER|TTL|EXPIRY|EXPIRES|EXPIRATION|SECONDS|MINUTES|DAYS|LENGTH|TYPE|ENABLED|ISSUER|ALGORITHM|MODE|PROVIDER|HOST|LIFETIME|VALIDITY|SIZE|ROUNDS|POLICY|TABLE|COOKIE)$"
    r"|(?:_|^)M(?:AX|IN)_\w{0,40}TOKENS$",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"[0-9]{0,9}|true|false|none|basic|bearer|digest|iam|jwt|ldap|login|md5|oauth2?|oidc|optional|plain|required|saml|scram-sha-256",
    re.IGNORECASE,
)
# All repetitions are bounded: a text of any length is searched in time that grows with its length only.
_SECRET_VALUE = re.compile(
    r"(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY[\s\S]*"
    r"|[a-z][a-z0-9+.-]{0,30}://[^/\s:@$]{0,256}:[^/\s@$]{1,256}@"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|sk_live_[A-Za-z0-9]{4,255}|xox[abprs]-[A-Za-z0-9-]{4,255}"
    r"|eyJ[\w-]{1,2048}\.eyJ[\w-]{1,8192}\.[\w-]{0,2048}|SG\.[\w-]{16,64}\.[\w-]{16,128}",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake."""

    place: Sequence[str | int]
    """Where it is: names and positions, outside in."""
    message: str
    """The value and what is allowed, in a sentence. Never a secret."""
    about: Sequence[Sequence[str | int]] = ()
    """Further places it was judged by; one that ends in `*` by all that is inside. It is left out where one of them could not be read."""

    @property
    def path(self) -> str:
        """Where it is, as people write it, such as `slipway:services.api.cpu`."""
        return path(self.place)

    def __str__(self) -> str:
        """Return it as one line, without anything that looks like a secret."""
        return _SECRET_VALUE.sub("(not shown)", f"{self.path}: {' '.join(self.message.split())}")


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
    if _SECRET_VALUE.search(text):
        return '"(not shown)"'
    if re.fullmatch(r"[A-Za-z0-9_:-]{1,64}", text):
        return text
    return json.dumps(text if len(text) <= most else f"{text[:most]}...")


def secret_value(value: object) -> bool:
    """Tell whether a value looks like a secret by itself: a private key, a well-known token, an address with a password."""
    return isinstance(value, str) and _SECRET_VALUE.search(value) is not None


def secret_name(name: str) -> bool:
    """Tell whether a variable's name announces a secret."""
    return bool(_SECRET_NAME.search(name)) and not _NOT_SECRET_NAME.search(name)


def secret_like(name: str, value: str) -> bool:
    """Tell whether a variable looks like a secret in clear text, by name or value."""
    harmless = value.startswith("${") or _NO_SECRET.fullmatch(value)
    return secret_value(value) or (secret_name(name) and not harmless)


def shown(value: object) -> str:
    """Return a value as a message may show it: short, and never one that looks like a secret."""
    if isinstance(value, str):
        return HIDDEN if secret_value(value) else limits.short(value)
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    words = {None: "nothing", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
