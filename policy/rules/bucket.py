"""S3 buckets: how they keep data. Each setting is a resource of its own, or a block of the bucket in older programs."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from policy import values
from policy.control import HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.documents import allows, statements
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.topology import LOAD_BALANCER
from policy.values import UNKNOWN, Answer, Unknown, Value

BUCKET: Final = "aws:s3/bucket:Bucket"


ACL: Final = "aws:s3/bucketAcl:BucketAcl"


POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"


DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"


ENCRYPTION: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"


NOTIFICATION: Final = "aws:s3/bucketNotification:BucketNotification"


OBJECT_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"


REPLICATION: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"


INLINE_BLOCKS: Final = {
    ENCRYPTION: ("serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"),
    LIFECYCLE: ("lifecycleRules",),
    LOGGING: ("logging", "loggings"),
    NOTIFICATION: (),
    OBJECT_LOCK: ("objectLockConfiguration",),
    REPLICATION: ("replicationConfiguration", "replicationConfigurations"),
    VERSIONING: ("versioning", "versionings"),
}
"""The bucket's own properties for what is a resource of its own today, as the older bucket types call them."""


LOG_TARGETS: Final = {
    LOAD_BALANCER: ("accessLogs.bucket", "connectionLogs.bucket", "healthCheckLogs.bucket"),
    "aws:elb/loadBalancer:LoadBalancer": ("accessLogs.bucket",),
    LOGGING: ("targetBucket",),
    BUCKET: ("logging.targetBucket", "loggings.*.targetBucket"),
    DISTRIBUTION: ("loggingConfig.bucket",),
    "aws:cfg/deliveryChannel:DeliveryChannel": ("s3BucketName",),
    "aws:cloudtrail/trail:Trail": ("s3BucketName",),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": (
        "deliveryDestinationConfiguration.destinationResourceArn",
    ),
    "aws:ec2/flowLog:FlowLog": ("logDestination",),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": ("destinationArn",),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("logDestinationConfigs",),
}
"""What writes logs to buckets, and the properties that name the bucket, its ARN or its host."""


_REPLICAS: Final = {
    REPLICATION: ("rules.*.destination.bucket",),
    BUCKET: (
        "replicationConfiguration.rules.*.destination.bucket",
        "replicationConfigurations.rules.*.destinations.bucket",
    ),
}


_LOG_WRITERS: Final = frozenset(
    {
        "cloudtrail.amazonaws.com",
        "config.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "logging.s3.amazonaws.com",
    }
)


_NAME_OF_BUCKET: Final = re.compile(r"(?:arn:[a-z-]+:s3:::)?([a-z0-9][a-z0-9.-]{1,61}?[a-z0-9])(?:\.s3[.-].*|/.*)?")


def setting(graph: Graph, bucket: Resource, kind: str, is_met: Callable[[Value], Answer]) -> Answer:
    """Whether one declaration of a setting satisfies: of a resource about the bucket, or a block of its own."""
    about_it, vague = graph.companions(bucket, "bucket", kind)
    blocks: list[Value] = [dict(item.props) for item in about_it]
    own = bucket.inputs
    blocks += [own.get(name) for name in INLINE_BLOCKS[kind] if own.has(name)]
    return values.some([*map(is_met, blocks), *[UNKNOWN] * vague])


def log_sinks(graph: Graph) -> set[str]:
    """The buckets that collect logs, by URN: something of the stack writes there, or their policy or ACL is for that."""
    sinks = _targets(graph, LOG_TARGETS)
    for policy in graph.of(POLICY, BUCKET):
        named = {
            service
            for statement in statements(values.document(policy.inputs.get("policy")))
            if allows(statement)
            for service in values.strings(values.at(statement.get("Principal"), "Service"))
        }
        if named & _LOG_WRITERS:
            sinks |= {item.urn for item in _owners(graph, policy)}
    for acl in graph.of(ACL, BUCKET):
        if acl.inputs.text("acl") == "log-delivery-write":
            sinks |= {item.urn for item in _owners(graph, acl)}
    return sinks


def _unset(
    graph: Graph,
    exempt: Collection[str],
    kind: str,
    holds: Callable[[Value], Answer],
    problem: str,
    *,
    about: str,
    fix: str,
) -> Iterator[Finding]:
    """Find the buckets for which a setting does not hold, whether it stands inline or in a resource of its own."""
    for bucket in graph.of(BUCKET):
        if bucket.urn not in exempt:
            yield from bucket.must_hold(setting(graph, bucket, kind, holds), problem, about=about, fix=fix)


def _owners(graph: Graph, resource: Resource) -> Sequence[Resource]:
    return (resource,) if resource.type == BUCKET else graph.refers(resource, "bucket", BUCKET).found


def _targets(graph: Graph, paths: dict[str, tuple[str, ...]]) -> set[str]:
    return {
        bucket.urn
        for token, properties in paths.items()
        for resource in graph.of(token)
        for path in properties
        for bucket in buckets_meant(graph, resource.inputs, path)
    }


def buckets_meant(graph: Graph, resource: Resource, path: str) -> list[Resource]:
    """The stack's buckets that a property names by id, ARN or host name."""
    if resource.get(path.split(".", 1)[0]) is None:
        return []
    found = list(graph.refers(resource, path, BUCKET).found)
    matches = [_NAME_OF_BUCKET.fullmatch(text) for text in values.strings(resource.get(path))]
    names = {match[1] for match in matches if match}
    return [*found, *(item for item in graph.of(BUCKET) if item not in found and str(item.get("bucket")) in names)]


@stack_rule(
    Control(
        name="bucket-versioned",
        title="The bucket keeps old versions of objects",
        category="Backups",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="An overwritten or deleted object is otherwise gone.",
        remediation='aws.s3.BucketVersioning(..., versioning_configuration={"status": "Enabled"})',
        url=HUB + "s3-controls.html#s3-14",
        fsbp=("S3.14",),
        nist=("CP-9",),
        checkov=("CKV_AWS_21",),
        prowler=("s3_bucket_object_versioning",),
        cdk_nag=("S3BucketVersioningEnabled",),
    ),
    BUCKET,
)
def versioned(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Buckets that only collect logs are exempt."""
    yield from _unset(
        graph,
        log_sinks(graph),
        VERSIONING,
        keeps_versions,
        "versioning is not enabled, so an overwritten object is gone",
        about="its versioning",
        fix='an aws.s3.BucketVersioning for it with {"status": "Enabled"}',
    )


def keeps_versions(block: Value) -> Answer:
    """Whether a versioning block, or an inline one, keeps old versions."""
    status = values.text(values.at(block, "versioningConfiguration.status"))
    return values.some([_is(status, "Enabled"), values.flag(values.at(block, "enabled"), default=False)])


def _is(text: str | Unknown, wanted: str) -> Answer:
    return text if text is UNKNOWN else text == wanted


@stack_rule(
    Control(
        name="bucket-mfa-delete",
        title="Versions are deleted with the root user's MFA device only",
        category="Backups",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Only the root user can switch it on, so no pipeline can; versions and a copy elsewhere do most of it.",
        remediation='"mfa_delete": "Enabled" in an aws.s3.BucketVersioning with mfa="<serial> <code>", as the root user',
        url=HUB + "s3-controls.html#s3-20",
        fsbp=("S3.20",),
        cis=("2.1.2",),
        nist=("CP-9",),
        prowler=("s3_bucket_no_mfa_delete",),
    ),
    BUCKET,
)
def mfa_delete(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Only the root user with its MFA device can switch it on."""
    for bucket in graph.of(BUCKET):
        yield from bucket.must_hold(
            setting(graph, bucket, VERSIONING, _deletes_with_mfa),
            "MFA delete is not enabled",
            about="its MFA delete",
            fix='"mfa_delete": "Enabled" in an aws.s3.BucketVersioning with mfa="<serial> <code>", as the root user',
        )


def _deletes_with_mfa(block: Value) -> Answer:
    status = values.text(values.at(block, "versioningConfiguration.mfaDelete"))
    return values.some([_is(status, "Enabled"), values.flag(values.at(block, "mfaDelete"), default=False)])


@stack_rule(
    Control(
        name="bucket-object-lock",
        title="Objects can be locked against deletion",
        category="Backups",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="For logs and backups that nobody may touch for a time; wrong where users delete what they uploaded.",
        remediation="aws.s3.Bucket(..., object_lock_enabled=True)",
        url=HUB + "s3-controls.html#s3-15",
        fsbp=("S3.15",),
        nist=("CP-9", "AU-9"),
        checkov=("CKV_AWS_143",),
        prowler=("s3_bucket_object_lock",),
        cdk_nag=("S3BucketDefaultLockEnabled",),
    ),
    BUCKET,
)
def object_lock(graph: Graph, _config: Config) -> Iterator[Finding]:
    """It cannot be switched off again."""
    for bucket in graph.of(BUCKET):
        locked = values.some([bucket.flag("objectLockEnabled"), setting(graph, bucket, OBJECT_LOCK, _is_locked)])
        yield from bucket.must_hold(
            locked, "object lock is not enabled", about="its object lock", fix="object_lock_enabled=True"
        )


def _is_locked(block: Value) -> Answer:
    return _is(values.text(values.at(block, "objectLockEnabled"), default="Enabled"), "Enabled")


@stack_rule(
    Control(
        name="bucket-access-logged",
        title="The bucket's requests are logged",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="Tells who read what. Many organisations have CloudTrail's data events for all buckets instead.",
        remediation="aws.s3.BucketLogging(..., bucket=bucket.id, target_bucket=logs.id, target_prefix=...)",
        url=HUB + "s3-controls.html#s3-9",
        fsbp=("S3.9",),
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_18",),
        prowler=("s3_bucket_server_access_logging_enabled",),
        cdk_nag=("S1", "S3BucketLoggingEnabled"),
    ),
    BUCKET,
)
def access_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Buckets that collect logs are exempt: logging to oneself never ends."""
    yield from _unset(
        graph,
        log_sinks(graph),
        LOGGING,
        lambda block: values.at(block, "targetBucket") not in (None, ""),
        "no access log is declared",
        about="its access log",
        fix="an aws.s3.BucketLogging for it with target_bucket=logs.id",
    )


def is_rule_on(rule: Value) -> Answer:
    """Whether a lifecycle rule is in force."""
    status = values.at(rule, "status")
    if status is None:
        return values.flag(values.at(rule, "enabled"), default=False)
    return _is(values.text(status), "Enabled")


@stack_rule(
    Control(
        name="bucket-events-notified",
        title="Somebody is told what happens to objects",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Right where something must follow an upload; elsewhere it is events that nobody reads.",
        remediation="aws.s3.BucketNotification(..., bucket=bucket.id, eventbridge=True)",
        url=HUB + "s3-controls.html#s3-11",
        fsbp=("S3.11",),
        nist=("AU-6",),
        checkov=("CKV2_AWS_62",),
    ),
    BUCKET,
)
def events_notified(graph: Graph, _config: Config) -> Iterator[Finding]:
    """To EventBridge, a queue, a topic or a function."""
    yield from _unset(
        graph,
        log_sinks(graph),
        NOTIFICATION,
        _notifies,
        "nothing is told about its objects",
        about="its notifications",
        fix="an aws.s3.BucketNotification for it with eventbridge=True",
    )


def _notifies(block: Value) -> Answer:
    told = any(values.at(block, name) for name in ("topics", "queues", "lambdaFunctions"))
    return told or values.flag(values.at(block, "eventbridge"), default=False)


@stack_rule(
    Control(
        name="bucket-replicated",
        title="The bucket is copied to another region",
        category="Backups",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="A region that is lost takes the bucket with it for a time; a copy costs as much again.",
        remediation="aws.s3.BucketReplicationConfig(..., bucket=bucket.id, role=role.arn, rules=[...])",
        url=HUB + "s3-controls.html#s3-7",
        fsbp=("S3.7",),
        nist=("CP-9", "SC-36"),
        checkov=("CKV_AWS_144",),
        cdk_nag=("S3BucketReplicationEnabled",),
    ),
    BUCKET,
)
def replicated(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Copies, and buckets that collect logs, are exempt."""
    yield from _unset(
        graph,
        log_sinks(graph) | _targets(graph, _REPLICAS),
        REPLICATION,
        _copies,
        "it is not copied to another region",
        about="its replication",
        fix="an aws.s3.BucketReplicationConfig for it",
    )


def _copies(block: Value) -> Answer:
    return values.some(map(is_rule_on, values.items(values.at(block, "rules"))))


@resource_rule(
    Control(
        name="bucket-not-emptied-on-destroy",
        title="Deleting the bucket does not delete what is in it",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="AWS refuses to delete a bucket that holds something; force_destroy takes that last stop away.",
        remediation="aws.s3.Bucket(..., force_destroy=False)",
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
        nist=("CP-9", "SI-13"),
    ),
    BUCKET,
)
def not_emptied_on_destroy(bucket: Resource, _config: Config) -> Iterator[Finding]:
    """AWS refuses to delete a bucket that holds something; forceDestroy empties it first."""
    yield from bucket.must_be("forceDestroy", wanted=False, fix="force_destroy=False")
