"""What rests on private names of Pulumi's own SDK: mostly the same work in less time, while a program is recorded."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import importlib
import types
from collections import ChainMap
from collections.abc import Callable, Hashable, Iterator, Mapping, MutableMapping
from typing import Any, Final, NoReturn, TypeVar, cast

import pulumi
import pulumi._types as sdk_types
import pulumi.output as sdk_output
import pulumi.resource as sdk_resources
import pulumi.resource_hooks as sdk_hooks
import pulumi.runtime._depends_on as sdk_depends_on
import pulumi.runtime.resource as sdk_resource
import pulumi.runtime.rpc as sdk_rpc
import pulumi.runtime.settings as sdk_settings
import pulumi.runtime.stack as sdk_stack
import pulumi.runtime.sync_await as sdk_sync_await
from pulumi import log
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.settings import SETTINGS, Settings

from compat import loop as loops
from compat.versions import Tried

TRIED: Final = Tried("pulumi", "3.272", "3.273")
"""The versions this module was tried with; the second is the first one that it was not."""

sdk_invoke: Final = importlib.import_module("pulumi.runtime.invoke")  # whose name in its package is a function
_TURNS: Final = 5
"""How often the event loop turns before the URN that the SDK makes up is there."""


_Value = TypeVar("_Value")


def awaited(output: pulumi.Output[_Value]) -> _Value | None:
    """Wait for a value in the middle of the program, as the SDK's look-ups without `_output` do; None where it is unknown."""
    return sdk_sync_await._sync_await(output.future())


def stack_outputs(reference: pulumi.StackReference) -> object:
    """Wait for the outputs of another stack; None where they are unknown.

    Raises:
        Exception: what the engine says where it cannot read that stack. It is the caller's to tell: the SDK, which would tell it in its own
            way at the end of the program, forgets it.
    """
    try:
        return awaited(reference.outputs)
    except Exception as error:
        manager = sdk_settings._get_rpc_manager()
        sdk_sync_await._sync_await(asyncio.gather(*manager.rpcs, *SETTINGS.outputs, return_exceptions=True))
        sdk_sync_await._sync_await(asyncio.sleep(0))  # in which the SDK takes the failure down
        manager.clear()
        SETTINGS.outputs.clear()
        asyncio.get_event_loop().set_exception_handler(_all_but(error))
        raise


def _all_but(told: Exception) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return an event loop's handler of what nobody asked for, which leaves out one failure: each of a resource's futures has it."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context.get("exception") is not told:
            loop.default_exception_handler(context)

    return handle


async def drain() -> None:
    """Wait until every output is resolved. The SDK does so too, but in time that grows with the square of their number."""
    while SETTINGS.outputs:
        pending = list(SETTINGS.outputs)
        SETTINGS.outputs.clear()
        for future in pending:
            await future


@contextlib.contextmanager
def in_less_time() -> Iterator[None]:
    """Replace what takes the SDK most of its time, while the program of this process runs.

    Each replacement gives what the SDK's function gives: outputs of a resource are made when they are asked for, names
    and plain values are worked out once, and what only the CLI shows (where in the program a resource was made, debug
    messages) is left out.
    """
    from compat import core_messages, core_outputs, core_values  # noqa: PLC0415 - `pulumi up` needs none of it

    declare = core_messages.declare_dependency()
    replaced = (
        (sdk_resource, "_get_stack_trace", source_pb2.StackTrace),
        *((module, "copy", types.SimpleNamespace(copy=_copy)) for module in (sdk_resources, sdk_hooks)),
        (pulumi.ResourceOptions, "merge", _merge(pulumi.ResourceOptions.merge)),
        (sdk_resource, "create_urn", _create_urn(sdk_resource.create_urn)),
        (sdk_resource, "resource_pb2", core_messages.Messages()),
        *((module, "wrap_with_context", _as_it_is) for module in (sdk_invoke, sdk_resource, sdk_settings, sdk_stack)),
        (sdk_resource, "_prepare_resource_hooks", core_messages.prepare_hooks(sdk_resource._prepare_resource_hooks)),
        (sdk_rpc, "declare_dependency", declare),
        *(
            (module, "_expand_dependencies", core_messages.expand_dependencies(sdk_rpc._add_dependency, declare))
            for module in (sdk_resource, sdk_depends_on)
        ),
        (sdk_rpc, "transfer_properties", _transfer_properties(sdk_rpc.transfer_properties)),
        (sdk_rpc, "serialize_property", core_values.Serializer(sdk_rpc.serialize_property).serialize_property),
        (sdk_rpc, "resolve_outputs", core_values.resolve_outputs(sdk_rpc.resolve_outputs)),
        (
            sdk_rpc,
            "resolve_outputs_due_to_exception",
            core_values.resolve_outputs_due_to_exception(sdk_rpc.resolve_outputs_due_to_exception),
        ),
        (sdk_rpc, "contains_unknowns", core_outputs.contains_unknowns),
        (sdk_output, "contains_unknowns", core_outputs.contains_unknowns),
        *((sdk_types, name, _remembering(vars(sdk_types)[name])) for name in _OF_TYPES),
        *((pulumi.Output, name, replacement) for name, replacement in core_outputs.replacements()),
        (log, "debug", _nothing),
    )
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in replaced]
    for owner, name, replacement in replaced:
        setattr(owner, name, replacement)
    rpc = vars(sdk_resource)["rpc"]
    setattr(sdk_resource, "rpc", core_messages.rpc())  # noqa: B010 - the SDK's own import
    try:
        yield
    finally:
        setattr(sdk_resource, "rpc", rpc)  # noqa: B010 - as above
        for owner, name, original in before:
            setattr(owner, name, original)


_OF_TYPES: Final = (
    *("resource_pulumi_to_py_names", "input_type_py_to_pulumi_names"),
    *("unwrap_type", "unwrap_optional_type"),
)
"""Functions of types, which are worked out once in a process."""


@functools.cache
def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    return functools.cache(function)


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a function: the recorder's loop calls it at once, in the context that there is."""
    return function


def _nothing(*_: object, **__: object) -> None:
    """Say nothing."""


def _copy(value: object) -> object:
    """Give what `copy.copy` gives. Options of resources, of which there are several copies for each, have only attributes."""
    cls = type(value)
    if cls is not pulumi.ResourceOptions and cls is not sdk_hooks.ResourceHookBinding:
        return copy.copy(value)
    made = object.__new__(cls)
    made.__dict__.update(value.__dict__)
    return made


_OPTIONS: Final = frozenset(vars(pulumi.ResourceOptions()))
_NO_OPTIONS: Final = types.MappingProxyType(dict.fromkeys(_OPTIONS - {"version", "plugin_download_url"}))


def _merge(original: Callable[..., pulumi.ResourceOptions]) -> Callable[..., pulumi.ResourceOptions]:
    """Give what the SDK's function gives: each class of a provider merges the program's options over which version it is of."""

    def merge(opts1: pulumi.ResourceOptions | None, opts2: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
        cls = pulumi.ResourceOptions
        if type(opts1) is not cls or type(opts2) is not cls:
            return original(opts1, opts2)
        default, given = opts1.__dict__, opts2.__dict__
        waits_for = given["depends_on"]
        if (
            {**default, **_NO_OPTIONS} != default
            or not given.keys() == default.keys() == _OPTIONS
            or (waits_for is not None and type(waits_for) is not list)
            or given["providers"] is not None
            or given["hooks"] is not None
        ):
            return original(opts1, opts2)
        made = object.__new__(cls)
        made.__dict__.update(given)
        made.depends_on = [*waits_for] if waits_for else []
        made.hooks = sdk_hooks.ResourceHookBinding()
        for name in ("version", "plugin_download_url"):
            if given[name] is None:
                made.__dict__[name] = default[name]
        return made

    return merge


class _Known:
    """The part of an output that the SDK uses of the URN that it makes up for each resource, in case there is no engine."""

    def __init__(self, value: str) -> None:
        self._value = value

    def future(self) -> asyncio.Future[str]:
        """Return the value after as many turns of the loop as the SDK's output takes: the order of resources stays the same."""
        known: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        loops.call_in(_TURNS - 1, known.set_result, self._value)
        return known


def _create_urn(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_urn(name: object, type_: object, parent: object = None, *rest: object) -> Any:  # noqa: ANN401 - the SDK's
        if rest or not (isinstance(name, str) and isinstance(type_, str) and isinstance(parent, str)):
            return original(name, type_, parent, *rest)
        return _Known(f"{parent.rpartition('::')[0]}${type_}::{name}")

    return create_urn


def _transfer_properties(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Make those outputs when they are asked for that the class has a getter for, which looks into `__dict__`."""
    from compat import core_outputs, core_values  # noqa: PLC0415 - as above

    def transfer_properties(resource: pulumi.Resource, props: Mapping[str, Any], custom: bool) -> dict[str, Any]:
        getters = _getters(cast("Hashable", type(resource)))
        later = [name for name in props if name in getters and name not in {"id", "urn"}]
        pending = core_outputs.Pending(resource, later)
        others = original(resource, {name: props[name] for name in props if name not in getters}, custom)
        resource.__dict__ = core_outputs.Outputs(resource.__dict__ | dict.fromkeys(later, pending))
        return core_values.Resolvers(others, pending)

    return transfer_properties


@functools.cache
def _getters(cls: Hashable) -> frozenset[str]:
    return frozenset(name for name, _, _ in sdk_types._py_properties(cast("type", cls)))


Names = Callable[[type], dict[str, object] | None]
"""What the names in a class's type hints stand for."""


def names_for_hints() -> Names:
    """Return the SDK's own look-up of the names in type hints."""
    return cast("Names", sdk_types._globals_for_cls)


def look_up_types(names: Names, property_types: Callable[[type], MutableMapping[str, object]]) -> None:
    """Let the SDK look types up otherwise, from now on.

    Args:
        names: what the names in a class's type hints stand for.
        property_types: the types of a class's properties, which need not be worked out before they are asked for.
    """

    @functools.cache
    def properties(cls: type) -> MutableMapping[str, object]:
        return property_types(cls)

    @functools.cache
    def resource_types(cls: type) -> Mapping[str, object]:
        annotations = sdk_types._types_from_annotations(cls)
        return ChainMap(properties(cls), cast("Any", annotations)) if annotations else properties(cls)

    for name, replacement in (
        ("_globals_for_cls", names),
        ("_types_from_py_properties", properties),
        ("resource_types", resource_types),
    ):
        setattr(sdk_types, name, replacement)


def getters(cls: type) -> dict[str, Any]:
    """Return a class's property getters by the properties' names in Pulumi."""
    return {name: prop.fget for _, name, prop in sdk_types._py_properties(cast("Any", cls))}


def unwrapped(hint: Any) -> object:  # noqa: ANN401 - a type hint
    """Return the type inside an input, an output or an optional one."""
    return sdk_types.unwrap_type(hint)


def before_resources_are_looked_up(do: Callable[[], None]) -> None:
    """Do something before the SDK looks up the class of a resource type."""

    def asked(original: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(original)
        def look_up(*args: object) -> object:
            do()
            return original(*args)

        return look_up

    for name in ("get_resource_package", "get_resource_module"):
        setattr(sdk_rpc, name, asked(getattr(sdk_rpc, name)))


def configuration() -> dict[str, str]:
    """Return the whole configuration of the running stack by full key, such as `slipway:app`."""
    return {**get_config_env(), **CONFIG.get()}


def is_secret(key: str) -> bool:
    """Tell whether a configuration value of the running stack is a secret, by its full key."""
    return bool(is_config_secret(key))


class ConfigurationAskedError(BaseException):
    """A module asks for the configuration, or for the stack's name, while it is imported. No program handles it by chance."""


class _NoConfiguration(dict[str, str]):
    def __contains__(self, key: object) -> bool:
        raise ConfigurationAskedError(key)

    __getitem__ = __iter__ = keys = items = get = __contains__  # type: ignore[assignment] # none of them returns


class _OfAnyStack(Settings):
    @property
    def stack(self) -> NoReturn:
        raise ConfigurationAskedError("stack")


@contextlib.contextmanager
def without_configuration(project: str, stack: str | None) -> Iterator[None]:
    """Let whoever asks for the configuration meanwhile fail with `ConfigurationAskedError`.

    Args:
        project: what the program is told of its project's name.
        stack: what it is told of its stack's; None: who asks for that fails as well.
    """
    before = SETTINGS.project, SETTINGS.stack
    set_ = CONFIG.set(_NoConfiguration())
    SETTINGS.project = project
    if stack is None:
        SETTINGS.__class__ = _OfAnyStack
    else:
        SETTINGS.stack = stack
    try:
        yield
    finally:
        SETTINGS.__class__ = Settings
        CONFIG.reset(set_)
        SETTINGS.project, SETTINGS.stack = before
