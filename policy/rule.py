"""What a rule is: a named pure function over the view, with its types and parameters."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from policy import values
from policy.control import Control
from policy.model import Finding, Graph, Resource
from policy.values import Value


class Config:
    """A rule's parameters: what the policy configuration gives, else the rule's default."""

    __slots__ = ("_given", "_parameters")

    def __init__(self, parameters: Mapping[str, "Parameter"], given: Mapping[str, object] | None = None) -> None:
        self._parameters = parameters
        self._given = given or {}

    def _value(self, name: str) -> Value:
        given = values.plain(self._given.get(name))
        return self._parameters[name].default if given is None else given

    def number(self, name: str) -> int:
        """A whole number."""
        value = self._value(name)
        if not isinstance(value, int):
            raise TypeError(f"parameter {name} wants a whole number")
        return value

    def words(self, name: str) -> list[str]:
        """A list of strings."""
        return list(values.strings(self._value(name)))

    def texts(self, name: str) -> dict[str, str]:
        """Strings by name."""
        value = self._value(name)
        return {key: item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}

    def choices(self, name: str) -> dict[str, list[str]]:
        """Lists of strings by name."""
        value = self._value(name)
        return {key: list(values.strings(item)) for key, item in value.items()} if isinstance(value, dict) else {}

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers."""
        return [item for item in values.items(self._value(name)) if isinstance(item, int)]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that an organisation may set in the policy configuration."""

    schema: Mapping[str, object]
    """Its JSON Schema fragment, without the default."""
    default: Value


ResourceCheck: TypeAlias = Callable[[Resource, Config], Iterable[Finding]]
StackCheck: TypeAlias = Callable[[Graph, Config], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceRule:
    """A rule that one resource's inputs decide, so that an update stops before the resource exists."""

    control: Control
    types: frozenset[str]
    """Canonical types (`canonical_type`) it applies to."""
    evaluate: ResourceCheck
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its control's name."""
        return self.control.name


@dataclass(frozen=True, kw_only=True, slots=True)
class StackRule:
    """A rule about relations between resources."""

    control: Control
    types: frozenset[str]
    """Canonical types without any of which it does not apply."""
    evaluate: StackCheck
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its control's name."""
        return self.control.name


Rule: TypeAlias = ResourceRule | StackRule


def resource_rule(control: Control, *types: str, **parameters: Parameter) -> Callable[[ResourceCheck], ResourceRule]:
    """Make a function the rule of a control about single resources of these types."""
    return lambda evaluate: ResourceRule(
        control=control, types=frozenset(types), evaluate=evaluate, parameters=parameters
    )


def stack_rule(control: Control, *types: str, **parameters: Parameter) -> Callable[[StackCheck], StackRule]:
    """Make a function the rule of a control about the whole stack."""
    return lambda evaluate: StackRule(control=control, types=frozenset(types), evaluate=evaluate, parameters=parameters)
