"""What is worked out from source files, such as compiled code, kept between runs in one file under the environment.

The file may be deleted at any time. One that another Python wrote counts as none, as does what is damaged of it: of a run's start only
the index is read, and each value, with a checksum of its own, when it is asked for. A run that worked out something new writes the file
anew beside the old one and puts it in its place, so that runs at the same time do not meet.
"""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import struct
import sys
import weakref
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType
from typing import Any, Final, TypeAlias, TypeVar, cast

_VERSION: Final = 3
_FORMAT: Final = b"slipway %d " % _VERSION + importlib.util.MAGIC_NUMBER
_HEAD: Final = struct.Struct("!II")
"""After the format: the length of the index, and its checksum."""

_Stamp: TypeAlias = tuple[int, int]
_Parts: TypeAlias = dict[str, bytes]
_Place: TypeAlias = tuple[int, int, int]
"""Of a value: where in the file it begins, its length, and its checksum."""
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
        self._store = _Store(self._path)
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
        known_stamp, known = self._store.index.get(key, (stamp, {}))
        return File(
            self._store, known if known_stamp == stamp else {}, lambda: self._new.setdefault(key, (stamp, {}))[1]
        )

    def save(self) -> None:
        """Keep what this run made, with what others kept meanwhile of files that are still there. Where nothing may be written nothing is kept."""
        if not self._new:
            return
        merged = _Store(self._path).whole()
        for source, (stamp, parts) in self._new.items():
            known_stamp, known = merged.get(source, (stamp, {}))
            merged[source] = (stamp, {**known, **parts} if known_stamp == stamp else parts)
        _write(self._path, {source: kept for source, kept in merged.items() if _is_there(source)})
        self._new = {}


def _is_there(key: str) -> bool:
    """Tell whether a cache's source file exists: by its path, or by that below the environment."""
    return Path(key).exists() or Path(sys.prefix + key).exists()


class Texts:
    """Code by the text that it was compiled from, which is all that it hangs on."""

    _MOST: Final = 8192
    """How many are kept; of more only those of the last run."""

    def __init__(self, name: str) -> None:
        """Open a cache, as `Cache` does."""
        self._path = folder() / f"{name}.{_VERSION}.{sys.implementation.cache_tag}.bin"
        self._store = _Store(self._path)
        _, self._known = self._store.index.get(_TEXTS, (_NEVER, {}))
        self._used: _Parts = {}
        self._grown = False

    def code(self, mode: str, text: str, make: Callable[[], CodeType]) -> CodeType:
        """Return a text's code for `exec` or `eval`, made now if it is not known yet."""
        key = f"{mode} {text}"
        known = self._used.get(key) or self._store.read(self._known.get(key))
        if known is None:
            made = make()
            self._used[key] = marshal.dumps(made)
            self._grown = True
            return made
        self._used[key] = known
        return cast("CodeType", marshal.loads(known))  # noqa: S302 - our own, its checksum was right

    def save(self) -> None:
        """Keep what this run made, with what others kept meanwhile."""
        if self._grown:
            _, kept = _Store(self._path).whole().get(_TEXTS, (_NEVER, {}))
            merged = {**kept, **self._used}
            _write(self._path, {_TEXTS: (_NEVER, merged if len(merged) <= self._MOST else self._used)})
            self._grown = False


class File:
    """What is kept of one source file."""

    def __init__(self, store: _Store, known: Mapping[str, _Place], new: Callable[[], _Parts]) -> None:
        self._store = store
        self._known = known
        self._made: _Parts = {}
        self._new = new

    def get(self, part: str, make: Callable[[], _Made]) -> _Made:
        """Return a part, made now if it is not known yet: code, or plain data that `marshal` takes."""
        known = self._made.get(part) or self._store.read(self._known.get(part))
        if known is not None:
            return cast("_Made", marshal.loads(known))  # noqa: S302 - as above
        made = make()
        self._made[part] = self._new()[part] = marshal.dumps(cast("Any", made))
        return made


_TEXTS: Final = ""
"""Stands for a source file where values are kept by text."""
_NEVER: Final = (0, 0)


class _Store:
    """A cache file as it was when it was opened; there need not be one."""

    def __init__(self, path: Path) -> None:
        self.index: Mapping[str, tuple[_Stamp, Mapping[str, _Place]]] = {}
        """What is kept of each source file, as it was at that time: the places of its parts."""
        self._file = -1
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_RDONLY)
            weakref.finalize(self, os.close, self._file)
            head = os.pread(self._file, len(_FORMAT) + _HEAD.size, 0)
            if head.startswith(_FORMAT) and len(head) == len(_FORMAT) + _HEAD.size:
                length, checksum = _HEAD.unpack_from(head, len(_FORMAT))
                written = os.pread(self._file, length, len(head))
                if len(written) == length and zlib.crc32(written) == checksum:
                    self.index = marshal.loads(written)  # noqa: S302 - as above
                    self._begin = len(head) + length

    def read(self, place: _Place | None) -> bytes | None:
        """Return what is at a place of the index; None where it is not whole."""
        if place is None:
            return None
        begin, length, checksum = place
        try:
            found = os.pread(self._file, length, self._begin + begin)
        except OSError:
            return None
        return found if len(found) == length and zlib.crc32(found) == checksum else None

    def whole(self) -> dict[str, tuple[_Stamp, _Parts]]:
        """Return all that is whole."""
        return {
            source: (stamp, {part: found for part, place in parts.items() if (found := self.read(place)) is not None})
            for source, (stamp, parts) in self.index.items()
        }


def _write(path: Path, content: Mapping[str, tuple[_Stamp, _Parts]]) -> None:
    """Put a cache file in its place. Where nothing may be written nothing is kept."""
    import tempfile  # noqa: PLC0415 - slow to import, and few runs have something to keep

    values: list[bytes] = []
    end = 0
    index: dict[str, tuple[_Stamp, dict[str, _Place]]] = {}
    for source, (stamp, parts) in content.items():
        index[source] = stamp, {}
        for part, value in parts.items():
            index[source][1][part] = end, len(value), zlib.crc32(value)
            values.append(value)
            end += len(value)
    written = marshal.dumps(index)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_FORMAT + _HEAD.pack(len(written), zlib.crc32(written)) + written)
                file.writelines(values)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink()
            raise
