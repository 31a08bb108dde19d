"""`slipway:database`: the relational database, its replica and its proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.section import DailyWindow, Percent, SecretName, Section, Text, Version, WeeklyWindow, Zone
from settings.rules import Rule, one_of


class ReadReplica(Section):
    """A copy of the database that answers queries, some seconds behind. It needs `managedPassword: false`."""

    instance_class: Annotated[str, Rule(limits.rds_class, {"enum": list(limits.RDS_CLASSES)})] | None = None
    """Its size; default the database's. A change restarts it."""
    zone: Zone | None = None
    """Its availability zone, one of the network's; default AWS's choice. A change replaces it."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with all it takes to connect to it, as the database's own `urlSecret` is."""


class DatabaseProxy(Section):
    """RDS Proxy: services connect to it, and it shares few connections to the database among them."""

    connections_percent: Percent = 90
    """Connections it opens at most, of what the database takes; the rest is for people and migrations by hand."""
    idle_minutes: Annotated[int, Field(ge=1, le=480)] = 30
    """Minutes after which it closes the connection of a client that says nothing."""


class Database(Section):
    """The relational database, in the isolated subnets, reachable only from services that use it."""

    engine: Literal["postgres", "mysql"] = Field(examples=["postgres"])
    """The engine. A change replaces the database: its data stay behind, in the last snapshot."""
    version: Version = Field(examples=["17"])
    """A major version (AWS then picks and keeps up the minor one) or a full one. Text: put it in quotes."""
    name: Annotated[str, Rule(limits.rds_identifier)] | None = None
    """The instance's identifier; default app and environment. A change replaces the database."""
    instance_class: Annotated[str, Rule(limits.rds_class, {"enum": list(limits.RDS_CLASSES)})] = Field(
        examples=["db.t4g.medium"]
    )
    """Its size, such as db.t4g.medium. A change restarts it."""
    storage_gib: int = Field(examples=[50])
    """Storage allocated, GiB. It can grow, never shrink."""
    storage_type: Literal["gp3", "io2", "io1", "gp2"] = "gp3"
    """The kind of storage."""
    iops: int | None = None
    """I/O operations per second: required with io1 and io2, with gp3 only from 400 GiB."""
    throughput_mibps: int | None = None
    """Throughput, MiB/s: only with gp3 from 400 GiB."""
    max_storage_gib: int | None = None
    """How far storage may grow by itself, GiB; off when left out."""
    multi_az: bool = True
    """Whether a standby in a second zone takes over when the first fails. Doubles the price."""
    database_name: Text | None = None
    """The database created inside; default the app's name."""
    username: str = "app_admin"
    """The master user. A change replaces the database."""
    port: Annotated[int, Field(ge=1150, le=65535)] | None = None
    """The port; default 5432 or 3306."""
    backup_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Days of automated backups: how far back a point-in-time restore reaches."""
    backup_window: DailyWindow = "03:00-04:00"
    """Daily backup window, UTC."""
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    """Weekly maintenance window, UTC, apart from the backup window."""
    managed_password: bool = True
    """Whether RDS makes, keeps and changes the master password; otherwise the program makes one, which is in Pulumi's encrypted state and stays."""
    rotate_days: Annotated[int, Field(ge=1, le=1000)] = 90
    """Days after which RDS changes the master password, which it keeps in Secrets Manager."""
    iam_authentication: bool = False
    """Whether services that use the database may log in as `iamUsername` with a token of their role's instead of a password."""
    iam_username: str = "app_user"
    """The database user of those tokens, whom a migration creates and grants `rds_iam` (PostgreSQL) or identifies with AWSAuthenticationPlugin
    (MySQL)."""
    read_replica: ReadReplica | None = None
    """A copy that answers queries; `{}` switches it on. It costs as much as a database in one zone."""
    proxy: DatabaseProxy | None = None
    """A pool of connections between services and the database; `{}` switches it on. Billed by the database's vCPUs."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with all it takes to connect, postgresql://...; its readers restart when the password changes."""
    monitoring_seconds: Annotated[int, one_of(limits.MONITORING_INTERVALS, "an Enhanced Monitoring interval")] = 60
    """Interval of Enhanced Monitoring; 0 switches it off."""
    insights_days: Annotated[int, one_of(limits.PERFORMANCE_INSIGHTS_DAYS, "a Database Insights retention")] | None = 7
    """Days that Database Insights, in its standard mode (once Performance Insights), keeps what statements wait for (7 are free); null switches it
    off."""
    auto_minor_upgrade: bool = True
    """Whether RDS installs minor versions in the maintenance window."""
    allow_major_upgrade: bool = False
    """Whether a change of `version` may be one of the major version, which takes the database away for minutes and cannot be undone."""
    extended_support: bool = False
    """Whether AWS may bill Extended Support once the version's standard support ends; otherwise RDS then upgrades it by itself."""
    apply_immediately: bool = False
    """Whether changes happen at once, not in the maintenance window."""
    parameters: Mapping[Text, str] = Field(default_factory=dict)
    """Further engine parameters, by name."""
