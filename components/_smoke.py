"""Ask a public address as a visitor would, and tell whether the answer is what it should be."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

RETRY_SECONDS: Final = 5
"""Seconds between two tries."""


class SmokeError(Exception):
    """An answer is not what it should be; the text names each, what was wanted and what came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmokeCheck:
    """One question and its right answer."""

    url: str
    """The whole address, such as https://shop.example.com/health."""
    status: int = 200
    """The status code that it should have. Redirects are not followed."""
    contains: str = ""
    """Text that the body should contain within its first MiB."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that it should have, with a text that each value contains; an empty text: any value."""
    redirect: str = ""
    """Where it should lead to: the `Location` header, whole, or its path alone where this begins with a slash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmokeAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: str


class Ask(Protocol):
    """How an address is asked."""

    def __call__(self, url: str) -> SmokeAnswer:
        """Return the answer.

        Raises:
            OSError: there was none: no address, no connection, a certificate that is not trusted, out of time.
        """
        ...


def run(
    checks: Sequence[SmokeCheck],
    *,
    timeout_seconds: float,
    asked: Ask | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Ask until every answer is right.

    Args:
        checks: what to ask; what was once answered rightly is not asked again.
        timeout_seconds: seconds until it is given up on: names, certificates and caches take their time.
        asked: asks an address; None: over the network.
        sleep: waits for some seconds.
        clock: tells the time in seconds.

    Raises:
        SmokeError: some answers are still wrong.
    """
    from components._smoke_http import ask  # noqa: PLC0415 - the network's modules are slow to import, and only a real update needs them

    deadline = clock() + timeout_seconds
    left = list(checks)
    while True:
        wrong = [(check, problems) for check in left if (problems := list(_problems(check, asked or ask)))]
        left = [check for check, _ in wrong]
        if not left:
            return
        if clock() >= deadline:
            lines = [f"  {check.url}: {'; '.join(problems)}" for check, problems in wrong]
            raise SmokeError("\n".join([f"{len(left)} of {len(checks)} smoke checks fail:", *lines]))
        sleep(RETRY_SECONDS)


def _problems(check: SmokeCheck, asked: Ask) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    try:
        answer = asked(check.url)
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        yield f"no answer: {reason}"
        return
    if answer.status != check.status:
        yield f"status {answer.status} instead of {check.status}"
    if check.contains and check.contains not in answer.body:
        yield f"the body has no {check.contains!r}"
    for name, text in check.headers.items():
        value = answer.headers.get(name.lower())
        if value is None:
            yield f"there is no header {name}"
        elif text not in value:
            yield f"the header {name} is {value!r}, without {text!r}"
    if check.redirect and not _leads(answer.headers.get("location", ""), check.redirect):
        yield f"it leads to {answer.headers.get('location') or 'nowhere'} instead of {check.redirect}"


def _leads(location: str, wanted: str) -> bool:
    return location == wanted or (wanted.startswith("/") and urllib.parse.urlsplit(location).path == wanted)
