"""Reading a file of any size from the network, a line at a time, resumed where it breaks off."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Final

_ATTEMPTS: Final = 5
_SECONDS: Final = 60
_CHUNK: Final = 1 << 16
_PARTIAL: Final = 206


class DownloadError(Exception):
    """A file could not be read to its end."""


class NotThereError(DownloadError):
    """There is no such file."""


def lines(url: str, *, pause: float = 1.0) -> Iterator[str]:
    """Yield a file's lines; memory does not grow with the file.

    A connection that breaks off or hangs for a minute is taken up again at the byte it stopped at, five times at most without progress.

    Args:
        url: the file's address.
        pause: seconds to wait before another attempt, doubled each time.

    Raises:
        NotThereError: there is no such file.
        DownloadError: it ends before the length that the server named, or changed in between.
    """
    rest = b""
    for chunk in _chunks(url, pause):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace") + "\n"
    if rest:
        yield rest.decode("utf-8", "replace")


def _chunks(url: str, pause: float) -> Iterator[bytes]:
    done, tag, failed = 0, "", 0
    while True:
        try:
            with _open(url, done, tag) as response:
                if done and response.status != _PARTIAL:
                    raise DownloadError(f"{url} broke off after {done:,} bytes, and has changed since: try again")
                tag = response.headers.get("ETag", "")
                left = int(response.headers.get("Content-Length", -1))
                while chunk := response.read(_CHUNK if left < 0 else min(_CHUNK, left)):
                    done, left, failed = done + len(chunk), left - len(chunk), 0
                    yield chunk
                if left <= 0:
                    return
                reason: Exception | str = "the connection was closed"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500:  # noqa: PLR2004 (from 500 on it is the server's fault, and passes)
                raise NotThereError(f"{url}: {error.code} {error.reason}") from None
            reason = error
        except (OSError, http.client.HTTPException) as error:
            reason = error
        failed += 1
        if failed >= _ATTEMPTS:
            raise DownloadError(f"{url}: {reason}, after {done:,} bytes and {failed} attempts")
        time.sleep(pause * 2 ** (failed - 1))


def _open(url: str, begin: int, tag: str) -> http.client.HTTPResponse:
    request = urllib.request.Request(url)  # noqa: S310 (the address is AWS's)
    if begin:
        request.add_header("Range", f"bytes={begin}-")
        if tag:
            request.add_header("If-Range", tag)
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_SECONDS)  # noqa: S310 (the same)
    return response
