"""A user's own module: resources beside the stack's, and single properties of the stack's resources."""

from __future__ import annotations

import difflib
import importlib.util
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi import Input, ResourceOptions

from components.cache import Cache
from components.cluster import Cluster
from components.database import Database
from components.existing_network import AnyNetwork
from components.media_bucket import MediaBucket
from components.secrets import Secrets
from components.service import Service
from components.shared_load_balancer import AnyLoadBalancer

_ENTRIES: Final = ("add", "change")
_OWN: Final = "slipway:index:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What `add(parts)` is given: the finished parts of the stack. None stands for a part that the stack file leaves out."""

    options: ResourceOptions
    """Options for every resource that is added, so that it belongs to the stack: `opts=parts.options`."""
    name_prefix: str
    """What names in AWS start with, such as storefront-production."""
    region: str
    """The stack's region."""
    account_id: Input[str]
    """The AWS account."""
    boundary_arn: Input[str] | None
    """The permissions boundary that every role of the stack has, and that roles of one's own must have."""
    network: AnyNetwork
    cluster: Cluster
    secrets: Secrets | None
    database: Database | None
    cache: Cache | None
    media: MediaBucket | None
    load_balancer: AnyLoadBalancer | None
    internal_balancer: AnyLoadBalancer | None
    services: Mapping[str, Service]
    """The services, by their names in the stack file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StackResource:
    """What `change(resource)` is given: a resource of the stack that is about to be registered."""

    type: str
    """Its type token, such as aws:ecs/service:Service."""
    name: str
    """Its logical name, such as api-service."""
    properties: Mapping[str, Any]
    """Its inputs, with their names in Python, such as desired_count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """A user's module, loaded."""

    place: str
    """Its path, as the stack file has it."""
    add: Callable[[Parts], None] | None = None
    change: Callable[[StackResource], Mapping[str, Any] | None] | None = None

    @classmethod
    def load(cls, root: Path, place: str) -> Module:
        """Run a module.

        Args:
            root: the project's folder.
            place: the file below it.

        Raises:
            pulumi.RunError: it is not there, ends with an error, or defines neither `add` nor `change`.
        """
        path = (root / place).resolve()
        if not path.is_file() or not path.is_relative_to(root.resolve()):
            raise pulumi.RunError(f"slipway:extension.module: {place}: there is no such file in the project")
        specification = importlib.util.spec_from_file_location(f"slipway_extension_{path.stem}", path)
        if specification is None or specification.loader is None:
            raise pulumi.RunError(f"slipway:extension.module: {place}: Python cannot load it")
        module = importlib.util.module_from_spec(specification)
        with _told(place, path):
            specification.loader.exec_module(module)
        found = {name: entry for name in _ENTRIES if callable(entry := getattr(module, name, None))}
        if not found:
            raise pulumi.RunError(
                f"slipway:extension.module: {place}: it defines neither add(parts) nor change(resource)"
            )
        return cls(place=place, **_guarded(found, place, path))

    def register(self) -> None:
        """Let it change what is made from now on."""
        if self.change:
            pulumi.runtime.register_stack_transformation(self._transformed)

    def _transformed(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if self.change is None or args.type_.startswith((_OWN, "pulumi:")):
            return None
        changed = self.change(StackResource(type=args.type_, name=args.name, properties=dict(args.props)))
        if not changed:
            return None
        wrong = [_unknown(name, args.props) for name in changed if name not in args.props]
        if wrong:
            where = f"slipway:extension.module: {self.place}: change() of {args.type_} {args.name}"
            raise pulumi.RunError("\n".join(f"{where}: {problem}" for problem in wrong))
        return pulumi.ResourceTransformationResult({**args.props, **changed}, args.opts)


def _guarded(found: Mapping[str, Callable[..., Any]], place: str, path: Path) -> Mapping[str, Callable[..., Any]]:
    """Return the module's functions, whose errors are told with their line and without a trace."""

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(given: object) -> Any:  # noqa: ANN401 - what the user's function returns
            with _told(place, path):
                return function(given)

        return call

    return {name: guarded(function) for name, function in found.items()}


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{name} is not one of its properties{hint}"


@contextmanager
def _told(place: str, path: Path) -> Iterator[None]:
    """Tell an error of the module in one line, with the line of the module where it happened."""
    try:
        yield
    except pulumi.RunError:
        raise
    except Exception as error:  # noqa: BLE001 - the module is the user's: whatever it raises is told the same way
        # `extract_tb` would stop at `sys.tracebacklimit`, which a dynamic resource may have set.
        lines = [
            line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)
        ]
        line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
        at = f"{place}:{line}" if line else place
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        raise pulumi.RunError(f"slipway:extension.module: {at}: {type(error).__name__}: {text}") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionArgs:
    """What a user's module is given."""

    module: Module
    """The module; its `add` is called."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The fields of `Parts` except `options`."""


class Extension(pulumi.ComponentResource):
    """Holds what a user's module adds."""

    def __init__(self, name: str, args: ExtensionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Extension", name, None, opts)
        if args.module.add:
            args.module.add(Parts(options=ResourceOptions(parent=self), **args.given))
        self.register_outputs({})
