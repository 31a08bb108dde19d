"""A whole stack file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

import limits
from settings.model.alarms import Alarms
from settings.model.backup import Backup
from settings.model.budget import Budget
from settings.model.cache import Cache
from settings.model.cdn import Cdn
from settings.model.cluster import Cluster
from settings.model.container import Image
from settings.model.dashboard import Dashboard
from settings.model.database import Database
from settings.model.delivery import Delivery
from settings.model.domain import Domain
from settings.model.health_check import OutsideCheck
from settings.model.hibernation import Hibernation
from settings.model.load_balancer import LoadBalancer
from settings.model.media_bucket import Media
from settings.model.network import Network
from settings.model.notifications import Notify
from settings.model.observability import Logs
from settings.model.protection import Protection
from settings.model.provider import Provider
from settings.model.registry import Registry
from settings.model.secrets import Secret
from settings.model.section import PartName, SecretName, Section, TagKey
from settings.model.service import Service
from settings.rules import Rule, form


class Settings(Section):
    """A whole stack file."""

    app: Annotated[
        str,
        form(
            "(?=.{2,24}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
            "an application's name: 2 to 24 lower-case letters, digits and single inner hyphens, a letter first",
        ),
    ] = Field(examples=["storefront"])
    """The application's name; the names of its parts start with it."""
    environment: Literal["production", "staging", "development"] = Field(examples=["production"])
    """How strict the policy pack is. Nothing else depends on it."""
    owner_id: (
        Annotated[str, form("[a-z0-9]{1,12}", "an owner's id: at most 12 lower-case letters and digits")] | None
    ) = None
    """Who owns this copy, in an account that several share; becomes part of names."""
    tags: Annotated[Mapping[TagKey, Annotated[str, Rule(limits.tag_value)]], Field(max_length=40)] = Field(
        default_factory=dict
    )
    """Tags on everything, besides app, environment and managed-by. The policy pack wants an `owner` among them in production."""
    network: Network
    """The VPC."""
    domain: Domain | None = None
    """Host names and certificate."""
    load_balancer: LoadBalancer | None = None
    """The way in."""
    cdn: Cdn | None = None
    """CloudFront in front of it."""
    registry: Registry | None = None
    """Image repositories."""
    database: Database | None = None
    """The database."""
    cache: Cache | None = None
    """The cache."""
    media: Media | None = None
    """The bucket for uploads."""
    secrets: Mapping[SecretName, Secret] = Field(default_factory=dict)
    """Secrets that people fill."""
    cluster: Cluster = Field(default_factory=Cluster)
    """The ECS cluster."""
    services: Mapping[PartName, Service] = Field(default_factory=dict)
    """What runs."""
    delivery: Delivery | None = None
    """How GitHub Actions gets in."""
    backup: Backup | None = None
    """Backups apart from the database's own."""
    budget: Budget | None = None
    """What a month may cost."""
    hibernation: Hibernation | None = None
    """Nights off."""
    logs: Logs = Field(default_factory=Logs)
    """Log retention."""
    notify: Notify | None = None
    """Who is told."""
    alarms: Alarms | None = None
    """What they are told of."""
    dashboard: Dashboard | None = None
    """All figures on one page."""
    health_check: OutsideCheck | None = None
    """A look from outside."""
    protection: Protection = Field(default_factory=Protection)
    """Guards against loss."""
    aws: Provider
    """The `aws:` keys of the stack file."""

    @property
    def label(self) -> str:
        """App, environment and owner: what generated names start with."""
        return "-".join(part for part in (self.app, self.environment, self.owner_id) if part)

    def secret_name(self, name: str) -> str:
        """Return a secret's name in Secrets Manager: the stack file's, and the owner where that does not name it.

        After a slash, as Secrets Manager takes a hyphen and six characters at the end for its own suffix.
        """
        named = self.owner_id is None or self.owner_id in re.split(r"[^a-z0-9]+", name.lower())
        return name if named else f"{name}/{self.owner_id}"

    @property
    def url_secrets(self) -> Mapping[str, Literal["database", "cache"]]:
        """The secrets that the program fills with a URL, and the part that each leads to."""
        database, cache = self.database and self.database.url_secret, self.cache and self.cache.url_secret
        replica = self.database.read_replica.url_secret if self.database and self.database.read_replica else None
        return {
            **({cache: "cache"} if cache else {}),
            **{name: "database" for name in (database, replica) if name},
        }

    @property
    def migrating(self) -> Sequence[str]:
        """The services that bring the database up to date before any changes, in the order in which they do.

        By name: the engine hands a file's mappings over in no other order.
        """
        return sorted(key for key, service in self.services.items() if service.migrate)

    @property
    def following(self) -> Sequence[str]:
        """The services that wait for that."""
        return [key for key, service in self.services.items() if not service.migrate]

    @property
    def repositories(self) -> Sequence[str]:
        """Every repository the registry holds: those that containers name and those listed, sorted."""
        images = [image for image in self.images if image.repository]
        return sorted(
            {
                *(image.repository for image in images if image.repository),
                *(self.registry.repositories if self.registry else ()),
            }
        )

    @property
    def images(self) -> Sequence[Image]:
        """The images of all containers."""
        return [image for service in self.services.values() for image in service.images]


OPTIONAL_SECTIONS: Final[Sequence[str]] = tuple(
    str(field.alias) for name, field in Settings.model_fields.items() if field.default is None and name != "owner_id"
)
"""Sections whose part is built only where they are given; each takes `enabled: false` as well."""
