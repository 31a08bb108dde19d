"""What a control is: a row of data that stands beside its rule. Documentation and the SDK's metadata come from it.

Numbers of AWS Foundational Security Best Practices (FSBP), CIS AWS Foundations 5.0 and the identifiers of checkov, Prowler
and cdk-nag say which published control is the same or nearest. NIST numbers are the SP 800-53 r5 controls it serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HUB: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/"
"""Where AWS explains its FSBP controls."""


class Environment(StrEnum):
    """How strict a stack is judged."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


class Severity(StrEnum):
    """How bad a violation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(StrEnum):
    """What a violation does to the update."""

    DISABLED = "disabled"
    ADVISORY = "advisory"
    MANDATORY = "mandatory"


EVERYWHERE: Final = dict.fromkeys(Environment, Level.MANDATORY)
"""Stops an update in every environment."""
IN_PRODUCTION: Final = {**dict.fromkeys(Environment, Level.ADVISORY), Environment.PRODUCTION: Level.MANDATORY}
"""Stops an update in production; a reminder elsewhere, where the saving may be meant."""
NOWHERE: Final = dict.fromkeys(Environment, Level.ADVISORY)
"""A reminder: good advice, or an opinion."""
PRODUCTION_ALONE: Final = {**dict.fromkeys(Environment, Level.DISABLED), Environment.PRODUCTION: Level.MANDATORY}
"""Stops an update in production; elsewhere nobody expects it."""
ADVISED_IN_PRODUCTION: Final = {**dict.fromkeys(Environment, Level.DISABLED), Environment.PRODUCTION: Level.ADVISORY}
"""A reminder in production; elsewhere nobody expects it."""
OPT_IN: Final = dict.fromkeys(Environment, Level.DISABLED)
"""Not judged unless the policy configuration gives it a level: right for some organisations, wrong or costly for others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One row."""

    name: str
    """The policy's name, unique."""
    title: str
    """What must hold, as a sentence."""
    category: str
    """The heading it stands under."""
    severity: Severity
    levels: Mapping[Environment, Level]
    """The default level for each environment."""
    why: str
    """What goes wrong without it."""
    remediation: str
    """What to write in a Pulumi program in Python."""
    url: str
    """Where AWS explains it."""
    suppressible: bool = False
    """Whether a resource may opt out of it by a tag (`pack.SUPPRESS_TAG`): only what a team may decide for itself."""
    aliases: tuple[str, ...] = ()
    """Its former names, by which exemptions, tags and policy configurations may still call it."""
    fsbp: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    nist: tuple[str, ...] = ()
    checkov: tuple[str, ...] = ()
    prowler: tuple[str, ...] = ()
    cdk_nag: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcludedControl:
    """A published control that the pack does not have."""

    title: str
    """What it demands, as a sentence."""
    why: str
    """Why it is left out."""
    fsbp: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    checkov: tuple[str, ...] = ()
    prowler: tuple[str, ...] = ()
    cdk_nag: tuple[str, ...] = ()
