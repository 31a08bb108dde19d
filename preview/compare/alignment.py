"""A base, an exported stack's or another stack's, with the stand-ins that the new graph has."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from preview import provider_fakes
from preview.compare.masking import SECRET
from preview.compare.stand_ins import LEAST_TEXT, all_tags, region, replaced
from preview.compare.values import MISSING
from preview.graph import Graph, Resource

PROVIDER: Final = "pulumi:providers:"
_ACCOUNT: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):")
_Given = Mapping[str, Mapping[str, object]]
"""By URN, what the program itself had given."""


def aligned(after: Graph, before: Graph, matched: Mapping[str, str], given: _Given | None) -> Graph:
    """Give a base the stand-ins it would have if the new graph's URNs were its own, so that only real differences are left.

    Args:
        after: the new graph.
        before: the base.
        matched: the URN of the old resource of each new one that has one, by the new one's URN.
        given: as for `difference.compare`.
    """
    partners = {old: after.urn(new) for new, old in matched.items()}
    account = _account(before) if given is not None else ""
    everywhere = [(account, provider_fakes.ACCOUNT)] if account not in {"", provider_fakes.ACCOUNT} else []
    texts: dict[str, list[tuple[str, str]]] = {}
    resources = []
    for old in before.resources:
        new = partners.get(old.urn)
        inputs = {}
        for name, value in _own(old, new, given).items():
            pairs = [pair for urn in old.property_dependencies.get(name, ()) for pair in texts.get(urn, ())]
            inputs[name] = replaced(replaced(value, pairs), everywhere)
        outputs = old.outputs
        if old.custom and not old.type.startswith(PROVIDER):
            computed = _computed(old, new, inputs, region(before, old))
            texts[old.urn] = _stand_ins(old, computed)
            tags = all_tags(old)
            outputs = {**inputs, **computed, **({} if tags is MISSING else {"tagsAll": tags})}
        resources.append(dataclasses.replace(old, inputs=inputs, outputs=outputs))
    return dataclasses.replace(before, resources=tuple(resources))


def _own(old: Resource, new: Resource | None, given: _Given | None) -> Mapping[str, object]:
    """Return the inputs of an old resource without what a provider filled in."""
    if given is None or old.urn not in given:
        return old.inputs
    return _overlaid(given[old.urn], old.inputs, new.inputs if new else {})


def _computed(old: Resource, new: Resource | None, inputs: Mapping[str, object], where: str) -> dict[str, object]:
    """Return the outputs that an old resource would have under the new one's URN, without those that are inputs."""
    urn, name = (new.urn, new.name) if new else (old.urn, old.name)
    answer = provider_fakes.answer(urn, old.type, name, inputs, where)
    return {name: value for name, value in {"id": answer.id, **answer.outputs}.items() if name not in inputs}


def _stand_ins(old: Resource, computed: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return by an old resource's ids what stands in for them."""
    found = []
    for name, value in computed.items():
        real = old.outputs.get(name)
        if isinstance(value, str) and isinstance(real, str) and len(real) >= LEAST_TEXT and real not in {value, SECRET}:
            found.append((real, value))
    return found


def _overlay(given: object, full: object, new: object) -> object:
    """Return an old value as far as the program gave it or gives it now, without what a provider filled in."""
    if given is full or _is_nothing(new):
        return given
    if given is MISSING:
        return full
    if isinstance(given, Mapping) and isinstance(full, Mapping) and isinstance(new, Mapping):
        return _overlaid(given, full, new)
    if isinstance(given, list) and isinstance(full, list) and isinstance(new, list) and len(given) == len(full):
        return [
            _overlay(part, whole, new[index] if index < len(new) else MISSING)
            for index, (part, whole) in enumerate(zip(given, full, strict=True))
        ]
    return given


def _overlaid(
    given: Mapping[str, object], full: Mapping[str, object], new: Mapping[str, object]
) -> Mapping[str, object]:
    names = (*given, *(name for name in full if name not in given and name in new))
    return {name: _overlay(given.get(name, MISSING), full.get(name, MISSING), new.get(name, MISSING)) for name in names}


def _is_nothing(value: object) -> bool:
    return value is MISSING or (isinstance(value, Mapping | Sequence) and not isinstance(value, str) and not value)


def _account(graph: Graph) -> str:
    """Return the AWS account that an exported stack is in."""
    found: Counter[str] = Counter()
    for resource in graph.resources:
        arn = resource.outputs.get("arn")
        if isinstance(arn, str) and (match := _ACCOUNT.match(arn)):
            found[match[1]] += 1
    return found.most_common(1)[0][0] if found else ""
