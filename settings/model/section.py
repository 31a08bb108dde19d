"""What all sections of a stack file share, and the kinds of values that several have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

import limits
from settings.rules import Rule, Shown, form

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"

Days = Annotated[int, Rule(limits.log_retention, {"enum": list(limits.LOG_RETENTION_DAYS)})]


Host = Annotated[str, Rule(limits.host)]


Repository = Annotated[str, Rule(limits.repository_name)]


SecretName = Annotated[str, Rule(limits.secret_name)]


EcsName = Annotated[str, Rule(limits.ecs_name)]


LogGroup = Annotated[str, Rule(limits.log_group_name)]


TagKey = Annotated[str, Rule(limits.tag_key)]


CERTIFICATE_ARN: Final = form(
    "arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+",
    "a certificate's ARN, such as arn:aws:acm:us-east-1:123456789012:certificate/...",
)


AUTHORITY_ARN: Final = form(
    "arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[A-Za-z0-9-]+",
    "a private certificate authority's ARN, such as arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab",
)


KEY_ARN: Final = form(
    "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
    "a KMS key's ARN, such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
)


Port = Annotated[int, Field(ge=1, le=65535)]


Percent = Annotated[int, Field(ge=1, le=100)]


Clock = Annotated[str, form(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", "a time of day, such as 20:00")]


Zone = Annotated[str, Shown({"pattern": "^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$"})]


Version = Annotated[str, Field(min_length=1), Shown({"pattern": r"^[0-9]+(\.[0-9]+){0,2}(-rds\.[0-9]+)?$"})]


DailyWindow = Annotated[str, Rule(limits.backup_window, {"pattern": f"^{_CLOCK}-{_CLOCK}$"})]


WeeklyWindow = Annotated[str, Rule(limits.maintenance_window, {"pattern": f"^{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}$"})]


TimeZone = Annotated[str, Rule(limits.time_zone)]


RoleName = Annotated[
    str, form(r"[A-Za-z0-9+=,.@_-]{1,64}", "a role's name: at most 64 letters, digits and + = , . @ _ -")
]


Text = Annotated[str, Field(min_length=1)]


EnvironmentName = Annotated[
    str,
    form(
        "[A-Za-z_][A-Za-z0-9_]{0,254}", "a variable's name: at most 255 letters, digits and underscores, no digit first"
    ),
]


PartName = Annotated[
    str,
    form("[a-z][a-z0-9-]{0,23}", "a part's name: at most 24 lower-case letters, digits and hyphens, a letter first"),
]


PriceClass = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]


@dataclass(frozen=True, slots=True)
class Renamed:
    """The name that a setting had, for use in `Annotated`. It is read like today's, with a warning, and refused beside it."""

    former: str
    """As stack files have it, such as `healthCheck`."""
    since: str
    """The version that gave the setting its name of today, such as 0.2.0."""


class Section(BaseModel):
    """What all sections share: camelCase keys, nothing unknown, no silent conversion, frozen.

    Every setting has an example: in the text under it (`such as 14`) or in its `Field`, unless it has so few values that the reference can choose one.
    A required one has it in its `Field`: editors offer it, and it stands in where the file lacks the setting, so that the rest can be checked.
    """

    # Sections are built with the one that holds them, instead of each by itself as well.
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True, defer_build=True)
