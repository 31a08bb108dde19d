"""Modules that a preview imports and does not use, each loaded when something of it is asked for.

The SDK imports a gRPC stack, tracing, its automation interface and more whatever a program does: a third of its time to import. Here
such a module is there at once, and runs when its first attribute is asked for. One that is used after all is the ordinary module.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import threading
import types
from collections.abc import Mapping, Sequence
from typing import Any, Final

from compat import versions

MODULES: Final = frozenset(
    {
        "asyncio.sslproto",
        "dill",
        "google.protobuf.internal.python_message",
        "grpc",
        "grpc.aio",
        "importlib.metadata",
        "opentelemetry.context",
        "opentelemetry.propagate",
        "opentelemetry.trace",
        "pulumi.automation",
        "pulumi.runtime._instrumentation",
        "ssl",
        "uuid",
    }
)
_AT_ONCE: Final[Mapping[str, Mapping[str, Any]]] = {
    "importlib.metadata": {
        "version": versions.installed,
        "entry_points": lambda **named: _loaded("importlib.metadata").entry_points(**named),
    }
}
"""What such a module has before it runs, as what imports it takes these names at once."""
_OF_IMPORTS: Final = frozenset({"__cached__", "__file__", "__loader__", "__package__", "__path__", "__spec__"})
"""What the import system asks and sets itself."""
_lock: Final = threading.RLock()


def install() -> None:
    """Load these modules when they are used, from now on."""
    if not any(isinstance(finder, _LaterFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LaterFinder())


def is_pending(module: types.ModuleType) -> bool:
    """Whether a module is there and has not run yet."""
    return type(module) is _Later


class _Later(types.ModuleType):
    """A module that has not run yet."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        if name in _OF_IMPORTS:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if (inner := f"{self.__name__}.{name}") in MODULES:
            return importlib.import_module(inner)
        _run(self)
        return getattr(self, name)


def _loaded(name: str) -> Any:  # noqa: ANN401 - a module
    module = importlib.import_module(name)
    if isinstance(module, _Later):
        _run(module)
    return module


def _run(module: _Later) -> None:
    above = sys.modules.get(module.__name__.rpartition(".")[0])
    if isinstance(above, _Later):
        _run(above)  # which may need that module in its turn
    with _lock:
        spec = module.__spec__
        if type(module) is not _Later or spec is None or not isinstance(spec.loader, _LaterLoader):
            return
        loader = spec.loader.real
        first = _AT_ONCE.get(spec.name, {})
        given = {
            name: value
            for name, value in vars(module).items()
            if not name.startswith("__") and value is not first.get(name)
        }
        module.__class__ = types.ModuleType  # type: ignore[assignment] # which it is from now on
        spec.loader = module.__loader__ = loader
        loader.exec_module(module)
        vars(module).update(given)  # what others have set meanwhile


class _LaterLoader(importlib.abc.Loader):
    """Makes a module, and leaves it to its first use to run it."""

    def __init__(self, real: importlib.abc.Loader) -> None:
        self.real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make the module."""
        return _Later(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Give it what it has at once."""
        vars(module).update(_AT_ONCE.get(module.__name__, {}))


class _LaterFinder(importlib.abc.MetaPathFinder):
    """Finds these modules where they are."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module, as the import system asks for it."""
        if fullname not in MODULES or (fullname == "pulumi.runtime._instrumentation" and "TRACEPARENT" in os.environ):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _LaterLoader(spec.loader)
        return spec
