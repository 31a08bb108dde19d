"""Load only those parts of the AWS SDK that a program uses, from code that was compiled once.

`pulumi_aws.ec2` and its like import every resource module they hold, and each of those every input and output class of
the package: tens of megabytes of generated classes, which take most of a preview's time. `install` makes these packages
load a module, and a class, when it is asked for. The classes are the SDK's own, built from the same source, with two
things left out that only readers need: docstrings, and the evaluation of type hints, which happens where a type is asked
for. What does not look as expected is imported the ordinary way.

Previews and the tests do this; a test holds it against the SDK as it is, which is what `pulumi up` imports.
"""

from __future__ import annotations
import __future__

import builtins
import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi

from compat import aws, core, versions
from preview.source_cache import File, SourceCache

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_SIMPLE: Final = frozenset(
    {"pulumi", "Output", "Input", "Optional", "Sequence", "Mapping", "Any", "_builtins", "str", "int", "bool", "float"}
)
"""The words of a type hint that means the same in every module."""


def install() -> None:
    """Make the AWS SDK's packages lazy from now on; those already imported stay as they are."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    original = core.names_for_hints()
    core.look_up_types(_with_referred_classes(original), lambda cls: _PropertyTypes(cls, core.getters(cls), original))
    sys.meta_path.insert(0, _Finder(SourceCache(f"sdk-{versions.installed('pulumi-aws')}")))


def save() -> None:
    """Keep what this run compiled for the next one."""
    for finder in sys.meta_path:
        if isinstance(finder, _Finder):
            finder.cache.save()


class _PropertyTypes(MutableMapping[str, object]):
    """The types of a class's properties by their names in Pulumi, each worked out when it is asked for."""

    _known: typing.ClassVar[dict[str, object]] = {}

    def __init__(
        self,
        cls: type,
        getters: Mapping[str, Any],
        globals_for: Callable[[type], dict[str, object] | None],
    ) -> None:
        self._cls = cls
        self._getters = getters
        self._globals_for = globals_for
        self._found: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._found:
            self._found[name] = self._type(self._getters[name])
        if self._found[name] is pulumi.Output:
            raise KeyError(name)
        return self._found[name]

    def _type(self, getter: Any) -> object:  # noqa: ANN401 - a function
        hint = getter.__annotations__.get("return")
        if not isinstance(hint, str) or not _SIMPLE.issuperset(_WORD.findall(hint)):
            return self._worked_out(getter)
        if hint not in self._known:
            self._known[hint] = self._worked_out(getter)
        return self._known[hint]

    def _worked_out(self, getter: Any) -> object:  # noqa: ANN401 - as above
        module = sys.modules.get(self._cls.__module__)
        names = self._globals_for(self._cls) if _names_of(module) is None else {}
        hint = typing.get_type_hints(getter, names, _Scope(module)).get("return", pulumi.Output)
        return core.unwrapped(hint)

    def __setitem__(self, name: str, value: object) -> None:
        self._found[name] = value

    def __delitem__(self, name: str) -> None:
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._getters)

    def __len__(self) -> int:
        return len(self._getters)


class _Scope(dict[str, object]):
    """The names in a class's type hints: those of its module, each built when it is named."""

    def __init__(self, module: types.ModuleType | None) -> None:
        super().__init__(Output=pulumi.Output, T=type(None))
        self._names = _names_of(module)

    def __missing__(self, name: str) -> object:
        if self._names is None:
            raise KeyError(name)
        return self._names[name]


def _with_referred_classes(
    original: Callable[[type], dict[str, object] | None],
) -> Callable[[type], dict[str, object] | None]:
    """Extend the names that a class's type hints are looked up in by those of its module that they name."""

    def names_for(cls: type) -> dict[str, object] | None:
        found = original(cls)
        names = _names_of(sys.modules.get(cls.__module__))
        if found is not None and names is not None:
            found.update(names)
            for name in _referred(cls):
                if name not in found and name in names.all():
                    found[name] = names[name]
        return found

    return names_for


def _referred(cls: type) -> Iterator[str]:
    """Name what the annotations of a class and its properties refer to by name only."""
    for base in cls.__mro__:
        annotations = list(vars(base).get("__annotations__", {}).values())
        for value in vars(base).values():
            if isinstance(value, property) and value.fget is not None:
                annotations += getattr(value.fget, "__annotations__", {}).values()
        while annotations:
            annotation = annotations.pop()
            if isinstance(annotation, typing.ForwardRef):
                yield from _WORD.findall(annotation.__forward_arg__)
            elif isinstance(annotation, str):
                yield from _WORD.findall(annotation)
            else:
                annotations += typing.get_args(annotation)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the SDK's packages and modules, and hands them to the lazy loaders."""

    def __init__(self, cache: SourceCache) -> None:
        self.cache = cache

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        if package not in aws.PACKAGES or rest.partition(".")[0] in aws.BY_HAND:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        loader = _PackageLoader if spec.submodule_search_locations else _ModuleLoader
        if loader is _ModuleLoader and not hasattr(sys.modules[fullname.rpartition(".")[0]], _LAZY):
            return None  # its package takes all its names at once
        spec.loader = loader(fullname, spec.loader.path, self.cache.of(Path(spec.loader.path)))
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, kept: File) -> None:
        super().__init__(fullname, path)
        self.kept = kept

    @functools.cached_property
    def source(self) -> str:
        return Path(self.path).read_text(encoding="utf-8")


class _PackageLoader(_Loader):
    """Loads a package without the modules it would import."""

    def exec_module(self, module: types.ModuleType) -> None:
        modules, packages = self.kept.get("plan", self._plan)
        if not modules:
            super().exec_module(module)
            return
        by_key = {name.replace("_", ""): name for name in modules if not name.startswith("_")}

        def find(name: str) -> object:
            if name in packages:
                return importlib.import_module(f"{module.__name__}.{name}")
            if name in {"outputs", *aws.SHARED} or name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            # Most names point to the module they are in. For another one, look into all of them.
            for candidate in (*_homes(name, by_key), *modules):
                home = importlib.import_module(f"{module.__name__}.{candidate}")
                names = _names_of(home)
                if name in (home.__all__ if names is None else names.own):
                    found = vars(module)[name] = getattr(home, name)
                    return found
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

        vars(module).update({_LAZY: True, "__getattr__": find})
        module.__class__ = _Package
        registered = self.kept.get("registered", self._registered)
        if registered is not None:
            _register_later(registered, module.__name__)

    def _plan(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Name the modules that the package imports all from, private ones first, and its packages; nothing if it does more."""
        text = self.source.partition(aws.REGISTER)[0]
        text, _, rest = text.partition(aws.SECTIONS)
        packages = re.findall(r"(?m)^    (\w+) = _utilities\.lazy_import\(", rest)
        lines = text.splitlines()
        modules = [match[1] for line in lines if (match := aws.STAR.fullmatch(line))]
        if any(not aws.STAR.fullmatch(line) and not aws.HARMLESS.fullmatch(line) for line in lines):
            return (), ()
        return tuple(sorted(modules, key=lambda name: not name.startswith("_"))), tuple(packages)

    def _registered(self) -> types.CodeType | None:
        """The call that tells the SDK which class is which type of resource."""
        _, call, rest = self.source.partition(aws.REGISTER)
        return compile(call + rest, self.path, "exec", dont_inherit=True) if call else None


class _Package(types.ModuleType):
    """A package in which a function hides the module of its name, as in the SDK: `get_caller_identity` is both."""

    def __setattr__(self, name: str, value: object) -> None:
        # The import of a module sets it in its package.
        names = _names_of(value) if isinstance(value, types.ModuleType) else None
        if names is None or name not in names.own:
            super().__setattr__(name, value)


def _homes(name: str, by_key: Mapping[str, str]) -> Iterator[str]:
    """Name the modules a class or function may be in: `VpcArgs` in `vpc`, `get_zone_output` in `get_zone`."""
    key = name.replace("_", "").lower().removeprefix("awaitable")
    for candidate in (key, key.removesuffix("args"), key.removesuffix("output"), key.removesuffix("result")):
        if candidate in by_key:
            yield by_key[candidate]


def _register_later(code: types.CodeType, package: str) -> None:
    """Run the call that tells the SDK which class is which type of resource when the SDK asks for the first time."""
    pending = [code]

    def register() -> None:
        while pending:
            exec(pending.pop(), {"_utilities": importlib.import_module(f"{package}._utilities")})  # noqa: S102 - the SDK's own code

    core.before_resources_are_looked_up(register)


_BUILTINS: Final = vars(builtins)


class _Names(dict[str, Any]):
    """The names of a module: what its first lines import and, built when it is named, each of its classes and functions."""

    def __init__(self, module: types.ModuleType, own: frozenset[str], build: Callable[[_Names, str], None]) -> None:
        super().__init__({key: value for key, value in vars(module).items() if key.startswith("__")})
        self._module = module
        self.own = own
        self._build = build

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - whatever the SDK has
        if name in self.own:
            self._build(self, name)
            return self[name]
        for other in self._others():
            if name in other.own:
                return other[name]
        self[name] = found = _BUILTINS[name]  # which would be searched for here each time
        return found

    def all(self) -> frozenset[str]:
        """What it can build, itself or from the modules it shares."""
        return self.own.union(*(other.own for other in self._others()))

    def _others(self) -> Iterator[_Names]:
        package = self["__name__"].rpartition(".")[0]
        for shared in aws.SHARED:
            if (other := _names_of(sys.modules.get(f"{package}.{shared}"))) is not None and other is not self:
                yield other


_LAZY: Final = "__preview_lazy__"
_NAMES: Final = "__preview_names__"


def _names_of(module: types.ModuleType | None) -> _Names | None:
    found = vars(module).get(_NAMES) if module else None
    return found if isinstance(found, _Names) else None


class _ModuleLoader(_Loader):
    """Loads a module of generated classes and functions, each when it is asked for."""

    def exec_module(self, module: types.ModuleType) -> None:
        own = frozenset(self.kept.get("names", self._names))
        if not own:
            super().exec_module(module)
            return
        names = _Names(module, own, self._build)
        exec(self.kept.get("head", lambda: self._compiled(0, self._blocks[1][0])), names)  # noqa: S102 - the SDK's own code
        public = names.get("__all__", [])
        shared = module.__name__.rpartition(".")[2] in aws.SHARED

        def find(name: str) -> object:
            if name.startswith("__") or (name not in own and name not in names):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return names[name]

        # A resource module copies every name of the shared ones. It needs none but those that `_Names` finds for it.
        vars(module).update({_NAMES: names, "__getattr__": find, "__all__": [] if shared else public})

    def _build(self, names: _Names, name: str) -> None:
        code = self.kept.get(name, lambda: self._compiled(*self._blocks[0][name]))
        try:
            exec(code, names)  # noqa: S102 - the SDK's own code
        except NameError as error:  # a class body looks names up past `_Names`
            if error.name not in names.all() or error.name in names:
                raise
            names[error.name] = names[error.name]
            self._build(names, name)

    @functools.cached_property
    def _blocks(self) -> tuple[dict[str, tuple[int, int]], list[int]]:
        """Where each class and function begins and ends, and where the first one begins."""
        begins = [(match[1], match.start()) for match in aws.BLOCK.finditer(self.source)]
        ends = [*(begin for _, begin in begins[1:]), len(self.source)]
        places: dict[str, tuple[int, int]] = {}
        for (name, begin), end in zip(begins, ends, strict=True):
            if name in places and places[name][1] != begin:
                return {}, [0]
            places[name] = (places.get(name, (begin, end))[0], end)
        return places, [begins[0][1] if begins else 0]

    def _names(self) -> tuple[str, ...]:
        """What the module consists of; nothing if it is more than imports, `__all__`, classes and functions."""
        places, (first,) = self._blocks
        head = self.source[:first]
        public = re.search(r"(?m)^__all__ = \[([^\]]*)\]", head)
        named = set(re.findall(r"'(\w+)'", public[1])) if public else set()
        whole = named and named <= places.keys() and not aws.TOP_LEVEL.search(self.source, first)
        return tuple(places) if whole else ()

    def _compiled(self, begin: int, end: int) -> types.CodeType:
        lines = self.source.count("\n", 0, begin)
        flags = __future__.annotations.compiler_flag
        text = "\n" * lines + self.source[begin:end]
        code: types.CodeType = compile(text, self.path, "exec", flags, dont_inherit=True, optimize=2)
        return code
