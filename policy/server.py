"""The pack's end of the analyzer protocol, where it does better than the SDK's.

The SDK reads every resource anew for each policy, which would be most of what this pack costs; here it is read once. And a
policy configuration is checked before it holds. And a stack policy gets the inputs that the pack was asked about before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import grpc  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf import json_format  # type: ignore[import-untyped] # as above
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyProviderResource,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
)

from policy import compat, levels, results
from policy.levels import PolicyConfig
from policy.model import canonical_type
from policy.rules import ALIASES
from policy.values import Sent

_LEVELS: Final[Mapping[int, str]] = {
    analyzer_pb2.DISABLED: "disabled",
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.REMEDIATE: "remediate",
}
_NUMBERS: Final = {word: number for number, word in _LEVELS.items()}


class Registered(PolicyResource):
    """A resource as stack policies get it."""

    inputs: Any = None
    """What `Analyze` was asked about in the same run; None where it was not asked."""


class AnalyzedResources(list[PolicyResource]):
    """The resources of a stack that are part of the operation, as stack policies get them."""

    def __init__(self, resources: Iterable[PolicyResource], *, left_out: frozenset[str]) -> None:
        super().__init__(resources)
        self.left_out = left_out
        """The types of those that are not."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What becomes of a resource of some type."""

    policies: Sequence[tuple[Any, EnforcementLevel]]
    """Those that judge it, with their levels."""
    answer: Any
    """What is said about the others: an answer to begin with."""


class _Chosen:
    """The policies with the levels that they have by one configuration."""

    def __init__(self, running: Iterable[tuple[Policy, EnforcementLevel]]) -> None:
        self._judging: list[tuple[Any, EnforcementLevel]] = []
        self.at_the_end: list[tuple[Any, EnforcementLevel]] = []
        """Those that judge the stack."""
        for policy, level in running:
            (self._judging if isinstance(policy, ResourceValidationPolicy) else self.at_the_end).append((policy, level))
        self._plans: dict[str, _Plan] = {}

    def plan(self, token: str) -> _Plan:
        """Which policies judge the resources of a type."""
        if token not in self._plans:
            kind = canonical_type(token)
            answer = analyzer_pb2.AnalyzeResponse()
            evaluating = []
            for policy, level in self._judging:
                types = getattr(policy, "types", None)
                if types and kind not in types:
                    answer.not_applicable.add(policy_name=policy.name)
                else:
                    evaluating.append((policy, level))
            self._plans[token] = _Plan(evaluating, answer)
        return self._plans[token]


class Server(compat.Servicer):  # type: ignore[misc] # the SDK's is untyped
    """Serves the policies.

    The engine sends a level for each policy: the configured one, else the one that the pack announced. Only a level that
    differs from the announced one can be told apart as configured, and it wins over environment and threshold.
    """

    refusal = ""
    """Why no configuration is taken, whatever it is."""
    rehearsable = True
    """Whether a process that was asked may be copied to be asked anew: modules of this pack keep nothing of a run but tables that were read
    and results of pure functions."""

    def __init__(self, name: str, version: str, policies: list[Policy], *rest: Any, **named: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(name, version, policies, *rest, **named)
        self._policies = policies
        self._announced = {
            policy.name: (policy.enforcement_level or EnforcementLevel.ADVISORY).value for policy in policies
        }
        self._parameters = {
            policy.name: frozenset(policy.config_schema.properties if policy.config_schema else ())
            for policy in policies
        }
        self._remediable = frozenset(
            policy.name
            for policy in policies
            if isinstance(policy, ResourceValidationPolicy) and policy.has_remediation()
        )
        self._tags: Mapping[str, str] = {}
        self._asked = analyzer_pb2.ConfigureAnalyzerRequest()
        self._inputs: dict[str, Any] = {}
        self._renamed: Sequence[str] = ()
        self._providers: dict[bytes, PolicyProviderResource] = {}
        self._latest: Sequence[EnforcementLevel] = ()
        self._choose()

    def Analyze(self, request: Any, _context: Any) -> analyzer_pb2.AnalyzeResponse:  # noqa: ANN401, N802 - as the SDK's
        """Judge one resource by its inputs.

        What is not part of the operation (``--target``, ``--exclude``) comes with empty properties, which say nothing about it.
        """
        response = analyzer_pb2.AnalyzeResponse()
        if not request.properties.fields:
            return response
        plan = self._chosen.plan(request.type)
        response.CopyFrom(plan.answer)
        props = self._inputs[request.urn] = Sent(request.properties)
        if not plan.policies:
            return response
        options = self._get_resource_options(request)
        provider = self._get_provider_resource(request)
        for policy, level in plan.policies:
            config = self._get_policy_config(policy.name)
            args = ResourceValidationArgs(
                request.type, props, request.urn, request.name, options, provider, config, self._tags
            )
            self._evaluate(policy, level, args, response)
        return response

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - as the SDK's
        """Remediate one resource's inputs, if it is part of the operation."""
        if not request.properties.fields:
            return analyzer_pb2.RemediateResponse()
        return super().Remediate(request, context)

    def AnalyzeStack(self, request: Any, _context: Any) -> analyzer_pb2.AnalyzeResponse:  # noqa: ANN401, N802 - as the SDK's
        """Judge the stack by its outputs, and end the run: the inputs that were asked about are forgotten.

        The resources that are not part of the operation come with empty properties. Rules get them apart.
        """
        response = analyzer_pb2.AnalyzeResponse()
        inputs, self._inputs, self._providers = self._inputs, {}, {}
        resources = AnalyzedResources(
            self._stack([item for item in request.resources if not _is_left_out(item)], inputs),
            left_out=frozenset(item.type for item in request.resources if _is_left_out(item)),
        )
        for policy, level in self._chosen.at_the_end:
            args = StackValidationArgs(resources, self._get_policy_config(policy.name), self._tags)
            self._evaluate(policy, level, args, response)
        for words in self._renamed:
            self._tell(words, response)
        return response

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - as the SDK's
        """Take the stack's tags, which may name its environment."""
        self._tags = MappingProxyType(dict(request.tags))
        answer = super().ConfigureStack(request, context)
        self.Configure(self._asked, context)
        return answer

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - as the SDK's
        """Take the policy configuration, or refuse it with everything that is wrong with it."""
        request, self._renamed = _by_present_names(request)
        requests = {
            name: PolicyConfig(
                level=_LEVELS[given.enforcementLevel], properties=json_format.MessageToDict(given.properties)
            )
            for name, given in sorted(request.policyConfig.items())
        }
        wrong = [
            *([self.refusal] if self.refusal else []),
            *levels.problems(requests, self._parameters, self._remediable),
        ]
        try:
            default = self._levels(requests)
        except ValueError as error:
            wrong.append(str(error))
            default = {}
        if wrong:
            refusal = f"the policy pack refuses its configuration: {'; '.join(dict.fromkeys(wrong))}"
            if context is None:
                raise ValueError(refusal)
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, refusal)
        self._asked = analyzer_pb2.ConfigureAnalyzerRequest()
        self._asked.CopyFrom(request)
        effective = analyzer_pb2.ConfigureAnalyzerRequest()
        effective.CopyFrom(request)
        for name, level in default.items():
            if name not in requests or requests[name].level == self._announced[name]:
                effective.policyConfig[name].enforcementLevel = _NUMBERS[level]
        answer = super().Configure(effective, context)
        self._choose()
        return answer

    def _levels(self, requests: Mapping[str, PolicyConfig]) -> Mapping[str, str]:
        """The levels that hold where none is configured by name, if they are others than the announced ones."""
        settings = requests[levels.SETTINGS].properties if levels.SETTINGS in requests else {}
        if not settings and levels.ENVIRONMENT not in self._tags:
            return {}
        threshold = settings.get(levels.MANDATORY_FROM)
        where = levels.environment(settings, self._tags)
        chosen = levels.levels(where, None if threshold is None else str(threshold))
        return {name: level.value for name, level in chosen.items() if name in self._announced}

    def _choose(self) -> None:
        """Take the policies that are not disabled. What remediation has left over is mandatory, as in the SDK."""
        levels = [self._get_enforcement_level(policy) for policy in self._policies]
        if levels == self._latest:
            return
        self._latest = levels
        self._chosen = _Chosen(
            (policy, EnforcementLevel.MANDATORY if level is EnforcementLevel.REMEDIATE else level)
            for policy, level in zip(self._policies, levels, strict=True)
            if level is not EnforcementLevel.DISABLED
        )

    def _get_provider_resource(self, request: Any) -> PolicyProviderResource | None:  # noqa: ANN401 - as the SDK's
        """The resource's provider, read once for all that it makes."""
        if not request.HasField("provider"):
            return None
        sent = request.provider.SerializeToString(deterministic=True)
        if sent not in self._providers:
            provider = request.provider
            self._providers[sent] = PolicyProviderResource(
                provider.type, Sent(provider.properties), provider.urn, provider.name
            )
        return self._providers[sent]

    def _evaluate(
        self,
        policy: Any,  # noqa: ANN401 - one of two kinds without a common `validate`
        level: EnforcementLevel,
        args: ResourceValidationArgs | StackValidationArgs,
        response: analyzer_pb2.AnalyzeResponse,
    ) -> None:
        report = self._create_report_violation(response, policy.name, policy.description, level, policy.severity)
        try:
            policy.validate(args, report)
        except compat.NotApplicableError as error:
            response.not_applicable.add(policy_name=policy.name, reason=getattr(error, "reason", None) or "")

    def _tell(self, words: str, response: analyzer_pb2.AnalyzeResponse) -> None:
        policy = next(policy for policy in self._policies if policy.name == results.IN_ORDER)
        report = self._create_report_violation(
            response, policy.name, policy.description, EnforcementLevel.ADVISORY, policy.severity
        )
        report(words)

    def _stack(self, sent: Sequence[Any], inputs: Mapping[str, Any]) -> list[PolicyResource]:
        """The resources as stack policies get them."""
        made: dict[str, PolicyResource] = {}
        for item in sent:
            registered = Registered(
                item.type,
                Sent(item.properties),
                item.urn,
                item.name,
                self._get_resource_options(item),
                self._get_provider_resource(item),
                None,
                [],
                {},
            )
            registered.inputs = inputs.get(item.urn)
            made[item.urn] = registered
        for item in sent:
            resource = made[item.urn]
            resource.parent = made.get(item.parent)
            resource.dependencies = [made[urn] for urn in item.dependencies if urn in made]
            resource.property_dependencies = {
                prop: [made[urn] for urn in listed.urns if urn in made]
                for prop, listed in item.propertyDependencies.items()
            }
        return list(made.values())


def _by_present_names(request: Any) -> tuple[Any, Sequence[str]]:  # noqa: ANN401 - a protobuf message
    """A policy configuration with controls' former names replaced by those of today, and a word about each.

    Whatever is configured by today's name stays. A former name with parameters alone arrives as advisory, and then says no level.
    """
    made = analyzer_pb2.ConfigureAnalyzerRequest()
    made.CopyFrom(request)
    renamed = []
    for former, name in ALIASES.items():
        if former not in request.policyConfig:
            continue
        given, own = request.policyConfig[former], made.policyConfig[name]
        del made.policyConfig[former]
        if not given.properties.fields or given.enforcementLevel != analyzer_pb2.ADVISORY:
            own.enforcementLevel = given.enforcementLevel
        own.properties.MergeFrom(given.properties)
        renamed.append(f"the policy configuration calls {name} by its former name {former}")
    return made, renamed


def _is_left_out(item: Any) -> bool:  # noqa: ANN401 - a protobuf message
    """Whether a resource of the stack is not part of the operation. Components, which hold the others, often have no properties."""
    return item.type.startswith("aws:") and not item.properties.fields


def install(refusal: str = "") -> None:
    """Let the pack serve with `Server`, which refuses every configuration if there is a `refusal`."""
    Server.refusal = refusal
    compat.serve_with(Server)
