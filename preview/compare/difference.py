"""Two graphs, resource by resource: what an update from one to the other would do.

It follows the engine's step generator: resources are matched by URN and alias, in the order of registration, so that what a
replacement makes new reaches everything that is given its ids. Ids and addresses are stand-ins in a recorded graph, so values that
come from other resources are compared as what they are: a property of a resource, the same one or a new one.
https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/ and https://www.pulumi.com/docs/iac/concepts/options/deletebeforereplace/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from preview import provider_fakes
from preview.compare import replacements
from preview.compare.alignment import PROVIDER, aligned
from preview.compare.change import Change, Comparison, Kind, Property
from preview.compare.masking import SECRET, masked
from preview.compare.replacements import Effect
from preview.compare.stand_ins import all_tags, region, replaced, symbols_of
from preview.compare.values import MISSING, Difference, differences
from preview.graph import Graph, Resource
from preview.summary import kind as word

_REVISIONED: Final = {"aws:ecs/taskDefinition:TaskDefinition": frozenset({"arn", "revision"})}
"""Outputs that are new at every replacement, though the stand-in does not show it."""
_APART: Final = frozenset({"tags", "tagsAll", "region"})
"""Inputs that are compared by themselves: the provider has part in them."""
_PREFIX_LIST: Final = re.compile(r"pl-[0-9a-f]{8,17}")


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


class _Comparer:
    def __init__(self, before: Graph, after: Graph, given: Mapping[str, Mapping[str, object]] | None) -> None:
        self._exported = given is not None
        self._after = after
        matched = _matched(before, after)
        if self._exported or before.stack != after.stack or any(key(new) != key(old) for new, old in matched.items()):
            before = aligned(after, before, matched, given)
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
        asked = provider_fakes.answer(urn, new.type, new.name, old.inputs, region(self._after, new))
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
            if name in _APART:
                continue
            pair = self._pair(old, new, name)
            found = tuple(self._below(old, new, name, pair, ignored)) if pair else ()
            if pair and found and not _is_secret(old, new, name):
                values[name] = pair
            yield from found
        yield from self._tags(old, new, ignored)
        yield from self._moved_region(old, new)

    def _pair(self, old: Resource, new: Resource, name: str) -> tuple[object, object] | None:
        """Return an input's old and new value, with what comes from other resources as what it is; None where nothing is to be compared."""
        before, after = old.inputs.get(name, MISSING), new.inputs.get(name, MISSING)
        urns = new.property_dependencies.get(name, ())
        moved = any((fate := self._fates.get(urn)) and fate.fresh for urn in urns)
        if not moved and (before is after or before == after) and not isinstance(before, bool):
            return None
        if _is_secret(old, new, name) and _unreadable(before):
            return None
        return self._symbolic_before(before, old.property_dependencies.get(name, ())), self._symbolic(after, urns)

    def _below(
        self, old: Resource, new: Resource, name: str, pair: tuple[object, object], ignored: tuple[str, ...]
    ) -> Iterator[Property]:
        """Yield where an input's values differ, unless it is ignored, has no effect or cannot be told."""
        secret = _is_secret(old, new, name)
        for item in differences(*pair, (name,)):
            if item.plain.startswith(ignored) and _is_ignored(item.plain, ignored):
                continue
            found = self._property(old, new, item, secret=secret)
            if found.effect != "nothing" and not self._only_unreadable(item):
                yield found

    def _only_unreadable(self, item: Difference) -> bool:
        """An exported stack has real ids of what the program only looks up, and they have no partner here."""
        return (
            self._exported
            and isinstance(item.before, str)
            and isinstance(item.after, str)
            and bool(_PREFIX_LIST.fullmatch(item.before) and _PREFIX_LIST.fullmatch(item.after))
        )

    def _property(self, old: Resource, new: Resource, item: Difference, *, secret: bool) -> Property:
        before, after = (_shown(item.path, value, secret=secret) for value in (item.before, item.after))
        return Property(
            path=item.text,
            plain=item.plain,
            before=before,
            after=after,
            effect=_effect(old, new, item),
            secret=secret or SECRET in (before, after),
        )

    def _tags(self, old: Resource, new: Resource, ignored: Sequence[str]) -> Iterator[Property]:
        before, after = all_tags(old), all_tags(new)
        if before == after or _is_ignored("tags", ignored):
            return
        for item in differences(before, after, ("tags",)):
            yield self._property(old, new, item, secret=_is_secret(old, new, "tags"))

    def _moved_region(self, old: Resource, new: Resource) -> Iterator[Property]:
        if new.type.startswith(PROVIDER):
            yield from (
                self._property(old, new, item, secret=False)
                for item in differences(
                    old.inputs.get("region", MISSING), new.inputs.get("region", MISSING), ("region",)
                )
            )
            return
        rule = replacements.rules().get(new.type)
        if rule and "region" in rule.replace:
            before, after = region(self._before, old), region(self._after, new)
            if before != after:
                yield Property(path="region", plain="region", before=before, after=after, effect="replace")

    def _symbolic(self, value: object, urns: Sequence[str]) -> object:
        """Write ids and the like in a new value as what they are."""
        symbols: list[tuple[str, str]] = []
        for urn in urns:
            if fate := self._fates.get(urn):
                if fate.symbols is None:
                    label = fate.before or fate.after
                    fate.symbols = symbols_of(fate.after, label, fate.after.outputs, fate.fresh)
                symbols += fate.symbols
        return replaced(value, symbols)

    def _symbolic_before(self, value: object, urns: Sequence[str]) -> object:
        symbols: list[tuple[str, str]] = []
        for urn in urns:
            old = self._by_urn_before.get(urn)
            if old is None:
                continue
            if urn not in self._plain_before:
                fate = self._partner.get(urn)
                keys = fate.after.outputs if fate else old.outputs
                self._plain_before[urn] = symbols_of(
                    old, old, keys, frozenset(), skip=fate.after.inputs if fate else {}
                )
            symbols += self._plain_before[urn]
        return replaced(value, symbols)


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
    "aws:rds/cluster:Cluster": "clusterIdentifier",
    "aws:rds/clusterInstance:ClusterInstance": "identifier",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
}
"""Properties that hold the physical name, where it is not `name`."""


def _effect(old: Resource, new: Resource, item: Difference) -> Effect:
    if not new.custom:
        return "update"
    if new.type.startswith(PROVIDER):
        return "replace" if item.plain == "region" else "update"
    changed = replacements.Changed(
        path=item.plain,
        before=item.before,
        after=item.after,
        inputs_before=old.inputs,
        inputs_after=new.inputs,
    )
    return replacements.effect(new.type, changed)


def _is_secret(old: Resource, new: Resource, name: str) -> bool:
    return name in old.secrets or name in new.secrets


def _shown(path: Sequence[str], value: object, *, secret: bool) -> object:
    if value is MISSING:
        return MISSING
    return SECRET if secret else masked(path, value)


def _is_ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in ignored)


def _unreadable(value: object) -> bool:
    """Whether an exported value is encrypted, or holds one that is."""
    if isinstance(value, str):
        return value == SECRET
    if isinstance(value, Mapping):
        return any(_unreadable(part) for part in value.values())
    return isinstance(value, Sequence) and any(_unreadable(part) for part in value)
