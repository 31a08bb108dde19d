"""The read-only view that rules judge: resources, their graph, and findings."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, TypeAlias

from policy import values
from policy.values import UNKNOWN, Answer, Unknown, Value

IDENTITIES: Final = ("id", "arn", "name", "bucket", "identifier", "clusterIdentifier", "domainName")
"""Properties by whose value one resource refers to another."""


_AWS_KEY: Final = re.compile(r"(?:arn:[\w-]+:kms:[\w-]*:\d*:)?alias/aws/[\w/-]+")


class Verdict(StrEnum):
    """What a rule says about a resource of a type that it applies to."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One statement of a rule that is not a plain pass."""

    verdict: Verdict
    """Either FAIL or UNKNOWN."""
    urn: str
    """The resource it is about."""
    message: str
    """One line: resource, property, value seen, value wanted, fix."""
    once: str = ""
    """What is wrong alike with many resources: it is reported for the first of them."""


_TWIN_MODULES: Final = {
    "aws:alb": "aws:lb",
    "aws:applicationloadbalancing": "aws:lb",
    "aws:elasticloadbalancing": "aws:elb",
    "aws:elasticloadbalancingv2": "aws:lb",
}
"""Modules of the provider's SDKs that hold the same types as another."""


@cache
def canonical_type(token: str) -> str:
    """The one spelling of a type that exists under several: ``aws:alb/*`` as ``aws:lb/*``, S3's V2 twins without V2."""
    module, slash, name = token.partition("/")
    if module in _TWIN_MODULES:
        return f"{_TWIN_MODULES[module]}{slash}{name}"
    if twin := re.fullmatch(r"(aws:s3/\w+)V2:(\w+)V2", token):
        return f"{twin[1]}:{twin[2]}"
    return token


def is_aws_key(value: Value) -> bool:
    """Whether a value names a key that AWS keeps in the account for a service: ``alias/aws/rds``, by its name or its ARN.

    Nobody can withdraw such a key or share what is under it.
    """
    return isinstance(value, str) and _AWS_KEY.fullmatch(value) is not None


class Resource:
    """One resource as a rule sees it. Properties are converted on first use, so a rule pays only for what it reads."""

    __slots__ = (
        "_input_view",
        "_inputs",
        "_plain",
        "_raw",
        "dependencies",
        "ignore_changes",
        "name",
        "parent",
        "protect",
        "provider",
        "type",
        "urn",
    )

    def __init__(
        self,
        *,
        token: str,
        name: str,
        urn: str,
        raw: object,
        inputs: Mapping[str, object] | None = None,
        parent: str | None = None,
        provider: object = None,
        dependencies: Mapping[str, Sequence[str]] | None = None,
        protect: bool = False,
        ignore_changes: Sequence[str] = (),
    ) -> None:
        self.type = canonical_type(token)
        self.name = name
        self.urn = urn
        self.parent = parent
        self.provider = provider
        self.protect = protect
        self.ignore_changes = ignore_changes
        self.dependencies: Mapping[str, Sequence[str]] = dependencies or {}
        self._raw = raw
        self._inputs = inputs
        self._plain: dict[str, Value] | None = None
        self._input_view: Resource | None = None

    @property
    def props(self) -> dict[str, Value]:
        """The properties as plain values.

        A stack policy sees outputs. There, an unknown that is no input is computed by the provider, so the program left
        it at the provider's default: it is dropped. An input that is missing held a nested unknown, and previews drop it
        whole (pulumi#7854): it comes back as `UNKNOWN`. The inputs are those that the engine asked about before, and the
        keys of the property dependencies.
        """
        if self._plain is None:
            converted = values.plain(self._raw)
            props = converted if isinstance(converted, dict) else {}
            if self.dependencies or self._inputs is not None:
                given = {*self.dependencies, *(self._inputs or ())}
                props = {k: v for k, v in props.items() if v is not UNKNOWN or k in given}
                props |= {k: UNKNOWN for k in self.dependencies if k not in props}
            self._plain = props
        return self._plain

    @property
    def inputs(self) -> "Resource":
        """The resource with its inputs alone, for a stack rule that asks what the program says.

        Among the outputs is also what the provider computed or a refresh found, which the next change of the program does
        not bring back. Where the engine asked nothing about the inputs, as about what a stack only reads, it is the
        resource itself; so it is in a resource rule, which sees nothing else.
        """
        if self._inputs is None:
            return self
        if self._input_view is None:
            self._input_view = Resource(
                token=self.type,
                name=self.name,
                urn=self.urn,
                raw=self._inputs,
                inputs=self._inputs,
                parent=self.parent,
                provider=self.provider,
                dependencies=self.dependencies,
                protect=self.protect,
                ignore_changes=self.ignore_changes,
            )
        return self._input_view

    @property
    def label(self) -> str:
        """How messages call it: ``Instance storefront-database``."""
        return f"{self.type.rsplit(':', 1)[-1]} {self.name}"

    def get(self, path: str) -> Value:
        """The value at a dotted path, None where absent."""
        return values.at(self.props, path)

    def has(self, path: str) -> bool:
        """Whether it is set; an unknown value is set."""
        return self.get(path) not in (None, "", [], {})

    def flag(self, path: str, *, default: bool = False) -> bool | Unknown:
        """A boolean property; `default` is what the provider does when it is absent."""
        return values.flag(self.get(path), default=default)

    def number(self, path: str, *, default: float = 0) -> float | Unknown:
        """A number; `default` is what the provider does when it is absent."""
        return values.number(self.get(path), default=default)

    def text(self, path: str, *, default: str = "") -> str | Unknown:
        """A string; `default` is what the provider does when it is absent."""
        return values.text(self.get(path), default=default)

    def fails(self, what: str, *, fix: str, once: str = "") -> Finding:
        """A violation. `what` names property, value seen and value wanted; `fix` is what to write instead."""
        return Finding(verdict=Verdict.FAIL, urn=self.urn, message=f"{self.label}: {what}. Fix: {fix}", once=once)

    def unknown(self, what: str) -> Finding:
        """A question that the values known so far do not answer."""
        return Finding(verdict=Verdict.UNKNOWN, urn=self.urn, message=f"{self.label}: {what}")

    def must_hold(self, answer: Answer, what: str, *, about: str, fix: str) -> Iterator[Finding]:
        """Findings about an answer worked out elsewhere; `about` says what is asked, should it not be known yet."""
        if answer is UNKNOWN:
            yield self.unknown(f"{about} is not known yet")
        elif not answer:
            yield self.fails(what, fix=fix)

    def must_be(self, path: str, *, wanted: bool, fix: str, default: bool = False) -> Iterator[Finding]:
        """Findings about a boolean property."""
        seen = self.flag(path, default=default)
        if seen is UNKNOWN:
            yield self.unknown(f"{path} is not known yet")
        elif seen is not wanted:
            absent = " (the default)" if self.get(path) is None else ""
            yield self.fails(f"{path} is {values.show(seen)}{absent}, wanted {values.show(wanted)}", fix=fix)

    def must_be_set(self, path: str, *, fix: str) -> Iterator[Finding]:
        """Findings about a property of which only the presence counts."""
        if not self.has(path):
            yield self.fails(f"{path} is not set", fix=fix)

    def must_have_own_key(self, path: str, *, fix: str) -> Iterator[Finding]:
        """Findings about a property that names a KMS key: it must be set, and not to one of AWS's own."""
        if is_aws_key(self.get(path)):
            yield self.fails(f"{path} is a key of AWS's own, wanted one of one's own", fix=fix)
        else:
            yield from self.must_be_set(path, fix=fix)

    def must_reach(self, path: str, *, least: float, unit: str, fix: str, default: float = 0) -> Iterator[Finding]:
        """Findings about a number with a lower bound."""
        seen = self.number(path, default=default)
        if seen is UNKNOWN:
            yield self.unknown(f"{path} is not known yet")
        elif seen < least:
            absent = " (the default)" if self.get(path) is None else ""
            counted = unit.removesuffix("s") if least == 1 else unit
            what = f"{path} is {values.show(seen)}{absent}, wanted at least {values.show(least)} {counted}"
            yield self.fails(what, fix=fix)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedRefs:
    """The resources that a property refers to."""

    found: tuple[Resource, ...] = ()
    """Those of the stack."""
    exact: bool = True
    """False when `found` may hold more than is referred to: an output of awsx depends on all of its component."""
    foreign: int = 0
    """How many references lead out of the stack or cannot be followed."""

    @property
    def certain(self) -> bool:
        """Whether `found` is all of it and nothing more."""
        return self.exact and not self.foreign


_Companions: TypeAlias = tuple[dict[str, list[Resource]], list[tuple[Resource, tuple[Resource, ...]]]]
"""By URN, who surely refers to it; and those of whom it is not sure, with the resources that come into question."""


class Graph:
    """The stack's resources with their relations: by property dependencies, by known identities, by parent.

    Built anew for each stack policy, as the SDK hands each one fresh objects and overlapping calls must share nothing.
    That is cheap because properties are converted only where a rule reads them.
    """

    __slots__ = ("_by_type", "_by_urn", "_children", "_companions", "_identities", "asked", "left_out", "resources")

    def __init__(self, resources: Iterable[Resource], *, left_out: Iterable[str] = ()) -> None:
        """Take the resources.

        Args:
            resources: those that are part of the operation.
            left_out: the types of those that are not, as with ``--target``.
        """
        self.resources = tuple(resources)
        self.left_out = frozenset(map(canonical_type, left_out))
        self.asked: set[str] = set()
        """The types that were asked for."""
        self._by_urn = {resource.urn: resource for resource in self.resources}
        self._by_type: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._children: dict[str, list[Resource]] | None = None
        self._identities: dict[str, dict[str, Resource]] = {}
        self._companions: dict[tuple[str, str, tuple[str, ...]], _Companions] = {}

    def of(self, *types: str) -> list[Resource]:
        """The resources of some types."""
        self.asked.update(types)
        return [resource for token in types for resource in self._by_type.get(token, ())]

    def named(self, urn: str) -> Resource | None:
        """The resource of this URN."""
        return self._by_urn.get(urn)

    def refers(self, resource: Resource, path: str, *types: str) -> ResolvedRefs:
        """What a property refers to, among resources of some types.

        Known values decide by identity; what is left follows the property's dependencies.
        """
        value = resource.get(path)
        wanted = frozenset(types)
        linked, expanded = self._linked(resource, path.split(".", 1)[0], wanted)
        if value is None:
            return ResolvedRefs()
        if value is UNKNOWN:
            exact = not linked[1:] or not (expanded or self._share_a_component(linked))
            return ResolvedRefs(found=tuple(linked), exact=exact, foreign=0 if linked else 1)
        named: list[Resource] = []
        open_ends = 0
        for item in values.flat(value):
            match = self._identified(item, wanted) if isinstance(item, str) else None
            if match is None:
                open_ends += 1
            elif match not in named:
                named.append(match)
        rest = [item for item in linked if item not in named] if open_ends else []
        return ResolvedRefs(found=(*named, *rest), exact=len(rest) <= open_ends, foreign=max(0, open_ends - len(rest)))

    def companions(self, resource: Resource, path: str, *types: str) -> tuple[list[Resource], bool]:
        """The resources of some types whose property refers to this one, and whether more could without it showing."""
        self.asked.update(types)
        key = (resource.type, path, types)
        if key not in self._companions:
            self._companions[key] = self._find_companions(resource.type, path, types)
        known, vague = self._companions[key]
        return known.get(resource.urn, []), any(
            resource in found if found else self._may_mean(other.get(path), resource) for other, found in vague
        )

    def _find_companions(self, wanted: str, path: str, types: Sequence[str]) -> _Companions:
        known: dict[str, list[Resource]] = {}
        vague: list[tuple[Resource, tuple[Resource, ...]]] = []
        for other in self.of(*types):
            target = self.refers(other, path, wanted)
            if target.exact and len(target.found) == 1:
                known.setdefault(target.found[0].urn, []).append(other)
            else:
                vague.append((other, target.found))
        return known, vague

    def _linked(self, resource: Resource, prop: str, wanted: frozenset[str]) -> tuple[list[Resource], bool]:
        """The property's dependencies of the wanted types; and whether a component had to be opened to find them."""
        linked: dict[str, Resource] = {}
        expanded = False
        for urn in resource.dependencies.get(prop, ()):
            target = self._by_urn.get(urn)
            if target is None:
                continue
            if target.type in wanted:
                linked[urn] = target
            elif not target.type.startswith("aws:"):
                below = [item for item in self._descendants(urn) if item.type in wanted]
                expanded = expanded or bool(below)
                linked |= {item.urn: item for item in below}
        return list(linked.values()), expanded

    def _descendants(self, urn: str) -> Iterator[Resource]:
        if self._children is None:
            self._children = {}
            for resource in self.resources:
                self._children.setdefault(resource.parent or "", []).append(resource)
        for child in self._children.get(urn, ()):
            yield child
            yield from self._descendants(child.urn)

    def _share_a_component(self, resources: Sequence[Resource]) -> bool:
        """Whether some of them were made by one awsx component."""
        owners = [owner for owner in map(self._awsx_owner, resources) if owner]
        return len(owners) > len(set(owners))

    def _awsx_owner(self, resource: Resource) -> str:
        above = self._by_urn.get(resource.parent or "")
        while above is not None:
            if above.type.startswith("awsx:"):
                return above.urn
            above = self._by_urn.get(above.parent or "")
        return ""

    def _identified(self, identity: str, wanted: frozenset[str]) -> Resource | None:
        for token in wanted:
            if token not in self._identities:
                self._identities[token] = {
                    known: resource
                    for resource in self._by_type.get(token, ())
                    for known in (resource.props.get(key) for key in IDENTITIES)
                    if isinstance(known, str)
                }
            if match := self._identities[token].get(identity):
                return match
        return None

    @staticmethod
    def _may_mean(value: Value, resource: Resource) -> bool:
        """Whether a reference that leads to no resource could still be this one."""
        if value is UNKNOWN:
            return True
        return isinstance(value, str) and not any(isinstance(resource.props.get(key), str) for key in IDENTITIES)
