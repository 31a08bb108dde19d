"""A policy configuration, in the forms that `--policy-pack-config` of Pulumi's CLI takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from preview.verdict import Finding

LEVELS: Final = ("disabled", "advisory", "mandatory", "remediate")
_SECOND: Final = 2
_KEYS: Final = {"version", "environments", "policies", "exceptions"}


class InvalidConfig(Exception):  # noqa: N818 - its text is all there is to it
    """It is no policy configuration; the text says why, beginning with the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyException:
    """Violations that are accepted: each of a policy about a resource that stand in one of the entries together."""

    name: str
    reason: str
    match: tuple[tuple[frozenset[str], frozenset[str]], ...]
    """Policies' names, and URNs, entry by entry."""

    def covers(self, finding: Finding) -> bool:
        """Whether it accepts a finding."""
        return any(finding.policy in names and finding.urn in targets for names, targets in self.match)


class PackConfig(dict[str, Mapping[str, object]]):
    """Levels and parameters by policy: `enforcementLevel` and the parameters' names; `all` stands for every policy."""

    exceptions: tuple[PolicyException, ...] = ()
    environments: tuple[str, ...] = ()
    """Pulumi ESC's, which only the engine can open."""

    def marked(self, finding: Finding) -> Finding:
        """A finding as the engine reports it: what is excepted stops nothing, and says by what."""
        found = next((item for item in self.exceptions if item.covers(finding)), None)
        if found is None:
            return finding
        why = f"{found.name}: {found.reason}"
        return replace(finding, level="advisory", message=f"{finding.message} (excepted by {why})", excepted=why)


def read(path: Path) -> PackConfig:
    """Read a policy configuration of version 1 or 2.

    Raises:
        InvalidConfig: it is none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else f"is not JSON: {error}"
        raise InvalidConfig(f"{path}: {why}") from None
    if not isinstance(document, dict):
        raise InvalidConfig(f"{path}: expected an object with policies' names as keys")
    if isinstance(document.get("version"), int) and document["version"] != _SECOND:
        raise InvalidConfig(f"{path}: version: {document['version']} is not known; allowed: 2, or no version")
    second = document.get("version") == _SECOND
    if second and (strange := sorted(document.keys() - _KEYS)):
        raise InvalidConfig(f"{path}: {strange[0]}: there is no such key; allowed: {', '.join(sorted(_KEYS))}")
    policies = document.get("policies", {}) if second else {k: v for k, v in document.items() if k != "environments"}
    if not isinstance(policies, dict):
        raise InvalidConfig(f"{path}: policies: expected an object with policies' names as keys")
    config = PackConfig(_settings(path, policies))
    config.environments = tuple(_texts(path, "environments", document.get("environments", [])))
    config.exceptions = tuple(_exceptions(path, document.get("exceptions", {}))) if second else ()
    return config


def _settings(path: Path, policies: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, object]]]:
    allowed = ", ".join(LEVELS)
    for name, given in policies.items():
        value = {"enforcementLevel": given} if isinstance(given, str) else given
        if not isinstance(value, dict):
            raise InvalidConfig(
                f"{path}: {name}: expected a level ({allowed}) or an object with enforcementLevel and parameters"
            )
        if "enforcementLevel" in value and value["enforcementLevel"] not in LEVELS:
            raise InvalidConfig(f"{path}: {name}: {value['enforcementLevel']!r} is not a level; allowed: {allowed}")
        if name == "all" and value.keys() - {"enforcementLevel"}:
            raise InvalidConfig(f"{path}: all: takes an enforcementLevel only")
        yield name, value


def _exceptions(path: Path, given: object) -> Iterator[PolicyException]:
    if not isinstance(given, dict):
        raise InvalidConfig(f"{path}: exceptions: expected an object with the exceptions' names as keys")
    for name, item in given.items():
        place = f"exceptions.{name}"
        if not isinstance(item, dict) or not isinstance(item.get("match"), list):
            raise InvalidConfig(f"{path}: {place}: expected an object with reason and match")
        reason = item.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise InvalidConfig(f"{path}: {place}.reason: expected text")
        entries = []
        for index, entry in enumerate(item["match"]):
            where = f"{place}.match[{index}]"
            if not isinstance(entry, dict):
                raise InvalidConfig(f"{path}: {where}: expected an object with policies and targets")
            names, targets = (_texts(path, f"{where}.{key}", entry.get(key)) for key in ("policies", "targets"))
            entries.append((frozenset(names), frozenset(targets)))
        yield PolicyException(name=name, reason=" ".join(reason.split()), match=tuple(entries))


def _texts(path: Path, place: str, given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(item, str) and item for item in given):
        raise InvalidConfig(f"{path}: {place}: expected a list of texts")
    return given
