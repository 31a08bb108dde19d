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
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType
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
        self._known: dict[str, tuple[_Stamp, _Parts]] = _read(self._path)
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
        _write(self._path, merged)
        self._new = {}


class Texts:
    """Code by the text that it was compiled from, which is all that it hangs on."""

    _MOST: Final = 8192
    """How many are kept; of more only those of the last run."""

    def __init__(self, name: str) -> None:
        """Open a cache, as `Cache` does."""
        self._path = folder() / f"{name}.{_VERSION}.{sys.implementation.cache_tag}.bin"
        self._known = _read(self._path)
        self._used: dict[str, bytes] = {}
        self._grown = False

    def code(self, mode: str, text: str, make: Callable[[], CodeType]) -> CodeType:
        """Return a text's code for `exec` or `eval`, made now if it is not known yet."""
        key = f"{mode} {text}"
        known = self._known.get(key)
        if known is None:
            made = make()
            self._used[key] = marshal.dumps(made)
            self._grown = True
            return made
        self._used[key] = known
        return cast("CodeType", marshal.loads(known))  # noqa: S302 - as above

    def save(self) -> None:
        """Keep what this run made, with what others kept meanwhile."""
        if self._grown:
            merged = {**_read(self._path), **self._used}
            _write(self._path, merged if len(merged) <= self._MOST else self._used)
            self._grown = False


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


def _write(path: Path, content: Mapping[str, object]) -> None:
    """Put a cache file in its place. Where nothing may be written nothing is kept."""
    import tempfile  # noqa: PLC0415 - slow to import, and few runs have something to keep

    payload = marshal.dumps(cast("Any", content))
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_FORMAT + _SUM.pack(zlib.crc32(payload)) + payload)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink()
            raise


def _read(path: Path) -> dict[str, Any]:
    """Return what a cache file holds; nothing where there is none that is whole and of this format."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    begin = len(_FORMAT) + _SUM.size
    payload = memoryview(content)[begin:]
    if content[:begin] != _FORMAT + _SUM.pack(zlib.crc32(payload)):
        return {}
    return cast("dict[str, Any]", marshal.loads(payload))  # noqa: S302 - as above
