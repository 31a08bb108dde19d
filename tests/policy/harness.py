"""Samples as compact data, judged by the pack through the SDK's own (de)serialisation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, proxy

from policy import pack
from policy.control import Environment
from policy.rules import RULES
from policy.server import Server

UNKNOWN = proxy.UNKNOWN_STRING_VALUE
STACK = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"


@dataclass(frozen=True)
class Ref:
    """An output of another sample: its dependency always, its value only in an update."""

    name: str
    attribute: str = "id"


@dataclass(frozen=True, eq=False)
class Sample:
    """One resource; what is sent about it is kept, by which one it is."""

    token: str
    name: str
    props: Mapping[str, Any]
    parent: str = ""
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    computed: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False
    ignore_changes: Sequence[str] = ()
    component: str = ""
    """The type of the component that it is a child of, as its URN tells."""

    @cached_property
    def urn(self) -> str:
        return f"urn:pulumi:prod::shop::{self.component}{'$' * bool(self.component)}{self.token}::{self.name}"


def res(
    token: str,
    name: str,
    /,
    *,
    parent: str = "",
    also: Mapping[str, Sequence[str]] | None = None,
    computed: Mapping[str, Any] | None = None,
    protect: bool = False,
    ignore_changes: Sequence[str] = (),
    **props: Any,
) -> Sample:
    """A sample; `token` without ``aws:`` for AWS types.

    `also` adds dependencies that a property carries. `computed` is what the provider or a refresh fills in, so that the
    outputs hold it once the resource is deployed; it may add to an input's value.
    """
    full = token if token.startswith(("aws:", "awsx:", "pulumi:", "slipway:")) else f"aws:{token}"
    return Sample(full, name, props, parent, also or {}, computed or {}, protect, ignore_changes)


@dataclass(frozen=True)
class Case:
    """What a control says about a few resources."""

    control: str
    verdict: str
    resources: Sequence[Sample]
    says: str = ""
    preview: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    provider: Mapping[str, Any] | None = None

    @property
    def shows(self) -> str:
        """What the sample is about, for its name: the words it asserts, else what its first resource is given."""
        if self.says:
            return self.says[:60]
        given = self.resources[-1] if self.resources else None
        words = (
            [
                f"{given.token.rpartition(':')[2]}({', '.join(f'{key}={_short(value)}' for key, value in given.props.items())})"
            ]
            if given
            else []
        )
        return ", ".join([*words, *(f"{key}={value}" for key, value in self.config.items())])[:100]

    def expected(self, *, preview: bool) -> str:
        return (self.preview or self.verdict) if preview else self.verdict

    @property
    def has_unknown(self) -> bool:
        return any(
            isinstance(leaf, Ref) or leaf == UNKNOWN for sample in self.resources for leaf in leaves(sample.props)
        )


@dataclass(frozen=True)
class Diagnostic:
    policy: str
    urn: str
    message: str
    level: int


@dataclass(frozen=True)
class Outcome:
    """What the pack said."""

    diagnostics: Sequence[Diagnostic]

    def of(self, control: str) -> list[str]:
        return [item.message for item in self.diagnostics if item.policy == control]

    def verdict(self, control: str) -> str:
        if self.of(control):
            return "fail"
        waiting = " ".join(self.of(pack.UNDECIDED))
        return "unknown" if re.search(rf"\b{control} \d", waiting) else "pass"


def _short(value: Any) -> str:
    if isinstance(value, Ref):
        return value.name
    return "unknown" if value == UNKNOWN else str(value)[:40].replace(UNKNOWN, "unknown")


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def _refs(value: Any) -> list[Ref]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, Ref)]


def _written(value: Any, *, preview: bool) -> Any:
    """A value as the engine sends it."""
    if isinstance(value, Mapping):
        return {key: _written(item, preview=preview) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item, preview=preview) for item in value]
    if isinstance(value, Ref):
        return UNKNOWN if preview else f"{value.name}-{value.attribute}"
    return value


def _provider(props: Mapping[str, Any] | None) -> analyzer_pb2.AnalyzerProviderResource:
    made = analyzer_pb2.AnalyzerProviderResource(type="pulumi:providers:aws", urn="urn:provider", name="aws")
    made.properties.update(dict(props or {}))
    return made


def _options(sample: Sample) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(protect=sample.protect, ignoreChanges=sample.ignore_changes)


@lru_cache(maxsize=1024)
def _before(sample: Sample, *, preview: bool) -> analyzer_pb2.AnalyzeRequest:
    """What is sent before a resource is made, by a provider of which nothing is configured."""
    made = analyzer_pb2.AnalyzeRequest(
        type=sample.token, urn=sample.urn, name=sample.name, provider=_provider(None), options=_options(sample)
    )
    # The provider's check gives every resource of AWS its region: only what is not part of the operation has no properties.
    made.properties.update(_written(sample.props, preview=preview) or {"region": "eu-north-1"})
    return made


@lru_cache(maxsize=1024)
def _after(sample: Sample, *, preview: bool) -> analyzer_pb2.AnalyzerResource:
    """What is sent at the end of the same, if it has nothing to do with another."""
    inputs = _written(sample.props, preview=preview)
    computed = _written(sample.computed, preview=preview)
    if preview:
        outputs = {**dict.fromkeys(("id", "arn", *computed), UNKNOWN), **inputs}
    else:
        outputs = {"id": f"{sample.name}-id", "arn": f"{sample.name}-arn", **inputs, **computed}
    made = analyzer_pb2.AnalyzerResource(
        type=sample.token,
        urn=sample.urn,
        name=sample.name,
        parent=STACK,
        provider=_provider(None),
        options=_options(sample),
    )
    made.properties.update(outputs)
    return made


@lru_cache(maxsize=1024)
def _linked(sample: Sample) -> Sequence[tuple[str, Sequence[str]]]:
    """The names of the others that each of its properties refers to. As the engine does, it leaves out what depends on nothing."""
    names = (
        (key, [*(ref.name for ref in _refs(value)), *sample.also.get(key, ())]) for key, value in sample.props.items()
    )
    return [(key, linked) for key, linked in names if linked]


def analyze_request(
    sample: Sample, *, preview: bool, provider: Mapping[str, Any] | None = None
) -> analyzer_pb2.AnalyzeRequest:
    known = _before(sample, preview=preview)
    if not provider:
        return known
    made = analyzer_pb2.AnalyzeRequest()
    made.CopyFrom(known)
    made.provider.properties.update(dict(provider))
    return made


def stack_request(
    samples: Sequence[Sample], *, preview: bool, provider: Mapping[str, Any] | None = None
) -> analyzer_pb2.AnalyzeStackRequest:
    urns = {sample.name: sample.urn for sample in samples}
    request = analyzer_pb2.AnalyzeStackRequest(resources=[_after(sample, preview=preview) for sample in samples])
    for sample, made in zip(samples, request.resources, strict=True):
        if provider:
            made.provider.properties.update(dict(provider))
        if sample.parent:
            made.parent = urns[sample.parent]
        for key, linked in _linked(sample):
            made.propertyDependencies[key].urns.extend(urns[name] for name in linked)
    return request


@cache
def servicer(where: Environment = Environment.PRODUCTION) -> Any:
    return made_of(pack.policies(where))


def made_of(policies: list[Any]) -> Any:
    return Server("slipway", "0.0.1", policies, EnforcementLevel.MANDATORY)


@cache
def only(control: str) -> Any:
    """Return a pack of one control."""
    return made_of(pack.policies(Environment.PRODUCTION, [rule for rule in RULES if rule.name == control]))


def configure(server: Any, config: Mapping[str, Mapping[str, Any]]) -> None:
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for name, properties in config.items():
        request.policyConfig[name].enforcementLevel = analyzer_pb2.MANDATORY
        request.policyConfig[name].properties.update(dict(properties))
    server.Configure(request, None)


def evaluate(
    samples: Sequence[Sample],
    *,
    preview: bool = False,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    provider: Mapping[str, Any] | None = None,
    server: Any = None,
) -> Outcome:
    """Run the pack as the engine does: each resource, then the stack."""
    server = server or servicer()
    configure(server, config or {})
    replies = [server.Analyze(analyze_request(item, preview=preview, provider=provider), None) for item in samples]
    urns = [sample.urn for sample in samples]
    found = [
        Diagnostic(item.policyName, urn, item.message.partition("\n")[2], item.enforcementLevel)
        for urn, reply in zip(urns, replies, strict=True)
        for item in reply.diagnostics
    ]
    stack = server.AnalyzeStack(stack_request(samples, preview=preview, provider=provider), None)
    found += [
        Diagnostic(item.policyName, item.urn, item.message.partition("\n")[2], item.enforcementLevel)
        for item in stack.diagnostics
    ]
    return Outcome(found)
