"""What a process reads: the files and folders whose change makes a preview another one.

It is imported before anything else, so it imports nothing of this package.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from stat import S_ISDIR
from typing import Final, TypeAlias

Stamp: TypeAlias = tuple[int, int, int] | tuple[str, ...] | None
"""Of a file when it was changed, its size and its node; of a folder the names in it; None where there is nothing."""

_LISTERS: Final = ("<frozen importlib._bootstrap_external>", __file__)
"""Who lists folders without a program's wish: modules are known by their files."""
_SYSTEM: Final = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", f"{sys.base_prefix}/", f"{sys.prefix}/")
_TEMPORARY: Final = ("~", ".swp", ".tmp")

_read: dict[str, Stamp] = {}
_folders: dict[str, Stamp] = {}


def install() -> None:
    """Note from now on what this process, and each of its copies, opens for reading or lists."""
    sys.addaudithook(_note)


def taken() -> dict[str, Stamp]:
    """Return what was read since the last call, as it was when it was first read."""
    found = dict(_read)
    _read.clear()
    return found


def forget() -> None:
    """Begin anew."""
    _read.clear()
    _folders.clear()


def folders() -> dict[str, Stamp]:
    """Return the folders of the modules that were read, as they were then: a module that is missed may be made there."""
    return dict(_folders)


def note(paths: Iterable[Path]) -> None:
    """Count files as read."""
    for path in paths:
        _add(str(path))


def of_modules(names: Iterable[str]) -> list[Path]:
    """Return the source files of imported modules."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in names)
    return [Path(file) for file in files if file]


def stamp(path: str) -> Stamp:
    """Say how a file or folder is now."""
    try:
        found = os.stat(path)  # noqa: PTH116 - it is asked ten times a second for hundreds of files
        if S_ISDIR(found.st_mode):
            return tuple(sorted(name for name in os.listdir(path) if not _is_temporary(name)))  # noqa: PTH208 - as above
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def is_gone(path: str) -> bool:
    """Tell whether there is nothing: no such file or folder, or an empty file."""
    now = stamp(path)
    return now is None or now[1:2] == (0,)


def of_plain(document: Mapping[str, object]) -> dict[str, Stamp]:
    """Return stamps that went through JSON."""
    return {path: tuple(given) if isinstance(given, list) else None for path, given in document.items()}


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith(_TEMPORARY) or name == "__pycache__"


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
    elif event in {"os.listdir", "os.scandir"}:
        path = arguments[0]
        if sys._getframe(1).f_code.co_filename in _LISTERS:  # noqa: SLF001 - the only way
            return
    else:
        return
    if isinstance(path, str | bytes | os.PathLike):
        _add(os.fsdecode(path))


def _add(given: str) -> None:
    path = os.path.abspath(given or ".")  # noqa: PTH100 - a link stays what it is: what it leads to may change
    if path.endswith(".pyc") and "__pycache__" in path:
        path = importlib.util.source_from_cache(path)
    if path not in _read and not path.startswith(_SYSTEM) and "/site-packages/" not in path:
        _read[path] = stamp(path)
        folder = os.path.dirname(path)  # noqa: PTH120 - as above
        if path.endswith(".py") and folder not in _folders:
            _folders[folder] = stamp(folder)
