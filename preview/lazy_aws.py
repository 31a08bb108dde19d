"""Load only those parts of the AWS SDK that a program uses.

`pulumi_aws.ec2` and its like import every resource module they hold, and each of those every input and output class of
the package: tens of megabytes of generated classes, which take most of a preview's time. `install` makes these packages
load a resource module, and a class, when it is asked for. The classes are the SDK's own, built from the same code; what
does not look as expected is imported the ordinary way.

Only the preview's own process does this. `pulumi up` and the tests import the SDK as it is.
"""

from __future__ import annotations

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
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Final

import pulumi

_PACKAGE: Final = "pulumi_aws"
_COMPONENTS: Final = "pulumi_awsx"
_CLASS_MODULES: Final = frozenset({"_inputs", "outputs"})
_STAR: Final = re.compile(r"from \.(\w+) import \*")
_HARMLESS: Final = re.compile(r"\s*(#.*|import .*|from \.\. import _utilities|from \. import outputs)?\s*")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


def install() -> None:
    """Make the AWS SDK's packages lazy from now on; those already imported stay as they are."""
    import pulumi._types as hints  # noqa: PLC0415 - must not be imported before the policy pack was started

    original = getattr(hints, "_globals_for_cls", None)
    if original is None or any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return  # another SDK, whose type hints would miss the classes that are not built yet; or already done
    setattr(hints, "_globals_for_cls", _with_referred_classes(original))  # noqa: B010 - it is the SDK's own
    if hasattr(hints, "_types_from_annotations") and hasattr(hints, "_py_properties"):
        _type_what_is_there(hints, original)
    sys.meta_path.insert(0, _Finder())


def _type_what_is_there(hints: types.ModuleType, globals_for: Callable[[type], dict[str, object] | None]) -> None:
    """Make the SDK work out the types of those properties that a resource has, not of all that it could have."""

    @functools.cache
    def property_types(cls: type) -> _PropertyTypes:
        getters = {name: prop.fget for _, name, prop in getattr(hints, "_py_properties")(cls)}  # noqa: B009 - the SDK's own
        return _PropertyTypes(getters, globals_for(cls), _Classes(cls), hints)

    @functools.cache
    def resource_types(cls: type) -> Mapping[str, object]:
        annotations = getattr(hints, "_types_from_annotations")(cls)  # noqa: B009 - as above
        return ChainMap(property_types(cls), annotations) if annotations else property_types(cls)

    setattr(hints, "_types_from_py_properties", property_types)  # noqa: B010 - as above
    setattr(hints, "resource_types", resource_types)  # noqa: B010 - as above


class _Classes(dict[str, object]):
    """The names in a class's type hints that are not in its module: the package's input classes, each built when it is named."""

    def __init__(self, cls: type) -> None:
        super().__init__(Output=pulumi.Output, T=type(None))
        self._inputs = sys.modules.get(f"{cls.__module__.rpartition('.')[0]}._inputs")

    def __missing__(self, name: str) -> object:
        if self._inputs is not None and name in vars(self._inputs).get(_BUILDERS, ()):
            return getattr(self._inputs, name)
        raise KeyError(name)


class _PropertyTypes(MutableMapping[str, object]):
    """The types of a class's properties by their names in Pulumi, each worked out when it is asked for."""

    def __init__(
        self,
        getters: Mapping[str, object],
        names: dict[str, object] | None,
        classes: _Classes,
        hints: types.ModuleType,
    ) -> None:
        self._getters = getters
        self._names = names
        self._classes = classes
        self._hints = hints
        self._found: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._found:
            hint = typing.get_type_hints(self._getters[name], self._names, self._classes).get("return", pulumi.Output)
            self._found[name] = self._hints.unwrap_type(hint)
        if self._found[name] is pulumi.Output:
            raise KeyError(name)
        return self._found[name]

    def __setitem__(self, name: str, value: object) -> None:
        self._found[name] = value

    def __delitem__(self, name: str) -> None:
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._getters)

    def __len__(self) -> int:
        return len(self._getters)


def _with_referred_classes(original: Callable[[type], dict[str, object] | None]) -> object:
    """Extend the names that a class's type hints are looked up in by those of the package's classes they name."""

    def names_for(cls: type) -> dict[str, object] | None:
        names = original(cls)
        package = cls.__module__.rpartition(".")[0]
        inputs = sys.modules.get(f"{package}._inputs")
        if names is not None and isinstance(inputs, types.ModuleType) and _BUILDERS in vars(inputs):
            for name in _referred(cls):
                if name not in names and name in vars(inputs)[_BUILDERS]:
                    names[name] = getattr(inputs, name)
        return names

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


_BUILDERS: Final = "__preview_builders__"


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the SDK's service packages and their class modules, and hands them to the lazy loaders."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        parent, _, name = fullname.rpartition(".")
        service = parent in {_PACKAGE, _COMPONENTS}
        classes = parent.startswith(f"{_PACKAGE}.") and name in _CLASS_MODULES
        if not service and not classes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if service and spec.submodule_search_locations:
            spec.loader = _ServiceLoader(fullname, spec.loader.path)
        elif classes:
            spec.loader = _ClassesLoader(fullname, spec.loader.path)
        return spec


class _ServiceLoader(importlib.machinery.SourceFileLoader):
    """Loads a service package without the resource modules it would import."""

    def exec_module(self, module: types.ModuleType) -> None:
        lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        modules = [match[1] for line in lines if (match := _STAR.fullmatch(line.strip()))]
        modules.sort(key=lambda name: not name.startswith("_"))
        if not modules or any(not _STAR.fullmatch(line.strip()) and not _HARMLESS.fullmatch(line) for line in lines):
            super().exec_module(module)
            return
        eager = [name for name in modules if name == "_enums"]
        by_key = {name.replace("_", ""): name for name in modules if not name.startswith("_")}

        def find(name: str) -> object:
            if name in {"outputs", "_inputs", "_enums"} or name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            # Most names point to the module they are in. For another one, look into all of them.
            for candidate in (*_homes(name, by_key), *modules):
                home = importlib.import_module(f"{module.__name__}.{candidate}")
                vars(module).update(_public(home))
                if name in home.__all__ or name in vars(home).get(_BUILDERS, ()):
                    return getattr(home, name)
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

        setattr(module, "__getattr__", find)  # noqa: B010 - a module's own, PEP 562
        for name in eager:
            vars(module).update(_public(importlib.import_module(f"{module.__name__}.{name}")))


def _homes(name: str, by_key: Mapping[str, str]) -> Iterator[str]:
    """Name the modules a class or function may be in: `VpcArgs` in `vpc`, `get_zone_output` in `get_zone`."""
    key = name.replace("_", "").lower().removeprefix("awaitable")
    for candidate in (key, key.removesuffix("args"), key.removesuffix("output"), key.removesuffix("result")):
        if candidate in by_key:
            yield by_key[candidate]


def _public(module: types.ModuleType) -> dict[str, object]:
    return {name: getattr(module, name) for name in module.__all__}


class _ClassesLoader(importlib.machinery.SourceFileLoader):
    """Loads a module of generated classes, each when it is asked for."""

    def exec_module(self, module: types.ModuleType) -> None:
        code = self.get_code(module.__name__)
        head = _head(Path(self.path))
        found = {c.co_name: c for c in code.co_consts if isinstance(c, types.CodeType)} if code else {}
        namespace = vars(module)
        if head:
            exec(compile(head, self.path, "exec"), namespace)  # noqa: S102 - the SDK's own code
        names = namespace.get("__all__", [])
        if not names or set(names) != set(found):
            namespace.pop("__all__", None)
            super().exec_module(module)
            return
        outputs = module.__name__.endswith(".outputs")
        input_type, output_type = namespace["pulumi"].input_type, namespace["pulumi"].output_type

        def build(name: str) -> object:
            if name not in found:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            function = types.FunctionType(found[name], namespace)
            if outputs:
                made = output_type(builtins.__build_class__(function, name, dict))
            elif name.endswith("ArgsDict"):
                made = builtins.__build_class__(function, name, namespace["TypedDict"])
            else:
                made = input_type(builtins.__build_class__(function, name))
            namespace[name] = made
            return made

        # A resource module copies every name it could need. It needs none of them but for its type hints, which are
        # served by `_with_referred_classes`.
        namespace.update({"__all__": [], _BUILDERS: found.keys(), "__getattr__": build})


def _head(path: Path) -> str:
    """Return a class module's imports and `__all__`, all that comes before its first class; empty if it has no such head."""
    lines: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            lines.append(line)
            if line.startswith("]"):
                return "".join(lines)
            if line.startswith(("class ", "@", "def ")):
                break
    return ""
