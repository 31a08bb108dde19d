"""Take one safety line away, and something must say so: a policy, or what holds for every stack.

Each row names a file, the line as it stands, what becomes of it, and a word of what must be said.
"""

import json
import subprocess
import sys

import pytest

from tests import stacks

DATABASE, CACHE, MEDIA = "components/_database_instance.py", "components/cache.py", "components/media_bucket.py"
NETWORK, SERVICE, CLUSTER = "components/network.py", "components/service.py", "components/cluster.py"
BALANCER, BUCKETS = "components/load_balancer.py", "components/_buckets.py"

MUTATIONS = [
    (DATABASE, "storage_encrypted=True,\n        # A", "# A", "database-storage-encrypted"),
    (DATABASE, "publicly_accessible=False,\n        port", "publicly_accessible=True, port", "database-not-public"),
    (DATABASE, "multi_az=wanted.multi_az", "multi_az=False", "database-multi-az"),
    (
        DATABASE,
        "deletion_protection=args.deletion_protection,\n        monitoring",
        "deletion_protection=False,\n        monitoring",
        "database-deletion-protected",
    ),
    (
        DATABASE,
        "skip_final_snapshot=not args.final_snapshot",
        "skip_final_snapshot=True",
        "database-final-snapshot-kept",
    ),
    (DATABASE, "backup_retention_period=args.backup_days", "backup_retention_period=0", "database-backups-kept"),
    (
        DATABASE,
        "manage_master_user_password=True",
        'manage_master_user_password=True, password="a-password-in-state"',
        "database-password-not-in-state",
    ),
    (
        "limits/database.py",
        '"postgres": {"rds.force_ssl": ("1"',
        '"postgres": {"rds.force_ssl": ("0"',
        "database-tls-forced",
    ),
    (DATABASE, "depends_on=[*logs, *shared.before],\n", "depends_on=[*shared.before],\n", "logGroup"),
    (DATABASE, "protect=args.protect,\n            # RDS", "# RDS", "is not protected"),
    (CACHE, "at_rest_encryption_enabled=True", "at_rest_encryption_enabled=False", "cache-encrypted-at-rest"),
    (CACHE, "transit_encryption_enabled=True", "transit_encryption_enabled=False", "cache-encrypted-in-transit"),
    (CACHE, "multi_az_enabled=args.spans_zones", "multi_az_enabled=False", "cache-multi-az"),
    (CACHE, "snapshot_retention_limit=args.snapshot_days", "snapshot_retention_limit=0", "cache-snapshots-kept"),
    (CACHE, "            auth_token=token,\n", "", "randomPassword"),
    (BUCKETS, "block_public_policy=True", "block_public_policy=False", "bucket-public-access-block-complete"),
    (BUCKETS, '"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"', "bucket-tls-only"),
    (MEDIA, "enabled=args.versioning", "enabled=False", "bucket-versioned"),
    (NETWORK, "isolated[z.zone], closed)", "isolated[z.zone], tables[z.zone])", "route it must not have"),
    (NETWORK, "gateway_id=internet.id", "nat_gateway_id=internet.id", "no route to the internet"),
    (NETWORK, "                *ways_out[z.zone],\n", "", "does not wait for any aws:ec2/route:Route"),
    (SERVICE, "assign_public_ip=args.public_ip", "assign_public_ip=True", "services-without-public-ip"),
    (
        "components/_group_rules.py",
        "referenced_security_group_id=source,",
        'cidr_ipv4="0.0.0.0/0",',
        "lets the world in",
    ),
    (SERVICE, "depends_on=[*before, *deployment.before, *connection.before]", "depends_on=[]", "does not wait for"),
    (SERVICE, "retention_in_days=args.log_days,", "", "keeps logs for ever"),
    (
        CLUSTER,
        "with_dependencies(cluster.arn, providers)",
        "with_dependencies(cluster.arn, cluster)",
        "clusterCapacityProviders",
    ),
    (BALANCER, "ssl_policy=args.tls_policy", 'ssl_policy="ELBSecurityPolicy-2016-08"', "load-balancer-tls-policy"),
    (
        BALANCER,
        "deletion_protection=args.deletion_protection",
        "deletion_protection=False",
        "load-balancer-deletion-protected",
    ),
    (
        BALANCER,
        'protocol="HTTPS", port=str(HTTPS)',
        'protocol="HTTP", port=str(HTTPS)',
        "load-balancer-http-redirects",
    ),
    ("components/secrets.py", "kms_key_id=key.arn", "kms_key_id=None", "secrets-under-own-key"),
    (
        "wiring/service.py",
        "subnet_ids=task_subnets(context, network)",
        "subnet_ids=network.public_subnet_ids",
        "services-in-private-subnets",
    ),
    (MEDIA, "if cdn.access_log_bucket is not None:", "if not cdn.access_log_bucket:", "cdn-access-logged"),
]


@pytest.fixture(scope="module")
def answers() -> list[list[str]]:
    """What is said about the unchanged program, then about each changed one."""
    changes = [[], *([file, line, instead] for file, line, instead, _ in MUTATIONS)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation_runner", "Pulumi.prod.yaml"],
        cwd=stacks.ROOT,
        input=json.dumps(changes),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.mark.parametrize(
    "row", range(len(MUTATIONS)), ids=lambda row: f"{MUTATIONS[row][0]} {MUTATIONS[row][2].strip()[:40]}"
)
def test_is_killed(answers: list[list[str]], row: int) -> None:
    said = answers[row + 1]
    assert not [line for line in said if line.startswith("does not run")]
    assert any(MUTATIONS[row][3] in line for line in said), f"it survives: {said}"


def test_the_unchanged_program_has_no_fault(answers: list[list[str]]) -> None:
    assert answers[0] == []


def test_there_are_twenty_of_them() -> None:
    assert len(MUTATIONS) >= 20
