"""The pack's end of the analyzer protocol, where it differs from the SDK's: a configuration is checked before it holds."""

from collections.abc import Mapping
from typing import Any, Final

import grpc  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf import json_format  # type: ignore[import-untyped] # as above
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, Policy, ResourceValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policy import levels
from policy.levels import Request

_LEVELS: Final[Mapping[int, str]] = {
    analyzer_pb2.DISABLED: "disabled",
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.REMEDIATE: "remediate",
}
_NUMBERS: Final = {word: number for number, word in _LEVELS.items()}


class Server(_PolicyAnalyzerServicer):
    """Refuses configurations that the engine accepts without a word, and applies those of the whole pack.

    The engine sends a level for each policy: the configured one, else the one that the pack announced. Only a level that
    differs from the announced one can be told apart as configured, and it wins over environment and threshold.
    """

    def __init__(self, name: str, version: str, policies: list[Policy], *rest: Any, **named: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(name, version, policies, *rest, **named)
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

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - as the SDK's
        """Take the stack's tags, which may name its environment."""
        self._tags = dict(request.tags)
        answer = super().ConfigureStack(request, context)
        self.Configure(self._asked, context)
        return answer

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - as the SDK's
        """Take the policy configuration, or refuse it with everything that is wrong with it."""
        requests = {
            name: Request(level=_LEVELS[given.enforcementLevel], properties=json_format.MessageToDict(given.properties))
            for name, given in request.policyConfig.items()
        }
        wrong = list(levels.problems(requests, self._parameters, self._remediable))
        try:
            default = self._levels(requests)
        except ValueError as error:
            wrong.append(str(error))
            default = {}
        if wrong:
            refusal = f"the policy configuration is refused: {'; '.join(wrong)}"
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
        return super().Configure(effective, context)  # type: ignore[no-untyped-call] # the SDK's

    def _levels(self, requests: Mapping[str, Request]) -> Mapping[str, str]:
        """The levels that hold where none is configured by name, if they are others than the announced ones."""
        settings = requests[levels.SETTINGS].properties if levels.SETTINGS in requests else {}
        if not settings and levels.ENVIRONMENT not in self._tags:
            return {}
        threshold = settings.get(levels.MANDATORY_FROM)
        where = levels.environment(settings, self._tags)
        chosen = levels.levels(where, None if threshold is None else str(threshold))
        return {name: level.value for name, level in chosen.items() if name in self._announced}
