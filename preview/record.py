"""Run the program in this process and keep everything it registers.

The recorder stands where the engine stands: it receives the requests the SDK would send, refuses what the engine refuses
and answers like a provider. Nothing leaves the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import dataclasses
import json
import marshal
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pulumi
import pulumi.runtime
from google.protobuf import empty_pb2  # type: ignore[import-untyped] # has no stubs among our dependencies
from pulumi.runtime import mocks
from pulumi.runtime.proto import alias_pb2, engine_pb2, resource_pb2

from compat import core, core_values
from compat import loop as loops
from compat.core_messages import OutputsRequest, RegistrationAnswer, RegistrationRequest, Urns
from preview import awsx, provider_fakes, serialization, stack_references, stackfile
from preview import project as projects
from preview.graph import UNKNOWN, Graph, Message, Resource
from preview.run_memory import KnownRegistration, RunMemory

if TYPE_CHECKING:
    from google.protobuf.internal.containers import MessageMap  # type: ignore[import-untyped] # as above

    from preview.yaml import Place

Mode = Literal["update", "preview"]
"""update: every output has a plausible value, as after `pulumi up`; preview: what a provider computes is `UNKNOWN`."""

_STACK: Final = "pulumi:pulumi:Stack"
_PLAIN: Final = 2
"""The version of `marshal` that writes the same values alike, wherever they are."""
_SEVERITIES: Final = {engine_pb2.INFO: "info", engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}


class InvalidStack(Exception):  # noqa: N818 - reads as what it says about the stack file
    """The program refused its settings; the text is what `pulumi up` would print."""


class RefusedError(Exception):
    """The engine would refuse what the program does; the text is the engine's."""


def record(
    root: Path,
    stack: str,
    config: Mapping[str, object],
    *,
    mode: Mode = "update",
    observe: Callable[[Resource], None] | None = None,
    spelled: Mapping[str, Mapping[Place, str]] | None = None,
    beside: Path | None = None,
) -> Graph:
    """Run `root/__main__.py` and return what it registered.

    Args:
        root: the project's folder, with `Pulumi.yaml` and `__main__.py`.
        stack: the stack's name.
        config: the `config:` section of the stack file, parsed, with full keys such as `slipway:app`.
        mode: what the provider answers, see `Mode`.
        observe: is told each resource as it is registered.
        spelled: how the stack file has what the engine spells otherwise, see `StackFile`.
        beside: the stack file's folder, in which the files of stacks that it refers to may be as well.

    Raises:
        project.InvalidProject: no usable `Pulumi.yaml`.
        InvalidStack: the program ended with `pulumi.RunError`.
        RefusedError: a duplicate URN, or a resource without an explicit provider where default ones are disabled.
        provider_fakes.UnknownLookupError: a look-up that has no offline answer.
    """
    project = projects.read(root)
    values = project.values(config, spelled)
    secrets = [key for key, value in config.items() if projects.is_secret(value)]
    references = _references(project, stack, values, beside)
    monitor = _Monitor(project.name, stack, values, mode, observe, references)
    contextvars.Context().run(_run, project.root, monitor, values, secrets)
    return monitor.graph()


def _references(
    project: projects.Project, stack: str, values: Mapping[str, str], beside: Path | None
) -> Mapping[str, stack_references.StackOutputs]:
    """Return what the stacks that a configuration refers to answer, after recording those whose files are beside its own."""

    def recorded(other: stackfile.StackFile) -> stack_references.StackOutputs:
        if other.stack == stack:
            return stack_references.StackOutputs(outputs={})  # which the program refuses
        try:
            # As it is once it is there. It refers to no further one, as what it uses of another cannot be passed on.
            graph = record(project.root, other.stack, other.config, spelled=other.spelled)
        except InvalidStack as error:
            raise InvalidStack(f"it uses parts of {other.path}, which is wrong itself. {error}") from None
        return stack_references.StackOutputs(outputs=graph.exports, secrets=graph.secret_exports)

    try:
        return stack_references.answers(project.name, values, beside, recorded)
    except stackfile.InvalidStackFile as error:
        raise InvalidStack(f"it uses parts of another stack: {error}") from None


def _run(root: Path, monitor: _Monitor, values: dict[str, str], secrets: list[str]) -> None:
    pulumi.runtime.set_all_config(values, secrets)
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=monitor.project,
            stack=monitor.stack,
            monitor=monitor,
            engine=_Engine(monitor.messages),
            dry_run=monitor.mode == "preview",
            organization="organization",
            root_directory=str(root),
        )
    )

    async def program() -> None:
        runpy.run_path(str(root / "__main__.py"), run_name="__main__")
        await core.drain()

    loop = loops.new()
    asyncio.set_event_loop(loop)
    try:
        with inside(root), core.in_less_time():
            loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as error:
        raise InvalidStack(str(error)) from error
    finally:
        loop.set_exception_handler(lambda *_: None)  # what an aborted run leaves behind says nothing new
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        asyncio.set_event_loop(None)


@contextlib.contextmanager
def inside(root: Path) -> Iterator[None]:
    """Give the program the working directory and import path it has under the engine; keep its prints off stdout."""
    before = Path.cwd()
    path = str(root)
    sys.path.insert(0, path)
    os.chdir(root)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.chdir(before)
        sys.path.remove(path)


class _Engine:
    """Keeps what the program logs."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802 - the protocol's name
        severity = _SEVERITIES.get(request.severity)
        if severity:
            self._messages.append(Message(severity=severity, text=request.message, urn=request.urn))

    def RequirePulumiVersion(self, request: object) -> None:  # noqa: N802 - the protocol's name
        """Accept any: there is no CLI here whose version could be too old."""


class _Monitor(mocks.MockMonitor):
    """The engine's end of the resource protocol."""

    def __init__(
        self,
        project: str,
        stack: str,
        values: Mapping[str, str],
        mode: Mode,
        observe: Callable[[Resource], None] | None,
        references: Mapping[str, stack_references.StackOutputs],
    ) -> None:
        super().__init__(_NoMocks())
        self.project = project
        self.stack = stack
        self.mode = mode
        self._observe = observe
        self._references = references
        warnings = (answer.warning for answer in references.values() if answer.warning)
        self.messages = [Message(severity="warning", text=text) for text in warnings]
        self._root = ""
        self._region = values.get("aws:region", "us-east-1")
        disabled = values.get("pulumi:disable-default-providers", "")
        self._disabled = frozenset(json.loads(disabled)) if disabled.startswith("[") else frozenset(disabled.split(","))
        self._nodes: dict[str, Resource] = {}
        self._ids: dict[str, str] = {}
        self._registered_outputs: dict[str, Mapping[str, object]] = {}
        self._exports: Mapping[str, object] = {}
        self._secret_exports: frozenset[str] = frozenset()

    def graph(self) -> Graph:
        """Return what was registered so far."""
        return Graph(
            project=self.project,
            stack=self.stack,
            resources=tuple(self._nodes.values()),
            exports=self._exports,
            secret_exports=self._secret_exports,
            registered_outputs=self._registered_outputs,
            messages=tuple(self.messages),
        )

    def RegisterResource(  # noqa: N802 - the protocol's name
        self, request: RegistrationRequest | resource_pb2.RegisterResourceRequest
    ) -> RegistrationAnswer | resource_pb2.RegisterResourceResponse:
        """Keep one registration and answer it."""
        answered = self._register(request)
        return answered if isinstance(request, RegistrationRequest) else _as_message(answered)

    def _register(self, request: RegistrationRequest | resource_pb2.RegisterResourceRequest) -> RegistrationAnswer:
        parent = "" if request.parent == self._root else request.parent
        urn = self._compose(parent, request.type, request.name)
        if request.type == _STACK:
            self._root = urn
            return RegistrationAnswer(urn)
        memory, words = RunMemory.kept, None
        provider = self._nodes.get(request.provider.rpartition("::")[0])
        if memory is not None and (words := self._words(request)) is not None:
            known = memory.registrations.get(urn)
            if known and known.words == words and known.provider is provider:
                self._keep(known.resource)
                self._ids[urn] = known.id
                return known.answer
        answered = self._answered(request, urn, parent)
        if memory is not None and words is not None:
            answered.object = core_values.AnsweredProperties(answered.object)
            memory.registrations[urn] = KnownRegistration(
                words=words, provider=provider, resource=self._nodes[urn], id=self._ids[urn], answer=answered
            )
        return answered

    def _words(self, request: RegistrationRequest | resource_pb2.RegisterResourceRequest) -> bytes | None:
        """Return all that the answer is worked out from, but for the provider; None where it is worked out each time."""
        if not isinstance(request, RegistrationRequest) or request.aliases or not request.custom or request.remote:
            return None
        fields = (
            *(self.mode, str(self._region), request.parent, request.object, request.protect, request.provider),
            *(request.deleteBeforeReplace, request.retainOnDelete),
            *(list(request.ignoreChanges), list(request.additionalSecretOutputs), sorted(request.dependencies)),
            [(key, sorted(part.urns)) for key, part in request.propertyDependencies.items()],
        )
        try:
            return marshal.dumps(fields, _PLAIN)
        except ValueError:  # something in it is more than plain data
            return None

    def _answered(
        self, request: RegistrationRequest | resource_pb2.RegisterResourceRequest, urn: str, parent: str
    ) -> RegistrationAnswer:
        inputs, secrets = serialization.read(request.object)
        resource = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=parent,
            inputs=inputs,
            secrets=secrets,
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies=_property_dependencies(request.propertyDependencies),
            provider=request.provider,
            custom=request.custom,
            remote=request.remote,
            protect=request.protect,
            ignore_changes=tuple(request.ignoreChanges),
            delete_before_replace=request.deleteBeforeReplace,
            retain_on_delete=request.retainOnDelete,
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            aliases=tuple(self._alias(alias, request, parent) for alias in request.aliases),
        )
        if request.remote:
            return self._construct(resource, request.providers)
        if not request.custom:
            self._keep(resource)
            return RegistrationAnswer(urn)
        answer = self._answer(resource)
        response = RegistrationAnswer(urn, self._ids[urn], serialization.properties(request.object))
        hidden = answer.secrets | set(request.additionalSecretOutputs)
        for key in hidden & inputs.keys() - secrets:
            response.object[key] = serialization.sealed(response.object[key])
        for key, value in self._nodes[urn].outputs.items():
            # A computed value that is left out is unknown to the program; one that is secret must say so all the same.
            if key not in inputs and key != "id" and (value is not UNKNOWN or key in hidden):
                response.object[key] = serialization.wired(value, secret=key in hidden)
        return response

    def RegisterResourceOutputs(  # noqa: N802 - the protocol's name
        self, request: OutputsRequest | resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        """Keep what a component, or the stack, gave to `register_outputs`."""
        outputs, secrets = serialization.read(request.outputs)
        if request.urn == self._root:
            self._exports, self._secret_exports = outputs, secrets
        else:
            self._registered_outputs[request.urn] = outputs
        return empty_pb2.Empty()

    def ReadResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.ReadResourceRequest
    ) -> resource_pb2.ReadResourceResponse:
        """Answer what another stack's outputs are; refuse to read anything else outside the program: nothing is known of it offline."""
        answer = self._references.get(request.id) if request.type == stack_references.TYPE else None
        if answer is None:
            raise provider_fakes.UnknownLookupError(
                f"The offline preview cannot read the existing {request.type} {request.id}: pass its values in instead."
            )
        urn = self._compose("" if request.parent == self._root else request.parent, request.type, request.name)
        outputs = {"name": request.id, "outputs": answer.outputs, "secretOutputNames": sorted(answer.secrets)}
        self._nodes[urn] = Resource(
            urn=urn, type=request.type, name=request.name, inputs={"name": request.id}, outputs=outputs, external=True
        )
        self._ids[urn] = request.id
        response = resource_pb2.ReadResourceResponse(urn=urn)
        for key, value in outputs.items():
            serialization.put(response.properties, key, value)
        return response

    def Invoke(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        """Answer a look-up."""
        args, _ = serialization.read(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            node = self._nodes[str(args["urn"])]
            result: Mapping[str, object] = {"urn": node.urn, "id": self._ids.get(node.urn, ""), "state": node.outputs}
        else:
            package = request.tok.partition(":")[0]
            if not request.provider and self._is_disabled(package):
                raise RefusedError(
                    f"Default provider for '{package}' disabled. '{request.tok}' must use an explicit provider."
                )
            result = provider_fakes.look_up(request.tok, args, self._region_of(request.provider, args))
        response = resource_pb2.ResourceInvokeResponse()
        fields = getattr(response, "return")
        for key, value in result.items():
            serialization.put(fields, key, value)
        return response

    def _alias(
        self, alias: alias_pb2.Alias, request: RegistrationRequest | resource_pb2.RegisterResourceRequest, parent: str
    ) -> str:
        """Return the URN that an alias stands for: the resource's own, but for what the alias says."""
        if alias.urn:
            return alias.urn
        spec = alias.spec
        above = "" if spec.noParent or spec.parentUrn == self._root else spec.parentUrn or parent
        urn = self._compose(above, spec.type or request.type, spec.name or request.name)
        place = f"urn:pulumi:{spec.stack or self.stack}::{spec.project or self.project}::"
        return place + urn.split("::", 2)[2]

    def _compose(self, parent: str, type_: str, name: str) -> str:
        qualified = f"{parent.split('::')[2]}${type_}" if parent else type_
        return f"urn:pulumi:{self.stack}::{self.project}::{qualified}::{name}"

    def _is_disabled(self, package: str) -> bool:
        return package in self._disabled or "*" in self._disabled

    def _region_of(self, provider: str, inputs: Mapping[str, object]) -> str:
        own = inputs.get("region")
        node = self._nodes.get(provider.rpartition("::")[0])
        given = node.inputs.get("region") if node else None
        return next((region for region in (own, given) if isinstance(region, str)), self._region)

    def _keep(self, resource: Resource) -> None:
        if resource.urn in self._nodes:
            raise RefusedError(f"Duplicate resource URN '{resource.urn}'; try giving it a unique name")
        package = resource.type.partition(":")[0]
        if resource.custom and not resource.provider and package != "pulumi" and self._is_disabled(package):
            raise RefusedError(
                f"Default provider for '{package}' disabled. '{resource.urn}' must use an explicit provider."
            )
        self._nodes[resource.urn] = resource
        if self._observe:
            self._observe(resource)

    def _answer(self, resource: Resource) -> provider_fakes.Answer:
        """Keep a resource together with what its provider answers."""
        self._keep(resource)
        region = self._region_of(resource.provider, resource.inputs)
        answer = provider_fakes.answer(resource.urn, resource.type, resource.name, resource.inputs, region)
        known = self.mode == "update"
        added = {"id": answer.id, **answer.outputs}
        if tags := self.default_tags(resource):
            given = resource.inputs.get("tags")
            added["tagsAll"] = {**tags, **(given if isinstance(given, Mapping) else {})}
        self._ids[resource.urn] = answer.id if known else ""
        outputs = {key: value if known else UNKNOWN for key, value in added.items() if key not in resource.inputs}
        self._nodes[resource.urn] = dataclasses.replace(resource, outputs={**resource.inputs, **outputs})
        return answer

    def default_tags(self, resource: Resource) -> Mapping[str, object]:
        """Return the tags that the provider adds to this resource."""
        if resource.type not in provider_fakes.TAGGABLE and "tags" not in resource.inputs:
            return {}
        return provider_fakes.default_tags(self._nodes.get(resource.provider.rpartition("::")[0]))

    def _construct(self, component: Resource, providers: Mapping[str, str]) -> RegistrationAnswer:
        """Build the children of a component that a plugin would build, and answer its outputs."""
        self._keep(component)
        children = awsx.children(component, self.stack)
        response = RegistrationAnswer(component.urn)
        urns = [component.urn]
        built: dict[str, Resource] = {}
        for role, child in children.items():
            inputs = {key: awsx.resolve(value, built) for key, value in child.inputs.items()}
            edges = {
                key: tuple(
                    sorted({built[part.role].urn} if isinstance(part, awsx.From) else {*child.edges.get(key, ())})
                )
                for key, part in child.inputs.items()
            }
            resource = Resource(
                urn=self._compose(component.urn, child.type, child.name),
                type=child.type,
                name=child.name,
                parent=component.urn,
                inputs=inputs,
                dependencies=tuple(sorted({urn for targets in edges.values() for urn in targets})),
                property_dependencies=edges,
                provider=providers.get(child.type.partition(":")[0], ""),
            )
            self._answer(resource)
            built[role] = self._nodes[resource.urn]
            urns.append(resource.urn)
        outputs = awsx.outputs(component, built)
        known = {key: value for key, value in outputs.items() if not isinstance(value, Resource)}
        self._nodes[component.urn] = dataclasses.replace(component, outputs={**component.inputs, **known})
        for key, value in outputs.items():
            if isinstance(value, Resource):
                id_ = self._ids[value.urn] or serialization.UNKNOWN_TEXT
                response.object[key] = {
                    serialization.SIGNATURE: serialization.REFERENCE,
                    "urn": value.urn,
                    "id": id_,
                    "packageVersion": "",
                }
            elif value is not UNKNOWN:
                response.object[key] = serialization.wired(value)
            # The engine makes every output of such a component depend on all that it holds.
            response.propertyDependencies[key] = Urns(urns)
        return response


class _NoMocks(mocks.Mocks):
    """The monitor answers everything itself; nothing may fall through to the SDK's mocks."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, object], list[tuple[str, str]] | None]:
        raise provider_fakes.UnknownLookupError(f"The offline preview has no answer for {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        raise provider_fakes.UnknownLookupError(f"The offline preview has no answer for {args.typ}")


def _as_message(answered: RegistrationAnswer) -> resource_pb2.RegisterResourceResponse:
    response = resource_pb2.RegisterResourceResponse(urn=answered.urn, id=answered.id)
    response.object.update(answered.object)
    for key, dependencies in answered.propertyDependencies.items():
        response.propertyDependencies[key].urns.extend(dependencies.urns)
    return response


def _property_dependencies(
    given: Mapping[str, Urns] | MessageMap[str, resource_pb2.RegisterResourceRequest.PropertyDependencies],
) -> dict[str, tuple[str, ...]]:
    return {key: tuple(sorted(given[key].urns)) for key in sorted(given)}
