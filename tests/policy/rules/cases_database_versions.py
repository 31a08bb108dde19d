from tests.policy.harness import UNKNOWN, Case, res
from tests.policy.rules.cases_database_operations import MEMBER, cluster, instance

CASES: list[Case] = [
    Case("database-minor-upgrades-automatic", "pass", [cluster()]),
    Case(
        "database-minor-upgrades-automatic",
        "fail",
        [cluster(autoMinorVersionUpgrade=False)],
        "autoMinorVersionUpgrade is false, wanted true",
    ),
    Case("database-minor-upgrades-automatic", "pass", [instance()]),
    Case(
        "database-minor-upgrades-automatic",
        "fail",
        [instance(autoMinorVersionUpgrade=False)],
        "autoMinorVersionUpgrade is false",
    ),
    Case("database-minor-upgrades-automatic", "unknown", [res(MEMBER, "one", autoMinorVersionUpgrade=UNKNOWN)]),
    Case("database-version-supported", "pass", [instance(engineVersion="17")]),
    Case("database-version-supported", "pass", [instance(engineVersion="14.9")]),
    Case("database-version-supported", "pass", [instance()]),
    Case("database-version-supported", "pass", [instance(engine="oracle-ee", engineVersion="12")]),
    Case(
        "database-version-supported",
        "fail",
        [instance(engineVersion="13.14")],
        "engineVersion is 13.14, out of standard support",
    ),
    Case(
        "database-version-supported",
        "fail",
        [instance(engine="mysql", engineVersion="8.0")],
        "wanted one not older than 8.4",
    ),
    Case(
        "database-version-supported",
        "fail",
        [instance(engineVersion="15")],
        "wanted one not older than 16",
        config={"oldest": {"postgres": "16"}},
    ),
    Case(
        "database-version-supported",
        "fail",
        [cluster(engineVersion="5.7.mysql_aurora.2.11.4")],
        "wanted one not older than 8.0",
    ),
    Case("database-version-supported", "pass", [cluster(engineVersion="8.0.mysql_aurora.3.08.0")]),
    Case("database-version-supported", "unknown", [instance(engineVersion=UNKNOWN)]),
    Case(
        "database-extended-support-off",
        "pass",
        [instance(engineLifecycleSupport="open-source-rds-extended-support-disabled")],
    ),
    Case("database-extended-support-off", "fail", [instance()], "engineLifecycleSupport is on (the default)"),
    Case(
        "database-extended-support-off",
        "fail",
        [cluster(engineLifecycleSupport="open-source-rds-extended-support")],
        "engineLifecycleSupport is on",
    ),
    Case("database-extended-support-off", "unknown", [instance(engineLifecycleSupport=UNKNOWN)]),
]
