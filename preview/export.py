"""Read an exported stack, what `pulumi stack export` writes, into the same graph that a recorded program gives."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from preview import serialization
from preview.graph import UNKNOWN, Graph, Message, Resource

if TYPE_CHECKING:
    from pathlib import Path

    from preview.verdict import Finding, Verdict

# The format: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go. Version 4 is version 3 with a list of
# the features it uses beside the deployment; the resources are the same.
_VERSIONS: Final = (3, 4)
_STACK: Final = "pulumi:pulumi:Stack"
_URN: Final = re.compile(r"urn:pulumi:(?P<stack>[^:]+)::(?P<project>[^:]+)::(?P<types>.+?)::(?P<name>.+)", re.DOTALL)
_URN_LINE: Final = re.compile(r'^\s*"urn": "(?P<urn>[^"]+)"')
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_DEFAULTS: Final = "__defaults"
_INTERNAL: Final = frozenset({serialization.SIGNATURE, _DEFAULTS, "__meta"})
_LEAST_HIDDEN: Final = 4

SECRET: Final = "[secret]"  # noqa: S105 - what stands for one
"""What a secret that is still encrypted reads as, as in `pulumi policy analyze`."""


class InvalidExport(Exception):  # noqa: N818 - reads as what it says
    """The file is no exported stack; the text is one line that says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An exported stack."""

    graph: Graph
    lines: Mapping[str, int]
    """Where in the file each resource is, by URN, counted from 1."""
    given: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """By URN, the inputs that the program gave: without what the provider filled in, as the engine keeps account of it."""
    plaintexts: frozenset[str] = field(default=frozenset(), repr=False)
    """The secrets that `--show-secrets` left readable. They are judged, and must never be shown."""

    def redacted(self, verdict: Verdict) -> Verdict:
        """Return the verdict with every plaintext secret in its messages replaced by `SECRET`."""

        def hide(text: str) -> str:
            for secret in sorted(self.plaintexts, key=len, reverse=True):
                text = text.replace(secret, SECRET)
            return text

        def quiet(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
            return tuple(dataclasses.replace(finding, message=hide(finding.message)) for finding in findings)

        return dataclasses.replace(
            verdict,
            findings=quiet(verdict.findings),
            undecided=quiet(verdict.undecided),
            rule_errors=tuple(hide(error) for error in verdict.rule_errors),
        )


def read(path: Path) -> Export:
    """Read the file that `pulumi stack export --file` wrote.

    Args:
        path: the file.

    Returns:
        What the stack holds now: without old copies that wait for deletion and resources that wait to be made again.
        Operations that were interrupted are warnings among the graph's messages.

    Raises:
        InvalidExport: missing, not JSON (with line and column), another kind of JSON, an unknown version, or empty.
    """
    text = _text(path)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidExport(f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}") from None
    except RecursionError:
        raise InvalidExport(f"{path}: nested too deeply for an exported stack") from None
    try:
        return _export(document, text)
    except _UnexpectedError as error:
        raise InvalidExport(f"{path}: {error}") from None


class _UnexpectedError(Exception):
    """The document is not as it should be; the text says where."""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidExport(f"{path}: no such file") from None
    except OSError as error:
        raise InvalidExport(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise InvalidExport(f"{path}: not UTF-8 text (byte {error.start + 1})") from None


def _export(document: object, text: str) -> Export:
    deployment = _deployment(document)
    listed = _list(deployment.get("resources"), "deployment.resources")
    if not listed:
        raise _UnexpectedError("deployment.resources is empty, so there is nothing to judge")
    reader = _Reader()
    for index, item in enumerate(listed):
        reader.add(item, f"deployment.resources[{index}]")
    operations = _list(deployment.get("pending_operations"), "deployment.pending_operations")
    for index, item in enumerate(operations):
        reader.interrupted(item, f"deployment.pending_operations[{index}]")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _URN_LINE.match(line):
            lines.setdefault(found["urn"], number)
    return Export(graph=reader.graph(), lines=lines, given=reader.given, plaintexts=frozenset(reader.plaintexts))


def _deployment(document: object) -> Mapping[str, object]:
    if not isinstance(document, dict):
        raise _UnexpectedError(
            f"expected what `pulumi stack export` writes, an object with version and deployment; found {_kind(document)}"
        )
    if "checkpoint" in document:
        raise _UnexpectedError(
            "this is a state file of a backend; judge what `pulumi stack export` writes of the stack"
        )
    if "deployment" not in document or "version" not in document:
        found = ", ".join(sorted(document)[:6]) or "nothing"
        raise _UnexpectedError(
            f"expected what `pulumi stack export` writes, an object with version and deployment; found {found}"
        )
    version = document["version"]
    if isinstance(version, bool) or version not in _VERSIONS:
        raise _UnexpectedError(
            f"version is {json.dumps(version)[:40]}; known are {' and '.join(map(str, _VERSIONS))}. "
            "Export the stack anew with a current Pulumi CLI"
        )
    return _mapping(document["deployment"], "deployment")


class _Reader:
    """Turns the resources of a deployment into those of a graph."""

    def __init__(self) -> None:
        self.plaintexts: set[str] = set()
        self.given: dict[str, Mapping[str, object]] = {}
        self._resources: dict[str, Resource] = {}
        self._root = ""
        self._place = ("", "")
        self._exports: Mapping[str, object] = {}
        self._secret_exports: frozenset[str] = frozenset()
        self._messages: list[Message] = []

    def graph(self) -> Graph:
        """Return what was read so far, the providers first, as what they make refers to them."""
        project, stack = self._place
        resources = [
            dataclasses.replace(resource, parent="" if resource.parent == self._root else resource.parent)
            for resource in self._resources.values()
        ]
        return Graph(
            project=project,
            stack=stack,
            resources=tuple(sorted(resources, key=lambda item: not item.type.startswith("pulumi:providers:"))),
            exports=self._exports,
            secret_exports=self._secret_exports,
            registered_outputs={item.urn: item.outputs for item in resources if not item.custom},
            messages=tuple(self._messages),
        )

    def add(self, item: object, where: str) -> None:
        """Read one resource."""
        state = _mapping(item, where)
        urn, found = self._urn(state, where)
        if state.get("delete") is True:
            return
        if state.get("pendingReplacement") is True:
            self._warn(urn, f"{found['name']} was deleted to be made again, and is not judged")
            return
        inputs, secrets = self._properties(state, "inputs", where)
        self.given[urn], _ = self._properties({"inputs": _without_defaults(state.get("inputs"))}, "inputs", where)
        outputs, secret_outputs = self._properties(state, "outputs", where)
        type_ = _string(state, "type", where)
        if type_ == _STACK:
            self._root, self._exports, self._secret_exports = urn, outputs, secret_outputs
            return
        if urn in self._resources:
            raise _UnexpectedError(f"{where}: a second resource has the URN {urn}")
        id_ = state.get("id")
        edges = _mapping(state.get("propertyDependencies") or {}, f"{where}.propertyDependencies")
        self._resources[urn] = Resource(
            urn=urn,
            type=type_,
            name=found["name"],
            parent=_string(state, "parent", where, default=""),
            inputs=inputs,
            secrets=secrets,
            outputs={"id": id_, **outputs} if isinstance(id_, str) and id_ else outputs,
            dependencies=_strings(state, "dependencies", where),
            property_dependencies={key: _strings(edges, key, f"{where}.propertyDependencies") for key in sorted(edges)},
            provider=_string(state, "provider", where, default=""),
            custom=state.get("custom") is True,
            external=state.get("external") is True,
            protect=state.get("protect") is True,
            ignore_changes=_strings(state, "ignoreChanges", where),
            delete_before_replace=state.get("deleteBeforeReplace") is True,
            retain_on_delete=state.get("retainOnDelete") is True,
            additional_secret_outputs=_strings(state, "additionalSecretOutputs", where),
            aliases=_strings(state, "aliases", where),
        )

    def interrupted(self, item: object, where: str) -> None:
        """Note an operation that was interrupted: what became of its resource is not known."""
        operation = _mapping(item, where)
        urn, found = self._urn(_mapping(operation.get("resource"), f"{where}.resource"), f"{where}.resource")
        kind = _string(operation, "type", where)
        self._warn(urn, f"{kind} {found['name']} was interrupted: the export may not say what there is of it")

    def _warn(self, urn: str, text: str) -> None:
        self._messages.append(Message(severity="warning", text=text, urn=urn))

    def _urn(self, state: Mapping[str, object], where: str) -> tuple[str, re.Match[str]]:
        urn = _string(state, "urn", where)
        found = _URN.fullmatch(urn)
        if not found:
            raise _UnexpectedError(
                f"{where}.urn: {urn[:80]!r} is no URN, such as urn:pulumi:prod::shop::<type>::<name>"
            )
        place = (found["project"], found["stack"])
        if self._place not in (("", ""), place):
            raise _UnexpectedError(f"{where}.urn: {urn} is of another stack than the resources before it")
        self._place = place
        return urn, found

    def _properties(
        self, state: Mapping[str, object], key: str, where: str
    ) -> tuple[dict[str, object], frozenset[str]]:
        values: dict[str, object] = {}
        secrets: set[str] = set()
        for name, value in _mapping(state.get(key) or {}, f"{where}.{key}").items():
            if name not in _INTERNAL:
                hidden: list[bool] = []
                values[name] = self._value(value, hidden)
                if hidden:
                    secrets.add(name)
        return values, frozenset(secrets)

    def _value(self, value: object, hidden: list[bool]) -> object:  # noqa: PLR0911 - one return per kind of value
        match value:
            case serialization.UNKNOWN_TEXT:
                return UNKNOWN
            case list():
                return [self._value(part, hidden) for part in value]
            case {serialization.SIGNATURE: serialization.SECRET, **sealed}:
                hidden.append(True)
                return self._secret(sealed.get("plaintext"), hidden)
            case {serialization.SIGNATURE: serialization.REFERENCE, "urn": str() as urn}:
                return urn
            case {serialization.SIGNATURE: signature, **output} if signature == _OUTPUT:
                if output.get("secret") is True:
                    hidden.append(True)
                return self._value(output["value"], hidden) if "value" in output else UNKNOWN
            case dict():
                return {key: self._value(part, hidden) for key, part in value.items() if key not in _INTERNAL}
            case _:
                return value

    def _secret(self, plaintext: object, hidden: list[bool]) -> object:
        """Return what `--show-secrets` left readable: the value as JSON."""
        if not isinstance(plaintext, str):
            return SECRET
        try:
            decoded = json.loads(plaintext)
        except json.JSONDecodeError:
            return SECRET
        value = self._value(decoded, hidden)
        self.plaintexts.update(text for text in _texts(value) if len(text) >= _LEAST_HIDDEN)
        return value


def _without_defaults(value: object) -> object:
    """Return inputs without those that a provider filled in; it lists their names beside them."""
    if isinstance(value, dict):
        filled = value.get(_DEFAULTS)
        left = (
            value.keys() - {name for name in filled if isinstance(name, str)}
            if isinstance(filled, list)
            else value.keys()
        )
        return {key: _without_defaults(part) for key, part in value.items() if key in left}
    return [_without_defaults(part) for part in value] if isinstance(value, list) else value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _UnexpectedError(f"{where}: expected an object, found {_kind(value)}")
    return value


def _list(value: object, where: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _UnexpectedError(f"{where}: expected a list, found {_kind(value)}")
    return value


def _string(state: Mapping[str, object], key: str, where: str, *, default: str | None = None) -> str:
    value = state.get(key, default)
    if not isinstance(value, str):
        raise _UnexpectedError(f"{where}.{key}: expected a text, found {_kind(value)}")
    return value


def _strings(state: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    items = _list(state.get(key), f"{where}.{key}")
    if not all(isinstance(item, str) for item in items):
        raise _UnexpectedError(f"{where}.{key}: expected a list of texts")
    return tuple(sorted(str(item) for item in items))


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "nothing"}
    return names.get(type(value), "a number")
