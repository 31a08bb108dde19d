"""The engine's end of the analyzer protocol: what a policy pack is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from google.protobuf import empty_pb2, json_format  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf.message import Message  # type: ignore[import-untyped] # as above
from pulumi.runtime.proto import analyzer_pb2

from preview import provider_fakes, serialization
from preview.graph import Graph, Resource
from preview.pack_process import ANSWERED, Conversation, EndedError, LateError
from preview.run_memory import written
from preview.verdict import Config, Finding, Policy, Verdict

_STACK: Final = "pulumi:pulumi:Stack"
_UNDECIDED: Final = "can't run policy"  # how the SDK begins its message when a policy reads an unknown value
_UNDECIDED_POLICY: Final = "undecided-in-preview"  # where our own pack sums up what its rules cannot decide yet


class NoAnswerError(Exception):
    """The pack does not answer; the text continues a sentence that begins with `the policy pack`."""


class Requests:
    """What the engine sends about a stack's resources."""

    def __init__(self, *, project: str, stack: str) -> None:
        """Begin a stack.

        Args:
            project: the project's name.
            stack: the stack's name.
        """
        self._root = f"urn:pulumi:{stack}::{project}::{_STACK}::{project}-{stack}"
        self._providers: dict[str, Resource] = {}

    def resource(self, resource: Resource) -> analyzer_pb2.AnalyzeRequest:
        """A resource as the engine shows it before it exists: by inputs. Its provider must have come before."""
        if resource.type.startswith("pulumi:providers:"):
            self._providers[resource.urn] = resource
        request = analyzer_pb2.AnalyzeRequest(
            type=resource.type, urn=resource.urn, name=resource.name, options=self._options(resource)
        )
        serialization.write(request.properties, checked_inputs(resource, self._provider(resource)))
        self._add_provider(resource, request)
        return request

    def stack(self, graph: Graph) -> analyzer_pb2.AnalyzeStackRequest:
        """The stack as the engine shows it after all resources are registered: by outputs. Ask about resources first."""
        return self._stack_of(graph, graph.resources)

    def _stack_of(self, graph: Graph, resources: Iterable[Resource]) -> analyzer_pb2.AnalyzeStackRequest:
        request = analyzer_pb2.AnalyzeStackRequest()
        root = request.resources.add()
        root.type, root.name, root.urn = _STACK, self._root.rpartition("::")[2], self._root
        for resource in resources:
            self._add(request, graph, resource)
        return request

    def _add(self, request: analyzer_pb2.AnalyzeStackRequest, graph: Graph, resource: Resource) -> None:
        item = request.resources.add()
        item.type, item.urn, item.name = resource.type, resource.urn, resource.name
        item.parent = resource.parent or self._root
        item.options.CopyFrom(self._options(resource))
        registered = graph.registered_outputs.get(resource.urn, resource.outputs)
        serialization.write(item.properties, resource.outputs if resource.custom else registered)
        item.dependencies.extend(resource.dependencies)
        for key, urns in resource.property_dependencies.items():
            if urns:  # the engine leaves out what depends on nothing
                item.propertyDependencies[key].urns.extend(urns)
        self._add_provider(resource, item)

    def asked(self, resource: Resource) -> bytes:
        """`resource`, written."""
        if resource.type.startswith("pulumi:providers:"):
            self._providers[resource.urn] = resource
        provider = self._provider(resource)
        return written(lambda memory: memory.asked, resource, provider, lambda: _serialized(self.resource(resource)))

    def listed(self, graph: Graph) -> bytes:
        """`stack`, written: the messages with each of its parts put together are the message with all of them."""
        parts = [_serialized(self._stack_of(graph, ()))]
        for resource in graph.resources:

            def write(resource: Resource = resource) -> bytes:
                made = analyzer_pb2.AnalyzeStackRequest()
                self._add(made, graph, resource)
                return _serialized(made)

            # What a component has given at its end is no part of what was recorded of it.
            remembered = resource.custom and resource.urn not in graph.registered_outputs
            provider = self._provider(resource)
            parts.append(written(lambda memory: memory.listed, resource, provider, write) if remembered else write())
        return b"".join(parts)

    def _options(self, resource: Resource) -> analyzer_pb2.AnalyzerResourceOptions:
        return analyzer_pb2.AnalyzerResourceOptions(
            protect=resource.protect,
            ignoreChanges=resource.ignore_changes,
            deleteBeforeReplace=resource.delete_before_replace,
            deleteBeforeReplaceDefined=resource.delete_before_replace,
            additionalSecretOutputs=resource.additional_secret_outputs,
            parent=resource.parent or self._root,
        )

    def _provider(self, resource: Resource) -> Resource | None:
        return self._providers.get(resource.provider.rpartition("::")[0])

    def _add_provider(
        self, resource: Resource, request: analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource
    ) -> None:
        provider = self._provider(resource)
        if provider:
            target = request.provider
            target.type, target.urn, target.name = provider.type, provider.urn, provider.name
            serialization.write(target.properties, provider.inputs)


def _serialized(message: Message) -> bytes:
    made: bytes = message.SerializeToString()
    return made


def asked_about(graph: Graph) -> list[tuple[str, bytes]]:
    """Return what a policy pack is asked about a stack: calls, and their messages."""
    requests = Requests(project=graph.project, stack=graph.stack)
    return [
        *(("Analyze", requests.asked(resource)) for resource in graph.resources),
        ("AnalyzeStack", requests.listed(graph)),
    ]


class Session:
    """A conversation with a pack. It is asked before it has started, and while it works on what it was asked, so nobody waits in between."""

    def __init__(
        self,
        pack: Conversation,
        *,
        project: str,
        stack: str,
        dry_run: bool,
        config: Config | None = None,
    ) -> None:
        """Ask the pack about itself.

        Args:
            pack: the pack's process.
            project: the project's name.
            stack: the stack's name.
            dry_run: whether this stands for a preview.
            config: levels and parameters by policy, as `policies.read_config` returns them.
        """
        self._pack = pack
        self._config = config or {}
        self._requests = Requests(project=project, stack=stack)
        self._asked: list[str] = []
        self._known: tuple[analyzer_pb2.AnalyzerInfo, analyzer_pb2.ConfigureAnalyzerRequest] | None = None
        self._accepted = False
        where = analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=stack, project=project, organization="organization", dry_run=dry_run
        )
        pack.ask("GetAnalyzerInfo", _serialized(empty_pb2.Empty()))
        pack.ask("ConfigureStack", _serialized(where))
        pack.send()

    def configure(self, seconds: float) -> tuple[analyzer_pb2.AnalyzerInfo, analyzer_pb2.ConfigureAnalyzerRequest]:
        """Send the configuration, once, before anything else is asked. Whether the pack accepts it is part of the verdict.

        Args:
            seconds: the time limit of each answer.

        Returns:
            What the pack says of itself, and what it was sent.

        Raises:
            NoAnswerError: the pack ended, the configuration has no sense, or the time limit was exceeded.
        """
        if self._known is None:
            info = analyzer_pb2.AnalyzerInfo.FromString(self._answered(seconds))
            self._answered(seconds)
            if problems := list(_senseless(info, self._config)):
                raise NoAnswerError(f"is not asked, as the policy configuration is refused: {'; '.join(problems)}")
            self._known = info, configuration(info, self._config)
            self._pack.ask("Configure", _serialized(self._known[1]))
        return self._known

    def ask(self, resource: Resource) -> None:
        """Ask about a resource; its provider must have been asked about before. The answer is part of the verdict."""
        self._pack.ask("Analyze", self._requests.asked(resource))
        self._asked.append(resource.urn)

    def verdict(self, graph: Graph, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> Verdict:
        """Ask about the resources that were not asked about yet, then about the stack, and sum up all answers.

        Args:
            graph: what the program registered.
            seconds: the time limit of each answer.
            meanwhile: is called once, while the pack judges.

        Raises:
            NoAnswerError: the pack ended, refused the configuration or exceeded the time limit.
        """
        info, settled = self.configure(seconds)
        asked = self._ask_all(graph)
        meanwhile()
        catalogue = tuple(_policy(policy, settled) for policy in info.policies)
        if not self._accepted:
            self._answered(seconds)
            self._accepted = True
        found, undecided, rule_errors = self._read(graph, asked, seconds)
        return Verdict(
            pack=info.displayName or info.name,
            policies=sum(policy.level != "disabled" for policy in catalogue),
            findings=tuple(sorted(found, key=_rank)),
            undecided=tuple(sorted(undecided, key=_rank)),
            rule_errors=tuple(dict.fromkeys(rule_errors)),
            name=info.name,
            catalogue=catalogue,
        )

    def _read(
        self, graph: Graph, asked: Sequence[str], seconds: float
    ) -> tuple[list[Finding], list[Finding], list[str]]:
        """Read the answers about resources, then about the stack: the findings, those left open, and what broke."""
        # The pack gets what is only read for the sake of what refers to it. It is not the stack's to change.
        only_read = {resource.urn for resource in graph.resources if resource.external}
        found: list[Finding] = []
        undecided: list[Finding] = []
        rule_errors: list[str] = []
        for urn in (*asked, ""):
            ended, answer = self._answer(seconds)
            if ended != ANSWERED:
                about = f"{graph.urn(urn).type} {graph.urn(urn).name}" if urn else "the stack"
                rule_errors.append(f"{about}: {answer.decode()}")
                continue
            for diagnostic in analyzer_pb2.AnalyzeResponse.FromString(answer).diagnostics:
                finding = _finding(urn, diagnostic)
                if finding.urn in only_read:
                    continue
                unsure = diagnostic.message.startswith(_UNDECIDED) or finding.policy == _UNDECIDED_POLICY
                (undecided if unsure else found).append(finding)
        return found, undecided, rule_errors

    def _ask_all(self, graph: Graph) -> Sequence[str]:
        """Ask about what was not asked about yet; returns the URNs of all resources that were, in the order of the questions."""
        known = set(self._asked)
        for resource in graph.resources:
            if resource.urn not in known and not resource.external:
                self.ask(resource)
        asked, self._asked = self._asked, []
        # A pack may sum up in its stack policies what its resource policies saw: the stack comes last, as on the engine.
        self._pack.ask("AnalyzeStack", self._requests.listed(graph))
        self._pack.send()
        return asked

    def _answered(self, seconds: float) -> bytes:
        ended, answer = self._answer(seconds)
        if ended != ANSWERED:
            raise NoAnswerError(f"does not answer: {answer.decode()}")
        return answer

    def _answer(self, seconds: float) -> tuple[int, bytes]:
        try:
            return self._pack.answer(seconds)
        except LateError:
            raise NoAnswerError(f"has not answered after {seconds:g} seconds") from None
        except EndedError:
            raise NoAnswerError("does not answer: it has ended") from None


def _senseless(info: analyzer_pb2.AnalyzerInfo, config: Config) -> Iterator[str]:
    """Yield the parameters that the engine refuses by a policy's schema. A policy that is not there is for the pack to refuse."""
    if not config:
        return
    import jsonschema  # noqa: PLC0415 - slow to import, and few previews have a configuration

    for policy in info.policies:
        given = {key: value for key, value in config.get(policy.name, {}).items() if key != "enforcementLevel"}
        properties = json_format.MessageToDict(policy.configSchema.properties)
        schema = {"properties": properties, "required": list(policy.configSchema.required) if given else []}
        for error in sorted(jsonschema.Draft7Validator(schema).iter_errors(given), key=lambda error: list(error.path)):
            yield f"{'.'.join((policy.name, *map(str, error.path)))}: {error.message}"


def checked_inputs(resource: Resource, provider: Resource | None) -> Mapping[str, object]:
    """Return the inputs as the engine shows them to policies: after the provider's check, so with its region and default tags.

    Where there are none, the region is added: to a policy, a resource without any input is not part of the operation.
    """
    if resource.custom and not resource.inputs and provider:
        return {"region": provider.inputs.get("region", "")}
    if resource.type not in provider_fakes.TAGGABLE and "tags" not in resource.inputs:
        return resource.inputs
    tags = provider_fakes.default_tags(provider)
    given = resource.inputs.get("tags", {})
    if not tags or not isinstance(given, Mapping):
        return resource.inputs
    return {**resource.inputs, "tags": {**tags, **given}}


def _rank(finding: Finding) -> tuple[object, ...]:
    severity = ["critical", "high", "medium", "low", ""].index(finding.severity)
    return finding.level != "mandatory", severity, finding.policy, finding.urn, finding.message


def _policy(policy: analyzer_pb2.PolicyInfo, settled: analyzer_pb2.ConfigureAnalyzerRequest) -> Policy:
    level = settled.policyConfig[policy.name].enforcementLevel
    framework = policy.framework
    return Policy(
        name=policy.name,
        title=policy.displayName or policy.name,
        description=policy.description,
        level="disabled"
        if level == analyzer_pb2.DISABLED
        else "advisory"
        if level == analyzer_pb2.ADVISORY
        else "mandatory",
        severity=_severity(policy.severity),
        remediation=policy.remediation_steps,
        url=policy.url,
        framework=" ".join(part for part in (framework.name, framework.reference) if part),
        tags=tuple(policy.tags),
    )


def _severity(number: int) -> str:
    name = analyzer_pb2.PolicySeverity.Name(number).removeprefix("POLICY_SEVERITY_").lower()
    return "" if name == "unspecified" else name


def _finding(urn: str, found: analyzer_pb2.AnalyzeDiagnostic) -> Finding:
    message = found.message.removeprefix(found.description).strip() or found.description
    return Finding(
        policy=found.policyName,
        level="advisory" if found.enforcementLevel == analyzer_pb2.ADVISORY else "mandatory",
        severity=_severity(found.severity),
        urn=found.urn or urn,
        message=message,
        description=found.description,
    )


def configuration(info: analyzer_pb2.AnalyzerInfo, given: Config) -> analyzer_pb2.ConfigureAnalyzerRequest:
    """Settle each policy's level and parameters as the engine does: schema defaults, the pack's own configuration, the given one.

    Names that the pack does not have are handed over as well: the pack reports them.
    """
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy in info.policies:
        settled = request.policyConfig[policy.name]
        settled.enforcementLevel = policy.enforcementLevel
        for name, schema in policy.configSchema.properties.fields.items():
            if "default" in schema.struct_value.fields:
                settled.properties.fields[name].CopyFrom(schema.struct_value.fields["default"])
        for key in ("all", policy.name):
            if key in info.initialConfig:
                settled.enforcementLevel = info.initialConfig[key].enforcementLevel
                settled.properties.MergeFrom(info.initialConfig[key].properties)
        for key in ("all", policy.name):
            if "enforcementLevel" in given.get(key, {}):
                settled.enforcementLevel = analyzer_pb2.EnforcementLevel.Value(
                    str(given[key]["enforcementLevel"]).upper()
                )
    for name, settings in given.items():
        if name != "all":
            properties = {key: value for key, value in settings.items() if key != "enforcementLevel"}
            json_format.ParseDict(properties, request.policyConfig[name].properties)
    return request
