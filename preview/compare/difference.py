"""Two graphs, resource by resource: what an update from one to the other would do.

It follows the engine's step generator: resources are matched by URN and alias, in the order of registration, so that what a
replacement makes new reaches everything that is given its ids. Ids and addresses are stand-ins in a recorded graph, so values that
come from other resources are compared as what they are: a property of a resource, the same one or a new one.
https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/ and https://www.pulumi.com/docs/iac/concepts/options/deletebeforereplace/
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from preview import provider_fakes
from preview.compare import replacements
from preview.compare.masking import SECRET, masked
from preview.compare.replacements import Effect
from preview.compare.values import MISSING, Difference, differences
from preview.graph import Graph, Resource
from preview.summary import kind as word

Kind = Literal["created", "updated", "replaced", "deleted", "renamed", "kept"]
"""What happens to a resource; `renamed` is one that an alias leads to and that stays as it is."""
KINDS: Final[tuple[Kind, ...]] = ("created", "updated", "replaced", "deleted", "renamed")

_LEAST_TEXT: Final = 6
"""Shorter outputs are no ids, and would be found by chance in other texts."""
_PROVIDER: Final = "pulumi:providers:"
_REVISIONED: Final = {"aws:ecs/taskDefinition:TaskDefinition": frozenset({"arn", "revision"})}
"""Outputs that are new at every replacement, though the stand-in does not show it."""
_PREFIX_LIST: Final = re.compile(r"pl-[0-9a-f]{8,17}")
_ACCOUNT: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property that changes."""

    path: str
    """As people write it: `containerDefinitions[api].image`."""
    plain: str
    """Without list elements, as tables have it: `containerDefinitions.image`."""
    before: object
    """`MISSING` where it was not set; ids of other resources as `{security group api-group.id}`."""
    after: object
    """`MISSING` where it is not set any more; `{new ...}` is known only after the update."""
    effect: Effect
    secret: bool = False
    """Both are secrets, of which only `[secret]` is here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """What happens to one resource."""

    kind: Kind
    before: Resource | None
    after: Resource | None
    properties: tuple[Property, ...] = ()
    """What differs; those without effect are left out."""
    because: str = ""
    """The resource it is replaced with, where none of its own properties is the reason."""
    deleted_first: bool = False
    """Replaced by deleting the old one before the new one is made."""
    renamed: bool = False
    """Matched by an alias."""
    values: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    """Of the changed properties at the top, the old and the new value whole, ids of other resources as in `Property`."""

    @property
    def resource(self) -> Resource:
        """The resource as it will be; as it was, where it is deleted."""
        found = self.after or self.before
        if found is None:  # pragma: no cover - one side is always there
            raise LookupError("a change without a resource")
        return found

    @property
    def forced_by(self) -> tuple[Property, ...]:
        """The properties that force the replacement."""
        return tuple(item for item in self.properties if item.effect == "replace")

    @property
    def gone(self) -> bool:
        """Whether what is there now will not be there any more."""
        return self.kind in {"deleted", "replaced"}

    def of(self, *paths: str) -> tuple[Property, ...]:
        """Return the changed properties that are one of these or below one of them."""
        return tuple(
            item
            for item in self.properties
            if any(item.plain == path or item.plain.startswith(f"{path}.") for path in paths)
        )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What an update would do."""

    before: Graph
    """The base; if it is an export or another stack, with the stand-ins that the new graph has."""
    after: Graph
    changes: tuple[Change, ...]
    """All resources, also those that are kept: in the order of registration, deleted ones last."""

    @cached_property
    def counts(self) -> Mapping[Kind, int]:
        """How many resources are created, updated, replaced, deleted, renamed and kept, as the engine counts them."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in (*KINDS, "kept")}

    @cached_property
    def changed(self) -> tuple[Change, ...]:
        """Those to which something happens."""
        return tuple(change for change in self.changes if change.kind != "kept")

    def kind(self, *kinds: Kind, type_: str | None = None) -> tuple[Change, ...]:
        """Return the changes of some kinds, only of one type if given."""
        return tuple(
            change for change in self.changes if change.kind in kinds and type_ in {None, change.resource.type}
        )

    def component(self, change: Change) -> str:
        """Return the name of the top-level component a resource belongs to; empty for a loose one."""
        graph = self.before if change.after is None else self.after
        found = graph.component(change.resource)
        return found.name if found else ""


def compare(
    before: Graph,
    after: Graph,
    *,
    given: Mapping[str, Mapping[str, object]] | None = None,
) -> Comparison:
    """Compare two graphs of one project.

    Args:
        before: the base.
        after: what the program registers now; recorded with stand-ins (mode `update`).
        given: for a base that is an exported stack, by URN, what the program itself had given: the inputs without what the
            provider filled in. None for a recorded base.
    """
    return _Comparer(before, after, given).run()


def key(urn: str) -> str:
    """Return what tells a resource from the others of its stack: the types of its ancestors and its own, and its name."""
    return urn.split("::", 2)[-1]


@dataclass(slots=True)
class _Fate:
    """What became of a resource so far, for those that come after it."""

    before: Resource | None
    after: Resource
    replaced: bool = False
    deleted_first: bool = False
    fresh: frozenset[str] = frozenset()
    """Outputs that have another value afterwards."""
    symbols: tuple[tuple[str, str], ...] | None = None
    symbols_before: tuple[tuple[str, str], ...] | None = None


class _Comparer:
    def __init__(self, before: Graph, after: Graph, given: Mapping[str, Mapping[str, object]] | None) -> None:
        self._exported = given is not None
        self._after = after
        matched = _matched(before, after)
        if self._exported or before.stack != after.stack or any(key(new) != key(old) for new, old in matched.items()):
            before = _in_terms_of(after, before, matched, given)
        self._before = before
        self._by_urn_before = {resource.urn: resource for resource in before.resources}
        self._matched = {new: self._by_urn_before[old] for new, old in matched.items()}
        self._fates: dict[str, _Fate] = {}
        self._partner: dict[str, _Fate] = {}
        """By the URN of the old one."""
        self._plain_before: dict[str, tuple[tuple[str, str], ...]] = {}

    def run(self) -> Comparison:
        matched = self._matched
        changes = []
        for resource in self._after.resources:
            old = matched.get(resource.urn)
            change = self._change(old, resource)
            self._remember(change, old, resource)
            changes.append(change)
        taken = {old.urn for old in matched.values()}
        changes += [
            Change(kind="deleted", before=old, after=None)
            for old in self._before.resources
            if old.urn not in taken and not old.external
        ]
        return Comparison(before=self._before, after=self._after, changes=tuple(changes))

    def _remember(self, change: Change, old: Resource | None, resource: Resource) -> None:
        fate = _Fate(before=old, after=resource, replaced=change.kind == "replaced", deleted_first=change.deleted_first)
        if old and change.kind in {"replaced", "updated"} and resource.custom:
            fate.fresh = self._fresh(old, resource, replaced=fate.replaced)
        self._fates[resource.urn] = fate
        if old:
            self._partner[old.urn] = fate

    def _fresh(self, old: Resource, new: Resource, *, replaced: bool) -> frozenset[str]:
        """Return the outputs whose value the update changes: those that hang on what changes, or on the new one's identity."""
        urn = f"{new.urn}#new" if replaced else new.urn
        asked = provider_fakes.answer(urn, new.type, new.name, old.inputs, _region(self._after, new))
        other = {"id": asked.id, **asked.outputs}
        always = _REVISIONED.get(new.type, frozenset()) if replaced else frozenset()
        return frozenset(
            name
            for name, value in new.outputs.items()
            if name not in new.inputs and name in other and (name in always or other[name] != value)
        )

    def _change(self, old: Resource | None, new: Resource) -> Change:
        if old is None:
            return Change(kind="created", before=None, after=new)
        renamed = key(old.urn) != key(new.urn)
        values: dict[str, tuple[object, object]] = {}
        properties = tuple(self._properties(old, new, values))
        because = self._because(old, new)
        if because or any(item.effect == "replace" for item in properties):
            first = bool(because) or new.delete_before_replace or _fixed_name(old, new)
            return Change(
                kind="replaced",
                before=old,
                after=new,
                properties=properties,
                because=because if not any(item.effect == "replace" for item in properties) else "",
                deleted_first=first,
                renamed=renamed,
                values=values,
            )
        kind: Kind = "updated" if properties else "renamed" if renamed else "kept"
        return Change(kind=kind, before=old, after=new, properties=properties, renamed=renamed, values=values)

    def _because(self, old: Resource, new: Resource) -> str:
        """Name what this resource must go with: something deleted before it is replaced, that it cannot be without."""
        if not new.custom:
            return ""
        for name, urns in old.property_dependencies.items():
            for urn in urns:
                fate = self._partner.get(urn)
                if fate and fate.deleted_first and self._forces(new, name, old, MISSING):
                    return f"{word(fate.after.type)} {fate.after.name}"
        provider = self._fates.get(new.provider.rpartition("::")[0]) if new.provider else None
        if provider and provider.replaced:
            return f"provider {provider.after.name}"
        return ""

    def _forces(self, new: Resource, name: str, old: Resource, after: object) -> bool:
        changed = replacements.Changed(
            path=name,
            before=old.inputs.get(name, MISSING),
            after="{unknown}" if after is MISSING else after,
            inputs_before=old.inputs,
            inputs_after=new.inputs,
        )
        return replacements.effect(new.type, changed) == "replace"

    def _properties(self, old: Resource, new: Resource, values: dict[str, tuple[object, object]]) -> Iterator[Property]:
        if new.remote:  # the plugin that builds it registers it with inputs of its own, none in the case of awsx
            return
        ignored = tuple(re.sub(r"\[[^]]*\]", "", path) for path in new.ignore_changes)
        for name in (*new.inputs, *(name for name in old.inputs if name not in new.inputs)):
            if name in {"tags", "tagsAll"} or name == "region":
                continue
            before, after = old.inputs.get(name, MISSING), new.inputs.get(name, MISSING)
            urns = new.property_dependencies.get(name, ())
            moved = any((fate := self._fates.get(urn)) and fate.fresh for urn in urns)
            if not moved and (before is after or before == after) and not isinstance(before, bool):
                continue
            secret = name in old.secrets or name in new.secrets
            if secret and _unreadable(before):
                continue
            before = self._symbolic_before(before, old.property_dependencies.get(name, ()))
            after = self._symbolic(after, urns)
            for item in differences(before, after, (name,)):
                if item.plain.startswith(ignored) and _is_ignored(item.plain, ignored):
                    continue
                found = self._property(old, new, item, secret=secret)
                if found.effect != "nothing" and not self._only_unreadable(item):
                    if not secret:
                        values[name] = (before, after)
                    yield found
        yield from self._tags(old, new, ignored)
        yield from self._moved_region(old, new)

    def _only_unreadable(self, item: Difference) -> bool:
        """An exported stack has real ids of what the program only looks up, and they have no partner here."""
        return (
            self._exported
            and isinstance(item.before, str)
            and isinstance(item.after, str)
            and bool(_PREFIX_LIST.fullmatch(item.before) and _PREFIX_LIST.fullmatch(item.after))
        )

    def _property(self, old: Resource, new: Resource, item: Difference, *, secret: bool) -> Property:
        changed = replacements.Changed(
            path=item.plain,
            before=item.before,
            after=item.after,
            inputs_before=old.inputs,
            inputs_after=new.inputs,
        )
        if not new.custom:
            effect: Effect = "update"
        elif new.type.startswith(_PROVIDER):
            effect = "replace" if item.plain == "region" else "update"
        else:
            effect = replacements.effect(new.type, changed)
        before, after = (_shown(item.path, value, secret=secret) for value in (item.before, item.after))
        return Property(
            path=item.text,
            plain=item.plain,
            before=before,
            after=after,
            effect=effect,
            secret=secret or SECRET in (before, after),
        )

    def _tags(self, old: Resource, new: Resource, ignored: Sequence[str]) -> Iterator[Property]:
        before, after = _all_tags(old), _all_tags(new)
        if before == after or _is_ignored("tags", ignored):
            return
        for item in differences(before, after, ("tags",)):
            yield self._property(old, new, item, secret="tags" in old.secrets or "tags" in new.secrets)

    def _moved_region(self, old: Resource, new: Resource) -> Iterator[Property]:
        if new.type.startswith(_PROVIDER):
            yield from (
                self._property(old, new, item, secret=False)
                for item in differences(
                    old.inputs.get("region", MISSING), new.inputs.get("region", MISSING), ("region",)
                )
            )
            return
        rule = replacements.rules().get(new.type)
        if rule and "region" in rule.replace:
            before, after = _region(self._before, old), _region(self._after, new)
            if before != after:
                yield Property(path="region", plain="region", before=before, after=after, effect="replace")

    def _symbolic(self, value: object, urns: Sequence[str]) -> object:
        """Write ids and the like in a new value as what they are."""
        symbols: list[tuple[str, str]] = []
        for urn in urns:
            if fate := self._fates.get(urn):
                if fate.symbols is None:
                    label = fate.before or fate.after
                    fate.symbols = _symbols(fate.after, label, fate.after.outputs, fate.fresh)
                symbols += fate.symbols
        return _replaced(value, symbols)

    def _symbolic_before(self, value: object, urns: Sequence[str]) -> object:
        symbols: list[tuple[str, str]] = []
        for urn in urns:
            old = self._by_urn_before.get(urn)
            if old is None:
                continue
            if urn not in self._plain_before:
                fate = self._partner.get(urn)
                keys = fate.after.outputs if fate else old.outputs
                self._plain_before[urn] = _symbols(old, old, keys, frozenset(), skip=fate.after.inputs if fate else {})
            symbols += self._plain_before[urn]
        return _replaced(value, symbols)


def _matched(before: Graph, after: Graph) -> dict[str, str]:
    """Return the URN of the old resource of each new one that has one, by the new one's URN."""
    free = {key(resource.urn): resource.urn for resource in before.resources}
    found: dict[str, str] = {}
    for resource in after.resources:
        if old := free.pop(key(resource.urn), None):
            found[resource.urn] = old
    for resource in after.resources:
        if resource.urn not in found:
            for alias in (*resource.aliases, *_inherited(after, resource, found)):
                if old := free.pop(key(alias), None):
                    found[resource.urn] = old
                    break
    return found


def _inherited(after: Graph, resource: Resource, found: Mapping[str, str]) -> Iterator[str]:
    """A child keeps its place when an ancestor was renamed: the engine looks for it below the ancestor's old URN."""
    parent = found.get(resource.parent)
    if parent is None or key(parent) == key(resource.parent):
        return
    start, types, old_name = parent.rsplit("::", 2)
    names = {resource.name: None}
    name = after.urn(resource.parent).name
    if resource.name.startswith(name):
        names[old_name + resource.name[len(name) :]] = None
    yield from (f"{start}::{types}${resource.type}::{name}" for name in names)


def _in_terms_of(
    after: Graph, before: Graph, matched: Mapping[str, str], given: Mapping[str, Mapping[str, object]] | None
) -> Graph:
    """Give a base the stand-ins it would have if the new graph's URNs were its own, so that only real differences are left."""
    partners = {old: after.urn(new) for new, old in matched.items()}
    account = _account(before) if given is not None else ""
    everywhere = [(account, provider_fakes.ACCOUNT)] if account not in {"", provider_fakes.ACCOUNT} else []
    texts: dict[str, list[tuple[str, str]]] = {}
    resources = []
    for old in before.resources:
        new = partners.get(old.urn)
        own: Mapping[str, object] = old.inputs
        if given is not None and old.urn in given:
            wanted = new.inputs if new else {}
            names = (*given[old.urn], *(name for name in old.inputs if name not in given[old.urn] and name in wanted))
            own = {
                name: _overlay(
                    given[old.urn].get(name, MISSING), old.inputs.get(name, MISSING), wanted.get(name, MISSING)
                )
                for name in names
            }
        inputs = {
            name: _replaced(
                _replaced(
                    value, [pair for urn in old.property_dependencies.get(name, ()) for pair in texts.get(urn, ())]
                ),
                everywhere,
            )
            for name, value in own.items()
        }
        outputs = old.outputs
        if old.custom and not old.type.startswith(_PROVIDER):
            urn, name = (new.urn, new.name) if new else (old.urn, old.name)
            answer = provider_fakes.answer(urn, old.type, name, inputs, _region(before, old))
            computed = {
                name: value for name, value in {"id": answer.id, **answer.outputs}.items() if name not in inputs
            }
            texts[old.urn] = [
                (real, value)
                for name, value in computed.items()
                if isinstance(value, str)
                and isinstance(real := old.outputs.get(name), str)
                and len(real) >= _LEAST_TEXT
                and real not in {value, SECRET}
            ]
            tags = _all_tags(old)
            outputs = {**inputs, **computed, **({} if tags is MISSING else {"tagsAll": tags})}
        resources.append(dataclasses.replace(old, inputs=inputs, outputs=outputs))
    return dataclasses.replace(before, resources=tuple(resources))


def _region(graph: Graph, resource: Resource) -> str:
    """Return the AWS region a resource is in; empty where neither it nor its provider says."""
    own = resource.inputs.get("region")
    if isinstance(own, str):
        return own
    try:
        region = graph.urn(resource.provider.rpartition("::")[0]).inputs.get("region")
    except LookupError:
        return ""
    return region if isinstance(region, str) else ""


def _symbols(
    resource: Resource,
    label: Resource,
    names: Mapping[str, object],
    fresh: frozenset[str],
    *,
    skip: Mapping[str, object] | None = None,
) -> tuple[tuple[str, str], ...]:
    """Return what stands for a resource's outputs in texts: the value, and its symbol."""
    given = resource.inputs if skip is None or not skip else skip
    found: dict[str, str] = {}
    for name in sorted(names):
        value = resource.outputs.get(name)
        if name in given or not isinstance(value, str) or value == provider_fakes.ACCOUNT:
            continue
        if len(value) >= _LEAST_TEXT and value not in found:
            new = "new " if name in fresh else ""
            found[value] = f"{{{new}{word(label.type)} {label.name}.{name}}}"
    return tuple(found.items())


def _replaced(value: object, symbols: Sequence[tuple[str, str]]) -> object:
    if not symbols or value is MISSING:
        return value
    if isinstance(value, str):
        # The longest first: an ARN holds a name.
        for text, symbol in sorted(symbols, key=lambda item: -len(item[0])):
            if text in value:
                value = value.replace(text, symbol)
        return value
    if isinstance(value, Mapping):
        return {name: _replaced(part, symbols) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [_replaced(part, symbols) for part in value]
    return value


def _overlay(given: object, full: object, new: object) -> object:
    """Return an old value as far as the program gave it or gives it now, without what a provider filled in."""
    if given is full:
        return given
    if new is MISSING or (isinstance(new, Mapping | Sequence) and not isinstance(new, str) and not new):
        return given
    if given is MISSING or not isinstance(given, Mapping | list):
        return full if given is MISSING else given
    if isinstance(given, Mapping) and isinstance(full, Mapping) and isinstance(new, Mapping):
        names = (*given, *(name for name in full if name not in given and name in new))
        return {
            name: _overlay(given.get(name, MISSING), full.get(name, MISSING), new.get(name, MISSING)) for name in names
        }
    if isinstance(given, list) and isinstance(full, list) and isinstance(new, list) and len(given) == len(full):
        return [
            _overlay(part, whole, new[index] if index < len(new) else MISSING)
            for index, (part, whole) in enumerate(zip(given, full, strict=True))
        ]
    return given


def _fixed_name(old: Resource, new: Resource) -> bool:
    """Whether the bridge deletes first by itself: the physical name is given, and stays.

    https://github.com/pulumi/pulumi-terraform-bridge/blob/main/pkg/tfbridge/schema.go, nameRequiresDeleteBeforeReplace
    """
    if not new.type.startswith("aws:"):
        return False
    return any(
        name in new.inputs and new.inputs[name] == old.inputs.get(name)
        for name in ("name", _NAMES.get(new.type, "name"))
    )


_NAMES: Final = {
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
}
"""Properties that hold the physical name, where it is not `name`."""


def _shown(path: Sequence[str], value: object, *, secret: bool) -> object:
    if value is MISSING:
        return MISSING
    return SECRET if secret else masked(path, value)


def _is_ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in ignored)


def _all_tags(resource: Resource) -> object:
    for values in (resource.outputs, resource.inputs):
        if isinstance(values.get("tagsAll"), Mapping):
            return values["tagsAll"]
    return resource.inputs.get("tags", MISSING)


def _unreadable(value: object) -> bool:
    """Whether an exported value is encrypted, or holds one that is."""
    if isinstance(value, str):
        return value == SECRET
    if isinstance(value, Mapping):
        return any(_unreadable(part) for part in value.values())
    return isinstance(value, Sequence) and any(_unreadable(part) for part in value)


def _account(graph: Graph) -> str:
    """Return the AWS account that an exported stack is in."""
    found: Counter[str] = Counter()
    for resource in graph.resources:
        arn = resource.outputs.get("arn")
        if isinstance(arn, str) and (match := _ACCOUNT.match(arn)):
            found[match[1]] += 1
    return found.most_common(1)[0][0] if found else ""
