"""What a preview's process does before it imports anything else, so that imports cost less."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from compat import generated, later
from preview.source_cache import SourceCache, Texts

if TYPE_CHECKING:
    from types import CodeType

_HOME: Final = Path(__file__).resolve().parents[1]
_kept: Final[list[Texts | SourceCache]] = []


def install() -> None:
    """Load what is not used later, and take code that would be compiled anew from the last run."""
    if _kept:
        return
    later.install()
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # to look for them is to read what every package describes
    texts = Texts("generated")
    generated.install(texts.code)
    _kept.append(texts)
    if sys.dont_write_bytecode:
        _keep_modules()


def save() -> None:
    """Keep what this run compiled for the next one."""
    for kept in _kept:
        kept.save()


class _KeptLoader(importlib.machinery.SourceFileLoader):
    """Loads a module whose code Python is told not to keep beside it."""

    cache: ClassVar[SourceCache]

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - as the import system asks for it
        """Return a module's code."""
        made: CodeType = self.cache.of(Path(self.path)).get(
            "code", lambda: self.source_to_code(self.get_data(self.path), self.path)
        )
        return made


def code_of(name: str, path: Path) -> CodeType | None:
    """Return the code of one of this project's modules, kept if there is any."""
    loader = _KeptLoader if hasattr(_KeptLoader, "cache") else importlib.machinery.SourceFileLoader
    return loader(name, str(path)).get_code(name)


def _keep_modules() -> None:
    """Keep the code of this project's modules in the cache, where nothing may be written into its folders."""
    _KeptLoader.cache = SourceCache("modules")
    _kept.append(_KeptLoader.cache)

    def finder(entry: str) -> importlib.machinery.FileFinder:
        if not _is_ours(entry):
            raise ImportError(f"{entry} is not this project's", path=entry)
        return importlib.machinery.FileFinder(entry, (_KeptLoader, importlib.machinery.SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    for entry in [entry for entry in sys.path_importer_cache if _is_ours(entry)]:
        del sys.path_importer_cache[entry]


def _is_ours(entry: str) -> bool:
    path = Path(entry)
    return path.is_relative_to(_HOME) and ".venv" not in path.parts and "site-packages" not in path.parts
