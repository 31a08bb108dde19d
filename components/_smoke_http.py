"""Ask an address over the network."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from typing import Final, TypeAlias

from components._smoke import SmokeAnswer

ANSWER_SECONDS: Final = 10
"""Seconds until one try is given up on."""
MOST_BYTES: Final = 1 << 20
"""How much of an answer is read."""


_Response: TypeAlias = http.client.HTTPResponse | urllib.error.HTTPError


class _Unfollowed(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to whoever asked."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow nothing."""


def ask(url: str) -> SmokeAnswer:
    """Ask an address once, over TLS 1.2 or newer with a trusted certificate.

    Raises:
        OSError: no answer came.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    opener = urllib.request.build_opener(_Unfollowed, urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(url, headers={"User-Agent": "slipway-smoke", "Cache-Control": "no-cache"})  # noqa: S310 - the caller's address
    try:
        with _opened(opener, request) as answer:
            return _answer(answer)
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer: {type(error).__name__} {error}".rstrip()) from error


def _opened(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> _Response:
    """Return an answer, whatever its status."""
    try:
        answer: _Response = opener.open(request, timeout=ANSWER_SECONDS)
    except urllib.error.HTTPError as error:
        return error
    return answer


def _answer(answer: _Response) -> SmokeAnswer:
    body = answer.read(MOST_BYTES).decode("utf-8", errors="replace")
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        # One that comes several times is a list (RFC 9110, 5.3).
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    return SmokeAnswer(status=answer.status or 0, headers=headers, body=body)
