"""What a policy pack says about a graph, and how it is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level = Literal["mandatory", "advisory"]
Config: TypeAlias = Mapping[str, Mapping[str, object]]
"""Levels and parameters by policy: `enforcementLevel` and the parameters' names; `all` stands for every policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One statement of a policy."""

    policy: str
    level: Level
    severity: str
    """low, medium, high, critical, or empty where the policy gives none."""
    urn: str
    """The resource it is about; empty when it is about the stack."""
    message: str
    description: str
    """What the policy demands in general."""
    excepted: str = ""
    """The exception of the policy configuration that accepts it, with its reason; empty where none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a pack says about one of its policies, whichever pack it is."""

    name: str
    title: str
    """What must hold, in a few words; the name where the pack gives none."""
    description: str
    level: Literal["mandatory", "advisory", "disabled"]
    severity: str = ""
    """low, medium, high, critical, or empty where the pack gives none."""
    remediation: str = ""
    """What to do about a violation."""
    url: str = ""
    framework: str = ""
    """The framework it serves, with the numbers there."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy pack says about a graph."""

    pack: str
    policies: int
    """How many policies were run."""
    findings: tuple[Finding, ...] = ()
    """Mandatory ones first, then by severity."""
    undecided: tuple[Finding, ...] = ()
    """Policies that cannot tell before the update."""
    rule_errors: tuple[str, ...] = ()
    """Policies that failed to run, which stops the engine. Each is one line."""
    name: str = ""
    """The pack's name; `pack` is what people call it."""
    version: str = ""
    """The pack's version, from its `PulumiPolicy.yaml`."""
    catalogue: tuple[Policy, ...] = ()
    """All policies of the pack, those that are disabled as well."""

    @property
    def refused(self) -> bool:
        """Whether the engine would refuse the update."""
        return bool(self.rule_errors) or any(finding.level == "mandatory" for finding in self.findings)
