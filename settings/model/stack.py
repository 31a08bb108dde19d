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
from settings.model.encryption import Encryption
from settings.model.extension import Extension
from settings.model.hibernation import Hibernation
from settings.model.internal_balancer import InternalBalancer
from settings.model.jobs import Job
from settings.model.load_balancer import LoadBalancer
from settings.model.media_bucket import Media
from settings.model.network import Network
from settings.model.notifications import Notify
from settings.model.observability import Logs
from settings.model.protection import Protection
from settings.model.provider import Provider
from settings.model.queues import Queue
from settings.model.registry import Registry
from settings.model.secrets import Secret
from settings.model.section import PartName, Renamed, SecretName, Section, TagKey
from settings.model.service import Service
from settings.model.shared import Shared, Sharing
from settings.model.telemetry import Telemetry
from settings.model.uptime_check import UptimeCheck
from settings.model.volumes import Volume
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
    """The application's name, with which the names of everything in AWS start. A change makes a new stack beside the old one's data: everything is
    replaced."""
    environment: Literal["production", "staging", "development"] = Field(examples=["production"])
    """How strict the policy pack is, and a part of names; sizes and safeguards are settings of their own. A change replaces everything, as one of
    `app` does."""
    owner_id: (
        Annotated[str, form("[a-z0-9]{1,12}", "an owner's id: at most 12 lower-case letters and digits")] | None
    ) = None
    """Who owns this copy, such as `jane`, in an account that several share; becomes part of names. A change replaces everything."""
    tags: Annotated[Mapping[TagKey, Annotated[str, Rule(limits.tag_value)]], Field(max_length=40)] = Field(
        default_factory=dict
    )
    """Tags on everything, such as `{owner: shop-team}`, besides app, environment and managed-by. The policy pack wants an `owner` among them in production."""
    network: Network
    """The VPC with its public, private and isolated subnets: its range, its availability zones, the way out (NAT) and endpoints of AWS's services."""
    domain: Domain | None = None
    """Host names, the Route 53 zone that their records are made in, and their certificates. Left out: `loadBalancer.certificateArn` and records of
    your own."""
    load_balancer: LoadBalancer | None = None
    """The application load balancer: the only part that faces the internet, unless `cdn` does. Needed by services with a `route`; `{}` is enough.
    About 20 USD a month and by use."""
    internal_balancer: InternalBalancer | None = None
    """A second load balancer, with private addresses, for services that are reached inside the network alone: by others, jobs and migrations of the
    stack, and from networks that are joined to it; `{sources: [10.8.0.0/16]}`. About 20 USD a month and by use."""
    cdn: Cdn | None = None
    """CloudFront in front of the load balancer, which then answers nobody else; `{}` switches it on. Switching moves the hosts' records, without an
    outage."""
    registry: Registry | None = None
    """ECR repositories of the images that services name by `image.repository`; `{}` is enough for those."""
    database: Database | None = None
    """A PostgreSQL or MySQL database on RDS or Aurora, such as `{engine: postgres, version: \"17\", instanceClass: db.t4g.medium, storageGib: 50}`. Taking it
    out deletes it, once `protection` lets that happen."""
    cache: Cache | None = None
    """A Redis or Valkey cache on ElastiCache, such as `{nodeType: cache.t4g.small}`. Its content is no safe place for data."""
    media: Media | None = None
    """The S3 bucket for files that people upload, private and versioned; `{}` is enough. Services reach it with `uses: [media]`."""
    queues: Mapping[PartName, Queue] = Field(default_factory=dict)
    """SQS queues by name, such as `mail: {visibilitySeconds: 300}`, encrypted and each with its dead letters; services name them in `sends` and
    `receives`, and may follow what waits in one (`scaling.queue`). Taking one out loses its messages, once `protection` lets that happen."""
    secrets: Mapping[SecretName, Secret] = Field(default_factory=dict)
    """Secrets in AWS Secrets Manager that people or other systems fill, by name, such as `storefront/session-key: {rotateDays: 180}`. Taking one out
    deletes it after `protection.secretRecoveryDays`."""
    volumes: Mapping[PartName, Volume] = Field(default_factory=dict)
    """File systems that tasks share and that outlive them, by name, such as `uploads: {}`; services mount them by their own `volumes`. Billed by
    GiB and month, and by what is read and written. Taking one out deletes it with its files, once `protection` lets that happen."""
    cluster: Cluster = Field(default_factory=Cluster)
    """The ECS cluster that services run in."""
    services: Mapping[PartName, Service] = Field(default_factory=dict)
    """The containers that ECS keeps running on Fargate, by name, such as `api: {image: {repository: storefront/api, tag: 9f2c1ab}, port: 8000, route:
    {default: true}}`. The name is the ECS service's: another one is another service."""
    jobs: Mapping[PartName, Job] = Field(default_factory=dict)
    """Commands that run at times, by name, such as `nightly-report: {service: api, command: [python, manage.py, report], schedule: "cron(0 3 * * ? *)",
    timeZone: Europe/Berlin}`: in tasks of their own, never twice at once, with retries, dead letters and alarms. Billed while they run."""
    delivery: Delivery | None = None
    """The IAM roles that workflows of a GitHub repository deploy and preview this stack with, by OpenID Connect, without keys."""
    backup: Backup | None = None
    """Daily backups of database and media by AWS Backup, in a vault apart from the database's own backups; `{}` keeps 30 days. Billed by GiB and
    month."""
    budget: Budget | None = None
    """An AWS Budgets budget in US dollars a month, such as `{monthlyUsd: 600, emails: [team@example.com]}`: it tells people, and stops nothing."""
    hibernation: Hibernation | None = None
    """Off-hours: at night no task runs and the database is stopped, which saves about two thirds of their price. The application is away then."""
    logs: Logs = Field(default_factory=Logs)
    """How long the log groups of all parts are kept, and with which key they are encrypted."""
    encryption: Encryption | None = None
    """A key of KMS that is there already, such as `{keyArn: "arn:aws:kms:us-east-1:123456789012:key/..."}`, in place of the stack's own keys for what it
    holds. For a stack that is made with it: another key makes a database anew."""
    notify: Notify | None = None
    """The recipients of alarms, by what they look after: e-mail addresses, HTTPS endpoints such as PagerDuty's, Slack channels. Needed by
    `alarms`."""
    alarms: Alarms | None = None
    """CloudWatch alarms on what the stack has, with thresholds in words; `{}` has defaults for all. 0.10 USD a month each."""
    dashboard: Dashboard | None = None
    """A CloudWatch dashboard with the figures that alarms watch, service by service; `{}` switches it on. 3 USD a month."""
    telemetry: Telemetry | None = None
    """A collector of OpenTelemetry beside services: traces in AWS X-Ray and metrics in CloudWatch, or both at an endpoint of your own; `{}` is enough for
    traces."""
    uptime_check: Annotated[UptimeCheck | None, Renamed("healthCheck", since="0.2.0")] = None
    """A Route 53 health check that asks the domain's host over HTTPS from several continents, and pages whoever is in `notify.page`; `{}` asks
    /health. About 2 USD a month."""
    extension: Extension | None = None
    """A Python module of your own that adds resources or changes properties which no setting has (docs/extensions.md)."""
    protection: Protection = Field(default_factory=Protection)
    """Whether Pulumi and AWS refuse to delete what holds data, and how long deleted secrets and keys can be brought back. All on by default."""
    shared: Shared | None = None
    """Parts of another stack that this one uses instead of making them, such as `{stack: acme/slipway/platform, parts: [network, cluster]}`: one
    network, cluster and load balancer for several applications (docs/shared.md)."""
    sharing: Sharing | None = None
    """What other stacks may use of this one, such as `{parts: [network, cluster]}`; they name it in `shared`."""
    aws: Provider
    """The `aws:` keys of the stack file."""

    @property
    def name_prefix(self) -> str:
        """App, environment and owner: what generated names start with."""
        return "-".join(part for part in (self.app, self.environment, self.owner_id) if part)

    def secret_name(self, name: str) -> str:
        """Return a secret's name in Secrets Manager: the stack file's, and the owner where that does not name it.

        After a slash, as Secrets Manager takes a hyphen and six characters at the end for its own suffix.
        """
        named = self.owner_id is None or self.owner_id in re.split(r"[^a-z0-9]+", name.lower())
        return name if named else f"{name}/{self.owner_id}"

    @property
    def own_secrets(self) -> Mapping[str, Secret]:
        """The secrets that the program makes for people to fill."""
        return {name: secret for name, secret in self.secrets.items() if secret.existing is None}

    @property
    def url_secrets(self) -> Mapping[str, Literal["database", "cache"]]:
        """The secrets that the program fills with a URL, and the part that each leads to."""
        cache = self.cache and self.cache.url_secret
        return {
            **({cache: "cache"} if cache else {}),
            **dict.fromkeys((*self.database_urls, *self.user_urls), "database"),
        }

    @property
    def database_urls(self) -> Sequence[str]:
        """The secrets that the program fills with the master user's URL of the database, and of what answers queries only."""
        database = self.database
        return [name for name in (database.url_secret, database.queries_secret) if name] if database else []

    @property
    def user_urls(self) -> Mapping[str, tuple[str, str]]:
        """The same of other users whose URL is read: by its name the master user's, and the user."""
        known = self.database.users if self.database else {}
        if not known:
            return {}
        read = {
            (secret, user)
            for service in self.services.values()
            for user, secrets in service.secrets_read
            for secret in secrets
        }
        return {
            user_url(secret, user): (secret, user)
            for secret, user in sorted((secret, user) for secret, user in read if user)
            if secret in self.database_urls and user in known and known[user].login == "password"
        }

    def secret_for(self, name: str, user: str | None) -> str:
        """Return which secret one is that is read by what logs in to the database as a user: with URLs of the database, the user's own."""
        return user_url(name, user) if user and name in self.database_urls else name

    @property
    def services_with_migration(self) -> Sequence[str]:
        """The services that bring the database up to date before any changes, in the order in which they do.

        By name: the engine hands a file's mappings over in no other order.
        """
        return sorted(key for key, service in self.services.items() if service.migrate)

    @property
    def services_without_migration(self) -> Sequence[str]:
        """The services that wait for that."""
        return [key for key, service in self.services.items() if not service.migrate]

    @property
    def services_in_order(self) -> Sequence[str]:
        """All services in the order in which they are made: those that others call before those, else those with a migration first."""
        found: list[str] = []

        def add(key: str) -> None:
            if key in found or key not in self.services:
                return
            for called in self.services[key].calls:
                add(called)
            found.append(key)

        for key in (*self.services_with_migration, *self.services_without_migration):
            add(key)
        return found

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
        own = [image for service in self.services.values() for image in service.images]
        return [*own, *([self.telemetry.image] if self.telemetry else [])]


def user_url(secret: str, user: str) -> str:
    """Return the name of the secret with a user's URL of the database."""
    return f"{secret}/{user}"


OPTIONAL_SECTIONS: Final[Sequence[str]] = tuple(
    str(field.alias) for name, field in Settings.model_fields.items() if field.default is None and name != "owner_id"
)
"""Sections whose part is built only where they are given; each takes `enabled: false` as well."""
