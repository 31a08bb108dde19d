"""The catalogue: every control of the pack, as data. Documentation and the SDK's metadata come from here.

Numbers of AWS Foundational Security Best Practices (FSBP), CIS AWS Foundations 5.0 and the identifiers of checkov, Prowler
and cdk-nag say which published control is the same or nearest. NIST numbers are the SP 800-53 r5 controls it serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
OPT_IN: Final = dict.fromkeys(Environment, Level.DISABLED)
"""Not judged unless the policy configuration gives it a level: right for some organisations, wrong or costly for others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One row."""

    name: str
    """The policy's name, unique."""
    title: str
    """What must hold, as a sentence."""
    concern: str
    """The heading it stands under."""
    severity: Severity
    levels: Mapping[Environment, Level]
    """The default level for each environment."""
    why: str
    """What goes wrong without it."""
    mend: str
    """What to write in a Pulumi program in Python."""
    url: str
    """Where AWS explains it."""
    waivable: bool = False
    """Whether a resource may opt out of it by a tag (`pack.WAIVE_TAG`): only what a team may decide for itself."""
    fsbp: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    nist: tuple[str, ...] = ()
    checkov: tuple[str, ...] = ()
    prowler: tuple[str, ...] = ()
    cdk_nag: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A published control that the pack does not have."""

    title: str
    """What it demands, as a sentence."""
    why: str
    """Why it is left out."""
    fsbp: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    checkov: tuple[str, ...] = ()


_HUB: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/"
_RDS: Final = _HUB + "rds-controls.html"
_CACHE: Final = _HUB + "elasticache-controls.html"
_S3: Final = _HUB + "s3-controls.html"
_ELB: Final = _HUB + "elb-controls.html"
_ECS: Final = _HUB + "ecs-controls.html"
_ECR: Final = _HUB + "ecr-controls.html"
_EC2: Final = _HUB + "ec2-controls.html"
_CDN: Final = _HUB + "cloudfront-controls.html"
_IAM: Final = _HUB + "iam-controls.html"

CONTROLS: Final = (
    Control(
        name="database-storage-encrypted",
        title="The database's storage is encrypted",
        concern="Encryption",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A snapshot or disk that leaves the account can be read. It cannot be switched on later.",
        mend="aws.rds.Instance(..., storage_encrypted=True, kms_key_id=key.arn)",
        url=_RDS + "#rds-3",
        fsbp=("RDS.3", "RDS.27"),
        cis=("2.2.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_16", "CKV_AWS_96"),
        prowler=("rds_instance_storage_encrypted", "rds_cluster_storage_encrypted"),
        cdk_nag=("RDS2", "RDSStorageEncrypted"),
    ),
    Control(
        name="database-backup-copies-encrypted",
        title="Copies of database backups have a key of their own region",
        concern="Encryption",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A copy in another region is as readable as its weakest key.",
        mend="aws.rds.SnapshotCopy(..., kms_key_id=key.arn)",
        url=_RDS + "#rds-4",
        fsbp=("RDS.4",),
        nist=("SC-28", "CP-9"),
        checkov=("CKV_AWS_266", "CKV_AWS_245"),
        prowler=("rds_snapshots_encrypted",),
    ),
    Control(
        name="database-multi-az",
        title="The database has a standby in a second zone",
        concern="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Without a standby the loss of one zone is an outage of hours and a restore.",
        mend="aws.rds.Instance(..., multi_az=True)",
        url=_RDS + "#rds-5",
        fsbp=("RDS.5",),
        cis=("2.2.4",),
        nist=("CP-10", "SC-36"),
        checkov=("CKV_AWS_157",),
        prowler=("rds_instance_multi_az",),
        cdk_nag=("RDS3", "RDSMultiAZSupport"),
    ),
    Control(
        name="database-not-public",
        title="The database has no public address",
        concern="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="A public address lets the whole internet try passwords.",
        mend="aws.rds.Instance(..., publicly_accessible=False)",
        url=_RDS + "#rds-2",
        fsbp=("RDS.2",),
        cis=("2.2.3",),
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_17",),
        prowler=("rds_instance_no_public_access",),
        cdk_nag=("RDSInstancePublicAccess",),
    ),
    Control(
        name="database-backups-kept",
        title="Automated database backups are kept long enough",
        concern="Backups",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="A mistake that is found after the window has no way back. Parameter: minDays.",
        mend="aws.rds.Instance(..., backup_retention_period=7)",
        url=_RDS + "#rds-11",
        fsbp=("RDS.11", "RDS.50"),
        nist=("CP-9",),
        checkov=("CKV_AWS_133",),
        prowler=("rds_instance_backup_enabled",),
        cdk_nag=("RDS13", "RDSInstanceBackupEnabled"),
    ),
    Control(
        name="database-deletion-protected",
        title="AWS refuses to delete the database",
        concern="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="One wrong stack name in one destroy ends it.",
        mend="aws.rds.Instance(..., deletion_protection=True)",
        url=_RDS + "#rds-8",
        fsbp=("RDS.7", "RDS.8"),
        nist=("CP-9", "SI-13"),
        checkov=("CKV_AWS_293", "CKV_AWS_139"),
        prowler=("rds_instance_deletion_protection", "rds_cluster_deletion_protection"),
        cdk_nag=("RDS10", "RDSInstanceDeletionProtectionEnabled"),
    ),
    Control(
        name="database-final-snapshot-kept",
        title="A deleted database leaves a last snapshot",
        concern="Backups",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Automated backups go with the instance; the last snapshot stays.",
        mend="aws.rds.Instance(..., skip_final_snapshot=False, final_snapshot_identifier=name)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        nist=("CP-9",),
    ),
    Control(
        name="database-password-not-in-state",
        title="The master password is managed by RDS",
        concern="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A password that the program passes lies in the state file and never rotates.",
        mend="aws.rds.Instance(..., manage_master_user_password=True)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
        nist=("IA-5",),
    ),
    Control(
        name="database-tls-forced",
        title="The database refuses connections without TLS",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="A client that forgets TLS sends its password and data in clear, and nobody notices.",
        mend='aws.rds.ParameterGroup(..., parameters=[{"name": "rds.force_ssl", "value": "1"}])',
        url=_RDS + "#rds-38",
        fsbp=("RDS.38", "RDS.39", "RDS.44"),
        nist=("SC-8",),
        checkov=("CKV2_AWS_69",),
        prowler=("rds_instance_transport_encrypted",),
    ),
    Control(
        name="database-in-private-subnets",
        title="No subnet of the database leads to an internet gateway",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="In a public subnet one changed flag puts the database on the internet.",
        mend="aws.rds.SubnetGroup(..., subnet_ids=network.isolated_subnet_ids)",
        url=_RDS + "#rds-46",
        fsbp=("RDS.46",),
        nist=("SC-7",),
    ),
    Control(
        name="database-ingress-from-groups-only",
        title="The database lets in security groups, never addresses",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="An address range lets in everything that ever gets an address there.",
        mend="aws.vpc.SecurityGroupIngressRule(..., referenced_security_group_id=service_group.id)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html",
        nist=("SC-7", "AC-4"),
    ),
    Control(
        name="cache-encrypted-at-rest",
        title="The cache is encrypted at rest",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Sessions and tokens reach disk in snapshots and swap.",
        mend="aws.elasticache.ReplicationGroup(..., at_rest_encryption_enabled=True, kms_key_id=key.arn)",
        url=_CACHE + "#elasticache-4",
        fsbp=("ElastiCache.4",),
        nist=("SC-28",),
        checkov=("CKV_AWS_29",),
        prowler=("elasticache_redis_cluster_rest_encryption_enabled",),
        cdk_nag=("AEC3", "ElastiCacheRedisClusterEncryption"),
    ),
    Control(
        name="cache-encrypted-in-transit",
        title="The cache requires TLS",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Without TLS the auth token and the data cross the network in clear.",
        mend="aws.elasticache.ReplicationGroup(..., transit_encryption_enabled=True)",
        url=_CACHE + "#elasticache-5",
        fsbp=("ElastiCache.5",),
        nist=("SC-8",),
        checkov=("CKV_AWS_30",),
        prowler=("elasticache_redis_cluster_in_transit_encryption_enabled",),
        cdk_nag=("AEC3", "ElastiCacheRedisClusterEncryption"),
    ),
    Control(
        name="cache-authenticated",
        title="The cache asks for credentials",
        concern="Secrets",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Anything in an allowed group could read every session.",
        mend="aws.elasticache.ReplicationGroup(..., auth_token_wo=token.result, auth_token_wo_version=1)",
        url=_CACHE + "#elasticache-6",
        fsbp=("ElastiCache.6",),
        nist=("AC-3", "IA-2"),
        checkov=("CKV_AWS_31",),
        prowler=("elasticache_redis_replication_group_auth_enabled",),
        cdk_nag=("AEC6", "ElastiCacheRedisClusterRedisAuth"),
    ),
    Control(
        name="cache-multi-az",
        title="The cache fails over to a second zone by itself",
        concern="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A lost zone takes a single node and everything in it.",
        mend="aws.elasticache.ReplicationGroup(..., automatic_failover_enabled=True, multi_az_enabled=True)",
        url=_CACHE + "#elasticache-3",
        fsbp=("ElastiCache.3",),
        nist=("CP-10", "SC-36"),
        checkov=("CKV2_AWS_50",),
        prowler=("elasticache_redis_cluster_automatic_failover_enabled", "elasticache_redis_cluster_multi_az_enabled"),
        cdk_nag=("AEC4", "ElastiCacheRedisClusterMultiAZ"),
    ),
    Control(
        name="cache-snapshots-kept",
        title="The cache keeps snapshots",
        concern="Backups",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Queues and sessions that are only there are lost with the cluster. Parameter: minDays.",
        mend="aws.elasticache.ReplicationGroup(..., snapshot_retention_limit=7)",
        url=_CACHE + "#elasticache-1",
        fsbp=("ElastiCache.1",),
        nist=("CP-9",),
        checkov=("CKV_AWS_134",),
        prowler=("elasticache_redis_cluster_backup_enabled",),
        cdk_nag=("ElastiCacheRedisClusterAutomaticBackup",),
    ),
    Control(
        name="cache-in-private-subnets",
        title="No subnet of the cache leads to an internet gateway",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="In a public subnet one open group is enough to lose the data.",
        mend="aws.elasticache.SubnetGroup(..., subnet_ids=network.isolated_subnet_ids)",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html",
        nist=("SC-7",),
        prowler=("elasticache_cluster_uses_public_subnet",),
    ),
    Control(
        name="cache-ingress-from-groups-only",
        title="The cache lets in security groups, never addresses",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="An address range lets in everything that ever gets an address there.",
        mend="aws.vpc.SecurityGroupIngressRule(..., referenced_security_group_id=service_group.id)",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/elasticache-vpc-accessing.html",
        nist=("SC-7", "AC-4"),
    ),
    Control(
        name="bucket-encrypted",
        title="The bucket declares its default encryption",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="What is not declared is AWS's choice, and nobody sees it drift. AES256 counts: load balancer logs take no KMS.",
        mend="aws.s3.BucketServerSideEncryptionConfiguration(..., bucket=bucket.id, rules=[...])",
        url=_S3 + "#s3-17",
        fsbp=("S3.17",),
        nist=("SC-28",),
        checkov=("CKV_AWS_19", "CKV_AWS_145"),
        prowler=("s3_bucket_kms_encryption",),
        cdk_nag=("S3DefaultEncryptionKMS",),
    ),
    Control(
        name="bucket-public-access-blocked",
        title="The bucket blocks public access in all four ways",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="One careless policy or ACL otherwise publishes the bucket.",
        mend="aws.s3.BucketPublicAccessBlock(..., bucket=bucket.id) with all four switches True",
        url=_S3 + "#s3-8",
        fsbp=("S3.2", "S3.3", "S3.8"),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        checkov=("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "CKV2_AWS_6"),
        prowler=("s3_bucket_level_public_access_block",),
        cdk_nag=("S2", "S3BucketLevelPublicAccessProhibited"),
    ),
    Control(
        name="bucket-tls-only",
        title="The bucket refuses requests without TLS",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="S3 answers plain HTTP unless a policy denies it.",
        mend='aws.s3.BucketPolicy with a Deny for {"Bool": {"aws:SecureTransport": "false"}}',
        url=_S3 + "#s3-5",
        fsbp=("S3.5",),
        cis=("2.1.1",),
        nist=("SC-8",),
        prowler=("s3_bucket_secure_transport_policy",),
        cdk_nag=("S10", "S3BucketSSLRequestsOnly"),
    ),
    Control(
        name="bucket-versioned",
        title="The bucket keeps old versions of objects",
        concern="Backups",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="An overwritten or deleted object is otherwise gone.",
        mend='aws.s3.BucketVersioning(..., versioning_configuration={"status": "Enabled"})',
        url=_S3 + "#s3-14",
        fsbp=("S3.14",),
        nist=("CP-9",),
        checkov=("CKV_AWS_21",),
        prowler=("s3_bucket_object_versioning",),
        cdk_nag=("S3BucketVersioningEnabled",),
    ),
    Control(
        name="secrets-under-own-key",
        title="Secrets are encrypted with a key of one's own",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="With the account's default key, IAM alone decides who reads, and no key policy limits it.",
        mend="aws.secretsmanager.Secret(..., kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_149",),
        cdk_nag=("SecretsManagerUsingKMSKey",),
    ),
    Control(
        name="log-groups-under-own-key",
        title="Log groups are encrypted with a key of one's own",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Logs hold what users typed; a key of one's own can be withdrawn.",
        mend="aws.cloudwatch.LogGroup(..., kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        nist=("SC-28", "AU-9"),
        checkov=("CKV_AWS_158",),
        prowler=("cloudwatch_log_group_kms_encryption_enabled",),
        cdk_nag=("CloudWatchLogGroupEncrypted",),
    ),
    Control(
        name="log-retention-set",
        title="Log groups say how long they keep",
        concern="Operations",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Unset means for ever: the bill grows, and personal data outlives its purpose. Parameter: minDays.",
        mend="aws.cloudwatch.LogGroup(..., retention_in_days=90)",
        url=_HUB + "cloudwatch-controls.html#cloudwatch-16",
        fsbp=("CloudWatch.16",),
        nist=("AU-11",),
        checkov=("CKV_AWS_66", "CKV_AWS_338"),
        prowler=("cloudwatch_log_group_retention_policy_specific_days_enabled",),
        cdk_nag=("CloudWatchLogGroupRetentionPeriod",),
    ),
    Control(
        name="topics-encrypted",
        title="SNS topics are encrypted with a key of one's own",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Alarms name hosts, queries and sometimes data. Under alias/aws/sns alarms cannot publish at all.",
        mend="aws.sns.Topic(..., kms_master_key_id=key.arn)",
        url=_HUB + "sns-controls.html#sns-1",
        fsbp=("SNS.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_26",),
        prowler=("sns_topics_kms_encryption_at_rest_enabled",),
        cdk_nag=("SNSEncryptedKMS",),
    ),
    Control(
        name="repository-under-own-key",
        title="Image repositories are encrypted with KMS",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Images hold the application's code. It can be chosen only when the repository is made.",
        mend='aws.ecr.Repository(..., encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}])',
        url=_ECR + "#ecr-5",
        fsbp=("ECR.5",),
        nist=("SC-28",),
        checkov=("CKV_AWS_136",),
    ),
    Control(
        name="repository-tags-immutable",
        title="An image tag never moves",
        concern="Images",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A task that restarts after a push would run other code than the one that was tested.",
        mend='aws.ecr.Repository(..., image_tag_mutability="IMMUTABLE")',
        url=_ECR + "#ecr-2",
        waivable=True,
        fsbp=("ECR.2",),
        nist=("CM-2", "SI-7"),
        checkov=("CKV_AWS_51",),
        prowler=("ecr_repositories_tag_immutability",),
    ),
    Control(
        name="repository-scanned",
        title="Images are scanned when they are pushed",
        concern="Images",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Known holes in packages reach production unseen.",
        mend='aws.ecr.Repository(..., image_scanning_configuration={"scan_on_push": True})',
        url=_ECR + "#ecr-1",
        fsbp=("ECR.1",),
        nist=("RA-5",),
        checkov=("CKV_AWS_163",),
        prowler=("ecr_repositories_scan_images_on_push_enabled",),
    ),
    Control(
        name="internet-reaches-only-load-balancers",
        title="The internet reaches a load balancer on 80 and 443, and nothing else",
        concern="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Every other open port is found by scanners within minutes. Parameter: ports.",
        mend="one group for the balancer that is open to the world; all others name it as their source",
        url=_EC2 + "#ec2-18",
        fsbp=("EC2.13", "EC2.14", "EC2.18", "EC2.19"),
        cis=("5.3", "5.4"),
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_277"),
        prowler=(
            "ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
            "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports",
        ),
        cdk_nag=("EC23", "EC2RestrictedInbound", "EC2RestrictedCommonPorts"),
    ),
    Control(
        name="subnet-groups-span-zones",
        title="Subnet groups of databases and caches span two zones",
        concern="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A standby has nowhere to go; a group cannot be changed to span zones while in use without care.",
        mend="aws.rds.SubnetGroup(..., subnet_ids=<one of each zone>)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
        nist=("CP-10", "SC-36"),
    ),
    Control(
        name="services-without-public-ip",
        title="Tasks get no public address",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A public address bypasses the load balancer, its TLS and its firewall.",
        mend='aws.ecs.Service(..., network_configuration={"assign_public_ip": False, ...})',
        url=_ECS + "#ecs-2",
        fsbp=("ECS.2", "ECS.16"),
        nist=("SC-7",),
        checkov=("CKV_AWS_333",),
        prowler=("ecs_service_no_assign_public_ip",),
    ),
    Control(
        name="services-in-private-subnets",
        title="No subnet of a service leads to an internet gateway",
        concern="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="In a private subnet a task cannot be reached from outside, whatever else is misconfigured.",
        mend='network_configuration={"subnets": network.private_subnet_ids, ...}',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        nist=("SC-7",),
    ),
    Control(
        name="services-spread-over-zones",
        title="Services behind a load balancer run two tasks over two zones",
        concern="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="One task is an outage at every restart; one zone is an outage when it fails. Parameter: minTasks.",
        mend="aws.ecs.Service(..., desired_count=2) in subnets of two zones; min_capacity=2 where it scales",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html",
        nist=("CP-10", "SC-36"),
    ),
    Control(
        name="container-secrets-not-in-environment",
        title="No secret stands in a container's environment",
        concern="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="The task definition is readable in the console, in logs of deployments and in the state file.",
        mend='"secrets": [{"name": "DATABASE_URL", "valueFrom": secret.arn}]',
        url=_ECS + "#ecs-8",
        fsbp=("ECS.8",),
        nist=("IA-5",),
        prowler=("ecs_task_definitions_no_environment_secrets",),
        cdk_nag=("ECS2", "ECSTaskDefinitionNoEnvironmentVariables"),
    ),
    Control(
        name="container-images-pinned",
        title="Images are pinned to a digest or a version",
        concern="Images",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="With a moving tag a restart may run other code than the last deployment. Parameter: mutableTags.",
        mend='"image": repository_url + "@" + digest, or a tag that is never pushed again',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html",
        waivable=True,
        nist=("CM-2", "SI-7"),
    ),
    Control(
        name="container-not-privileged",
        title="Containers are not privileged",
        concern="Containers",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A privileged container is root on its host.",
        mend='leave "privileged" out of the container definition',
        url=_ECS + "#ecs-4",
        fsbp=("ECS.4",),
        nist=("AC-6",),
        checkov=("CKV_AWS_334",),
        prowler=("ecs_task_definitions_no_privileged_containers",),
    ),
    Control(
        name="container-not-root",
        title="Containers run as another user than root",
        concern="Containers",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Root in the container is one kernel fault away from more; many images need rebuilding first.",
        mend='"user": "1000" in the container definition',
        url=_ECS + "#ecs-20",
        fsbp=("ECS.20",),
        nist=("AC-6",),
    ),
    Control(
        name="container-root-filesystem-read-only",
        title="A container's root filesystem is read-only",
        concern="Containers",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="An intruder cannot leave tools behind. ECS Exec needs it writable.",
        mend='"readonlyRootFilesystem": True with a volume mounted at /tmp',
        url=_ECS + "#ecs-5",
        fsbp=("ECS.5",),
        nist=("AC-6", "CM-7"),
        checkov=("CKV_AWS_336",),
        prowler=("ecs_task_definitions_containers_readonly_access",),
    ),
    Control(
        name="load-balancer-deletion-protected",
        title="AWS refuses to delete the load balancer",
        concern="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A replacement has another address; DNS and allow lists break.",
        mend="aws.lb.LoadBalancer(..., enable_deletion_protection=True)",
        url=_ELB + "#elb-6",
        fsbp=("ELB.6",),
        nist=("CP-9", "SI-13"),
        checkov=("CKV_AWS_150",),
        prowler=("elbv2_deletion_protection",),
        cdk_nag=("ELBDeletionProtectionEnabled",),
    ),
    Control(
        name="load-balancer-tls-policy",
        title="Listeners accept TLS 1.2 or newer only",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="The default policy of 2016 still accepts TLS 1.0.",
        mend='aws.lb.Listener(..., ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06")',
        url=_ELB + "#elb-17",
        fsbp=("ELB.17",),
        nist=("SC-8", "SC-13"),
        checkov=("CKV_AWS_103", "CKV2_AWS_74"),
        prowler=("elbv2_insecure_ssl_ciphers",),
    ),
    Control(
        name="load-balancer-http-redirects",
        title="HTTP listeners only redirect to HTTPS",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Whatever else a plain listener answers travels in clear.",
        mend='default_actions=[{"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}]',
        url=_ELB + "#elb-1",
        fsbp=("ELB.1", "ELB.18"),
        nist=("SC-8",),
        checkov=("CKV_AWS_2", "CKV2_AWS_20"),
        prowler=("elbv2_ssl_listeners",),
        cdk_nag=("ALBHttpToHttpsRedirection",),
    ),
    Control(
        name="load-balancer-spans-zones",
        title="Load balancers span two zones",
        concern="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A balancer in one zone goes down with it.",
        mend="aws.lb.LoadBalancer(..., subnets=<one of each zone>)",
        url=_ELB + "#elb-13",
        fsbp=("ELB.13",),
        nist=("CP-10", "SC-36"),
        prowler=("elbv2_is_in_multiple_az",),
    ),
    Control(
        name="cdn-viewers-on-https",
        title="CloudFront serves viewers over HTTPS",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="allow-all hands cookies and content to anybody on the path.",
        mend='"viewer_protocol_policy": "redirect-to-https" in every cache behaviour',
        url=_CDN + "#cloudfront-3",
        fsbp=("CloudFront.3",),
        nist=("SC-8",),
        checkov=("CKV_AWS_34",),
    ),
    Control(
        name="cdn-tls-policy",
        title="CloudFront accepts viewers from TLS 1.2 on",
        concern="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Older protocols are broken. Parameter: versions.",
        mend='viewer_certificate={..., "minimum_protocol_version": "TLSv1.2_2021"}',
        url=_CDN + "#cloudfront-15",
        fsbp=("CloudFront.15",),
        nist=("SC-8", "SC-13"),
        checkov=("CKV_AWS_174",),
        prowler=("cloudfront_distributions_using_deprecated_ssl_protocols",),
        cdk_nag=("CFR4", "CloudFrontDistributionHttpsViewerNoOutdatedSSL"),
    ),
    Control(
        name="cdn-own-certificate",
        title="CloudFront serves a name and certificate of one's own",
        concern="Encryption",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="On *.cloudfront.net AWS accepts TLS 1.0, whatever is configured.",
        mend='aliases=[name], viewer_certificate={"acm_certificate_arn": certificate.arn, "ssl_support_method": "sni-only"}',
        url=_CDN + "#cloudfront-7",
        fsbp=("CloudFront.7",),
        nist=("SC-8",),
        checkov=("CKV2_AWS_42",),
        prowler=("cloudfront_distributions_custom_ssl_certificate",),
    ),
    Control(
        name="no-administrator-policies",
        title="No policy grants administration of everything",
        concern="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever gets hold of such a role owns the account.",
        mend="name the actions that are needed and the ARNs they are needed on",
        url=_IAM + "#iam-1",
        fsbp=("IAM.1",),
        cis=("1.15",),
        nist=("AC-6",),
        checkov=("CKV_AWS_62", "CKV2_AWS_40"),
        prowler=(
            "iam_customer_attached_policy_no_administrative_privileges",
            "iam_inline_policy_no_administrative_privileges",
        ),
        cdk_nag=("IAMPolicyNoStatementsWithAdminAccess",),
    ),
    Control(
        name="no-administrator-attachments",
        title="AWS's administrator policies are not attached",
        concern="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever gets hold of such a role owns the account.",
        mend="a policy of one's own with just the actions needed",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
        nist=("AC-6",),
        checkov=("CKV_AWS_274", "CKV2_AWS_56"),
        prowler=("iam_aws_attached_policy_no_administrative_privileges",),
        cdk_nag=("IAM4", "IAMNoManagedPolicies"),
    ),
    Control(
        name="required-tags",
        title="Resources say whose they are",
        concern="Operations",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Without an owner nobody pays, mends or removes it. Parameter: tags.",
        mend='aws.Provider(default_tags={"tags": {"app": ..., "environment": ..., "owner": ...}})',
        url="https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
        nist=("CM-8",),
    ),
)

LEFT_OUT: Final[tuple[LeftOut, ...]] = ()
"""Published controls for this architecture that have no rule, with the reason."""

BY_NAME: Final = {control.name: control for control in CONTROLS}
