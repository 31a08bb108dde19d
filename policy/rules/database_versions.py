"""Versions of databases: that they are supported, and upgraded."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy import values
from policy.common import versions
from policy.control import HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.topology import DATABASE, DATABASE_CLUSTER, DATABASE_INSTANCE
from policy.values import UNKNOWN

_OLDEST: Final[Mapping[str, str]] = {"aurora-postgresql": "14", "aurora-mysql": "8.0", "mariadb": "10.6"}
"""The oldest versions in standard support in November 2026 of engines whose ends no table has. Amazon RDS User Guide, release calendars."""


@resource_rule(
    Control(
        name="database-minor-upgrades-automatic",
        title="Minor versions are upgraded by RDS",
        category="Operations",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Fixes for known holes wait until somebody remembers.",
        remediation="aws.rds.Instance(..., auto_minor_version_upgrade=True)",
        url=HUB + "rds-controls.html#rds-13",
        fsbp=("RDS.13", "RDS.35"),
        cis=("2.2.2",),
        nist=("SI-2",),
        checkov=("CKV_AWS_226",),
        prowler=("rds_instance_minor_version_upgrade_enabled", "rds_cluster_minor_version_upgrade_enabled"),
        cdk_nag=("RDSAutomaticMinorVersionUpgradeEnabled",),
    ),
    DATABASE,
    DATABASE_INSTANCE,
    DATABASE_CLUSTER,
)
def minor_upgrades_automatic(database: Resource, _config: Config) -> Iterator[Finding]:
    """The provider's default is on."""
    fix = "auto_minor_version_upgrade=True"
    yield from database.must_be("autoMinorVersionUpgrade", wanted=True, fix=fix, default=True)


@resource_rule(
    Control(
        name="database-version-supported",
        title="The engine's version is in standard support",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="It gets no fixes any more, or costs extra for every hour. Parameter: oldest, by engine.",
        remediation='aws.rds.Instance(..., engine_version="17")',
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
        nist=("SI-2", "SA-22"),
        checkov=("CKV_AWS_250", "CKV_AWS_388"),
        prowler=("rds_instance_deprecated_engine_version",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
    oldest=Parameter({"type": "object", "additionalProperties": {"type": "string"}}, {}),
)
def version_supported(database: Resource, config: Config) -> Iterator[Finding]:
    """Out of standard support a version gets no fixes, or costs extra for each hour of extended support."""
    engine, version = database.text("engine"), database.text("engineVersion")
    if UNKNOWN in (engine, version):
        yield database.unknown("engine or engineVersion is not known yet")
        return
    if database.text("engineMode") == "serverless":
        yield database.fails(
            "engineMode is serverless, the first version of Aurora Serverless, which AWS has ended",
            fix="engine_mode left out, with serverlessv2_scaling_configuration and a ClusterInstance of db.serverless",
        )
        return
    name = str(engine)
    oldest = config.texts("oldest").get(name) or _OLDEST.get(name) or versions.oldest_supported(name)
    if oldest and version and values.version(str(version)) < values.version(oldest):
        yield database.fails(
            f"engineVersion is {values.show(version, r'[0-9.]+(mysql_aurora[0-9.]+)?')}, out of standard support, wanted one not older than {oldest}",
            fix=f'engine_version="{versions.newest(name, oldest) or oldest}"',
        )


@resource_rule(
    Control(
        name="database-extended-support-off",
        title="Paid extended support is switched off",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="RDS charges for it by the hour once a version is out of support, instead of upgrading.",
        remediation='aws.rds.Instance(..., engine_lifecycle_support="open-source-rds-extended-support-disabled")',
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
        nist=("SA-22",),
        prowler=("rds_instance_extended_support",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def extended_support_off(database: Resource, _config: Config) -> Iterator[Finding]:
    """RDS switches it on unless told otherwise, and charges by the hour once a version is out of support."""
    seen = database.text("engineLifecycleSupport", default="open-source-rds-extended-support")
    if seen is UNKNOWN:
        yield database.unknown("engineLifecycleSupport is not known yet")
    elif not seen.endswith("-disabled"):
        yield database.fails(
            "engineLifecycleSupport is on (the default)"
            if database.get("engineLifecycleSupport") is None
            else "engineLifecycleSupport is on",
            fix='engine_lifecycle_support="open-source-rds-extended-support-disabled"',
        )
