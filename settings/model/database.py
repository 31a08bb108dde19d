"""`slipway:database`: the relational database, its replica or readers, and its proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.database_users import DatabaseUser, UserName
from settings.model.section import DailyWindow, Percent, SecretName, Section, Text, Version, WeeklyWindow, Zone
from settings.rules import Rule, one_of


class ReadReplica(Section):
    """A copy of the database that answers queries, some seconds behind. It needs `managedPassword: false`."""

    instance_class: Annotated[str, Rule(limits.rds_class, {"enum": list(limits.RDS_CLASSES)})] | None = None
    """Its size, such as db.t4g.medium; default the database's. A change restarts it."""
    zone: Zone | None = None
    """Its availability zone, one of the network's, such as eu-central-1b; default AWS's choice. A change replaces it."""
    url_secret: SecretName | None = None
    """Name of a secret, such as storefront/database-read-url, kept filled with all it takes to connect to it, as the database's own `urlSecret` is."""


Capacity = Annotated[float, Field(multiple_of=0.5, le=256)]


class Serverless(Section):
    """How far the instances of an Aurora cluster grow and shrink by themselves, in capacity units (ACUs) of about 2 GiB of memory."""

    min_capacity: Annotated[Capacity, Field(ge=0)] = 0.5
    """The least, ACUs, such as 2: room for the connections and the cache that are always needed. 0 pauses an instance that nobody is connected
    to, and the next connection waits about 15 seconds; a health check that asks the database keeps it awake. A change makes no outage."""
    max_capacity: Annotated[Capacity, Field(ge=1)] = Field(examples=[8])
    """The most, ACUs, such as 8: what an hour may cost. A change makes no outage; the number of connections follows at the next restart."""
    pause_after_seconds: Annotated[int, Field(ge=limits.PAUSE_SECONDS[0], le=limits.PAUSE_SECONDS[1])] | None = None
    """Seconds without a connection after which it pauses, such as 1800, with `minCapacity: 0`; default 300. A change makes no outage."""


class Readers(Section):
    """Instances of an Aurora cluster that answer queries only, each in the next zone: one takes over when the writer fails."""

    count: Annotated[int, Field(ge=0, le=limits.MOST_READERS)] = 1
    """How many there are, such as 2; 0: the loss of a zone is an outage of minutes. Each costs as much as the writer. A change makes no outage."""
    url_secret: SecretName | None = None
    """Name of a secret, such as storefront/database-read-url, kept filled with all it takes to connect to the readers, as the database's own
    `urlSecret` is."""


class DatabaseProxy(Section):
    """RDS Proxy: services connect to it, and it shares few connections to the database among them."""

    connections_percent: Percent = 90
    """Connections it opens at most, of what the database takes, percent, such as 80; the rest is for people and migrations by hand. A change makes no
    outage."""
    idle_minutes: Annotated[int, Field(ge=1, le=480)] = 30
    """Minutes after which it closes the connection of a client that says nothing, such as 30. A change makes no outage."""


class RestoreFrom(Section):
    """A backup that the database begins with when it is made: a `snapshot`, or a `source` and a `time`. It counts only then.

    Data, users and the key that encrypts the storage are the backup's; so are master user and first database, whatever `username` says. The backup
    must be of the same engine and encrypted, and `storageGib` at least its size. It stays in the stack file while the database lives: taken out,
    the next update would replace the database, whose key is not the stack's. What RDS sets only of a database that is there, such as backup windows,
    may take a second `pulumi up`.
    """

    snapshot: Text | None = None
    """Identifier or ARN of a snapshot, of an instance or with Aurora of a cluster, in the stack's region, such as `storefront-before-42`."""
    source: Text | None = None
    """What has the automated backups: the identifier of another instance or cluster, such as shop-prod, or, of one that was deleted, its resource id
    (`db-...`, `cluster-...`) or, of an instance, its automated backup's ARN."""
    time: Text | None = None
    """The moment, such as `"2026-11-30T11:55:00Z"`, in quotes, or `latest`."""


class Database(Section):
    """The relational database, in the isolated subnets, reachable only from services that use it."""

    engine: Literal["postgres", "mysql", "aurora-postgresql", "aurora-mysql"] = Field(examples=["postgres"])
    """The engine. One of Aurora's runs in a cluster, whose storage is in three zones and grows by itself. A change replaces the database: its data
    stay behind, in the last snapshot."""
    version: Version = Field(examples=["17"])
    """A major version, such as `"17"` (AWS picks and keeps up the minor one), or a full one, in quotes. A newer minor one restarts the database
    in the maintenance window; a newer major one needs `allowMajorUpgrade`; there is no way back."""
    name: Annotated[str, Rule(limits.rds_identifier)] | None = None
    """Its identifier, such as `storefront-production`; default app and environment. A change renames an instance with a restart: its host name
    is another then, and what has the old one loses the database. It replaces an Aurora cluster: its data stay behind, in the last snapshot."""
    instance_class: Annotated[str, Rule(limits.rds_class, {"enum": list(limits.RDS_CLASSES)})] | None = Field(
        default=None, examples=["db.t4g.medium"]
    )
    """Its size, such as db.t4g.medium; of Aurora that of each instance, unless they are `serverless`. A change restarts it."""
    serverless: Serverless | None = None
    """Aurora's instances grow and shrink by themselves, such as `{minCapacity: 0.5, maxCapacity: 8}`, instead of an `instanceClass`."""
    readers: Readers | None = None
    """The Aurora cluster's readers; default one, which takes over in another zone when the writer fails. `{count: 0}`: none."""
    storage_gib: int | None = Field(default=None, examples=[50])
    """Storage allocated, GiB, such as 50. It grows without an outage, once in six hours, and never shrinks. Aurora's grows by itself: leave it
    out there."""
    storage_type: Literal["gp3", "io2", "io1", "gp2", "aurora", "aurora-iopt1"] = "gp3"
    """The kind of storage: gp3 for nearly all, io2 and io1 for a guaranteed number of operations, gp2 of former times. A change takes hours, in
    which the database is slower, without an outage. Aurora has `aurora`, its default, and `aurora-iopt1` (I/O-Optimized), where instances and
    storage cost more and reads and writes nothing: cheaper where those are over a quarter of the bill."""
    iops: int | None = None
    """I/O operations per second, such as 12000: required with io1 and io2, with gp3 only from 400 GiB. Billed by operation and month; a change
    takes hours, without an outage."""
    throughput_mibps: int | None = None
    """Throughput, MiB/s, such as 500: only with gp3 from 400 GiB. Billed; a change takes hours, without an outage."""
    max_storage_gib: int | None = None
    """How far storage may grow by itself when it fills, GiB, such as 200: a tenth above `storageGib` at least. Left out, a full database stops.
    No outage."""
    multi_az: bool = True
    """Whether a standby in a second zone takes over when the first fails, within a minute or two. Doubles the price. Switching it makes no
    outage; writes are slower while the standby is filled. With Aurora the first of `readers` does this."""
    database_name: Text | None = None
    """The database created inside, such as `storefront`; default the app's name. With PostgreSQL RDS takes no key word of SQL, such as `catalog`.
    A change replaces the whole instance: its data stay behind, in the last snapshot."""
    username: str = "app_admin"
    """The master user, such as app_admin, which is no key word of the engine's. A change replaces the database."""
    port: Annotated[int, Field(ge=1150, le=65535)] | None = None
    """The port, such as 5433; default 5432 or 3306. A change restarts the database at once, whatever `applyImmediately` says."""
    backup_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Days of automated backups, such as 14: how far back a point-in-time restore reaches. Billed by GiB beyond the size of the storage; no outage."""
    backup_window: DailyWindow = "03:00-04:00"
    """Daily backup window, UTC, such as 03:00-04:00: half an hour at least, apart from the maintenance window. A change makes no outage."""
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    """Weekly maintenance window, UTC, apart from the backup window, such as sun:04:30-sun:05:30: when RDS may restart the database. A change of it
    restarts nothing."""
    managed_password: bool = True
    """Whether RDS makes, keeps and changes the master password; otherwise the program makes one, which is in Pulumi's encrypted state and stays."""
    rotate_days: Annotated[int, Field(ge=1, le=1000)] = 90
    """Days after which RDS changes the master password, which it keeps in Secrets Manager, such as 30. Needs `managedPassword`; services that read a
    `urlSecret` are restarted then."""
    iam_authentication: bool = False
    """Whether services that use the database may log in as `iamUsername` with a token of their role's, which lasts 15 minutes, instead of a
    password. Passwords go on working; no outage."""
    iam_username: str = "app_user"
    """The database user of those tokens, such as app, whom a migration creates and grants `rds_iam` (PostgreSQL) or identifies with AWSAuthenticationPlugin
    (MySQL)."""
    users: Mapping[UserName, DatabaseUser] = Field(
        default_factory=dict, examples=[{"app": {"rights": "write"}, "migrations": {"rights": "owner"}}]
    )
    """Users by name that the program makes in the database, such as `{app: {rights: write}, migrations: {rights: owner}}`; services and migrations
    choose one by `databaseUser`. A task makes them before migrations run, and again when something of them changes. About 0.40 USD a month each."""
    users_image: (
        Annotated[str, Rule(limits.image_uri, {"pattern": r"^(?!\w+://)\S{1,1024}$"}, limits.IMAGE_URI_WORDS)] | None
    ) = None
    """The image of that task, which has `psql` or `mysql`, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/postgres:17.6-alpine`; default the
    engine's own from AWS's public registry, which tasks without a way out do not reach."""
    read_replica: ReadReplica | None = None
    """A copy that answers queries; `{}` switches it on. It costs as much as a database in one zone. Aurora has `readers` instead."""
    proxy: DatabaseProxy | None = None
    """A pool of connections between services and the database; `{}` switches it on. Billed by the database's vCPUs."""
    restore_from: RestoreFrom | None = None
    """A backup that the database is made from, instead of an empty one. A database that is there stays as it is; `make restore` brings that back."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with all it takes to connect, postgresql://...; its readers restart when the password changes. Such as
    storefront/database-url; about 0.40 USD a month."""
    monitoring_seconds: Annotated[int, one_of(limits.MONITORING_INTERVALS, "an Enhanced Monitoring interval")] = 60
    """Seconds between figures of Enhanced Monitoring (processes, memory, disk), such as 60; 0 switches it off. Billed as logs; no outage."""
    insights_days: Annotated[int, one_of(limits.PERFORMANCE_INSIGHTS_DAYS, "a Database Insights retention")] | None = 7
    """Days that Database Insights (once Performance Insights) keeps what statements wait for, such as 31 (7 are free); null switches it off. In the
    advanced mode 465 at least, which is its default."""
    insights: Literal["standard", "advanced"] = "standard"
    """The mode of Database Insights. advanced adds locks, plans, slow statements and the whole fleet to what CloudWatch shows, for 15 months, and is
    billed by vCPU or ACU and hour: about 0.0125 USD a vCPU. No outage. An instance of RDS stays in it: AWS's console takes it back."""
    auto_minor_upgrade: bool = True
    """Whether RDS installs minor versions by itself in the maintenance window, with a restart. A change restarts nothing."""
    allow_major_upgrade: bool = False
    """Whether a change of `version` may be one of the major version, which takes the database away for minutes and cannot be undone."""
    extended_support: bool = False
    """Whether AWS may bill Extended Support once the version's standard support ends, at about 0.10 USD and later 0.20 USD an hour and vCPU;
    otherwise RDS then upgrades it by itself."""
    apply_immediately: bool = False
    """Whether changes that restart the database, such as another `instanceClass`, happen at once, in the middle of the day, and not in the
    maintenance window."""
    parameters: Mapping[Text, str] = Field(default_factory=dict)
    """Further engine parameters, by name, such as `{log_min_duration_statement: "500"}`. They take effect when the database restarts next, which
    a change does not cause."""

    @property
    def is_cluster(self) -> bool:
        """Whether it is a cluster of Aurora."""
        return limits.rds_is_aurora(self.engine)

    @property
    def reader_count(self) -> int:
        """How many readers the cluster has; 0 where it is an instance."""
        if not self.is_cluster:
            return 0
        return (self.readers or Readers()).count

    @property
    def answers_queries(self) -> bool:
        """Whether there is an address for queries only: that of a replica, or of the readers."""
        return self.read_replica is not None or self.reader_count > 0

    @property
    def queries_secret(self) -> str | None:
        """The secret that is filled with what it takes to connect there; None: there is none."""
        copies = self.readers or self.read_replica
        return copies.url_secret if copies else None
