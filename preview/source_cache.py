"""What is worked out from source files, such as compiled code, kept between runs in one file under the environment.

The file may be deleted at any time. One that is damaged, or that another Python wrote, counts as none. A run that worked out
something new writes the file anew beside the old one and puts it in its place, so that runs at the same time do not meet.
"""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar, cast

_VERSION: Final = 2
_FORMAT: Final = b"slipway %d " % _VERSION + importlib.util.MAGIC_NUMBER
_SUM: Final = struct.Struct("!I")

_Stamp: TypeAlias = tuple[int, int]
_Parts: TypeAlias = dict[str, bytes]
_Made = TypeVar("_Made")


def folder() -> Path:
    """Return where caches are kept: in the virtual environment, else in the user's cache folder."""
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix) / "cache"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "slipway"


class SourceCache:
    """Values by source file and part. They hold for the very file they were made from: its size and time of change."""

    def __init__(self, name: str) -> None:
        """Open a cache.

        Args:
            name: what it holds and of which version; the name of its file without the ending.
        """
        self._path = folder() / f"{name}.{_VERSION}.{sys.implementation.cache_tag}.bin"
        self._known = _read(self._path)
        self._new: dict[str, tuple[_Stamp, _Parts]] = {}

    def of(self, source: Path) -> File:
        """Return what is kept of a source file as it is now.

        Raises:
            OSError: there is no such file.
        """
        state = source.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        # An environment may be reached by several paths.
        key = str(source).removeprefix(sys.prefix)
        known_stamp, known = self._known.get(key, (stamp, {}))
        return File(known if known_stamp == stamp else {}, lambda: self._new.setdefault(key, (stamp, {}))[1])

    def save(self) -> None:
        """Keep what this run made, with what others kept meanwhile. Where nothing may be written nothing is kept."""
        if not self._new:
            return
        merged = _read(self._path)
        for source, (stamp, parts) in self._new.items():
            known_stamp, known = merged.get(source, (stamp, {}))
            merged[source] = (stamp, {**known, **parts} if known_stamp == stamp else parts)
        payload = marshal.dumps(merged)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_FORMAT + _SUM.pack(zlib.crc32(payload)) + payload)
                Path(temporary).replace(self._path)
            except OSError:
                Path(temporary).unlink()
                raise
        self._new = {}


class File:
    """What is kept of one source file."""

    def __init__(self, known: _Parts, new: Callable[[], _Parts]) -> None:
        self._known = known
        self._new = new

    def get(self, part: str, make: Callable[[], _Made]) -> _Made:
        """Return a part, made now if it is not known yet: code, or plain data that `marshal` takes."""
        if part in self._known:
            return cast("_Made", marshal.loads(self._known[part]))  # noqa: S302 - our own, its checksum was right
        made = make()
        self._known[part] = self._new()[part] = marshal.dumps(cast("Any", made))
        return made


def _read(path: Path) -> dict[str, tuple[_Stamp, _Parts]]:
    """Return what a cache file holds; nothing where there is none that is whole and of this format."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    begin = len(_FORMAT) + _SUM.size
    payload = memoryview(content)[begin:]
    if content[:begin] != _FORMAT + _SUM.pack(zlib.crc32(payload)):
        return {}
    return cast("dict[str, tuple[_Stamp, _Parts]]", marshal.loads(payload))  # noqa: S302 - as above
