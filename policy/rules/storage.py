"""S3 buckets: how they keep data. Each setting is a resource of its own, or a block of the bucket in older programs."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.documents import allows, statements
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

_INLINE: Final = {
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


def setting(graph: Graph, bucket: Resource, kind: str, judge: Callable[[Value], Answer]) -> Answer:
    """Whether one declaration of a setting satisfies: of a resource about the bucket, or a block of its own."""
    about_it, vague = graph.companions(bucket, "bucket", kind)
    blocks: list[Value] = [dict(item.props) for item in about_it]
    own = bucket.written
    blocks += [own.get(name) for name in _INLINE[kind] if own.has(name)]
    return values.some([*map(judge, blocks), *[UNKNOWN] * vague])


def log_sinks(graph: Graph) -> set[str]:
    """The buckets that collect logs, by URN: something of the stack writes there, or their policy or ACL is for that."""
    sinks = _targets(graph, LOG_TARGETS)
    for policy in graph.of(POLICY, BUCKET):
        named = {
            service
            for statement in statements(values.document(policy.written.get("policy")))
            if allows(statement)
            for service in values.strings(values.at(statement.get("Principal"), "Service"))
        }
        if named & _LOG_WRITERS:
            sinks |= {item.urn for item in _owners(graph, policy)}
    for acl in graph.of(ACL, BUCKET):
        if acl.written.text("acl") == "log-delivery-write":
            sinks |= {item.urn for item in _owners(graph, acl)}
    return sinks


def _owners(graph: Graph, resource: Resource) -> Sequence[Resource]:
    return (resource,) if resource.type == BUCKET else graph.refers(resource, "bucket", BUCKET).found


def _targets(graph: Graph, paths: dict[str, tuple[str, ...]]) -> set[str]:
    return {
        bucket.urn
        for token, properties in paths.items()
        for resource in graph.of(token)
        for path in properties
        for bucket in buckets_meant(graph, resource.written, path)
    }


def buckets_meant(graph: Graph, resource: Resource, path: str) -> list[Resource]:
    """The stack's buckets that a property names by id, ARN or host name."""
    if resource.get(path.split(".", 1)[0]) is None:
        return []
    found = list(graph.refers(resource, path, BUCKET).found)
    matches = [_NAME_OF_BUCKET.fullmatch(text) for text in values.strings(resource.get(path))]
    names = {match[1] for match in matches if match}
    return [*found, *(item for item in graph.of(BUCKET) if item not in found and str(item.get("bucket")) in names)]


@stack_rule("bucket-encrypted", BUCKET)
def encrypted(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Any declared algorithm counts: a bucket for load balancer logs takes AES256 only."""
    for bucket in graph.of(BUCKET):
        yield from bucket.must_hold(
            setting(graph, bucket, ENCRYPTION, _has_algorithm),
            "no default encryption is declared, wanted aws:kms or AES256",
            about="its default encryption",
            fix="an aws.s3.BucketServerSideEncryptionConfiguration for it",
        )


@stack_rule("bucket-under-own-key", BUCKET)
def under_own_key(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Buckets that collect logs are exempt: not every writer of logs can use a key. Those without any: bucket-encrypted."""
    sinks = log_sinks(graph)
    for bucket in graph.of(BUCKET):
        if bucket.urn not in sinks and setting(graph, bucket, ENCRYPTION, _has_algorithm) is not False:
            yield from bucket.must_hold(
                setting(graph, bucket, ENCRYPTION, _under_own_key),
                "its default encryption names no KMS key of one's own",
                about="its default encryption",
                fix='"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}',
            )


@resource_rule("bucket-key-enabled", ENCRYPTION, BUCKET)
def bucket_key_enabled(resource: Resource, _config: Config) -> Iterator[Finding]:
    """It matters under aws:kms only; aws:kms:dsse has no bucket keys."""
    blocks = [resource.props] if resource.type == ENCRYPTION else [resource.get(name) for name in _INLINE[ENCRYPTION]]
    for rule in [rule for block in blocks for rule in _encryption_rules(block)]:
        algorithm = values.text(values.at(_by_default(rule), "sseAlgorithm"))
        if algorithm in ("aws:kms", UNKNOWN):
            enabled = values.flag(values.at(rule, "bucketKeyEnabled"), default=False)
            yield from resource.must_hold(
                UNKNOWN if algorithm is UNKNOWN and enabled is not True else enabled,
                "bucketKeyEnabled is false, so every object costs a request to KMS; wanted true",
                about="bucketKeyEnabled",
                fix='"bucket_key_enabled": True beside "apply_server_side_encryption_by_default"',
            )


def _encryption_rules(block: Value) -> list[Value]:
    if block is UNKNOWN:
        return [UNKNOWN]
    return values.items(values.at(block, "rules")) + values.items(values.at(block, "rule"))


def _by_default(rule: Value) -> Value:
    return values.at(rule, "applyServerSideEncryptionByDefault") or values.at(
        rule, "applyServerSideEncryptionByDefaults"
    )


def _has_algorithm(block: Value) -> Answer:
    algorithms = [values.text(values.at(_by_default(rule), "sseAlgorithm")) for rule in _encryption_rules(block)]
    return values.some(item if item is UNKNOWN else bool(item) for item in algorithms)


def _under_own_key(block: Value) -> Answer:
    answers: list[Answer] = []
    for rule in _encryption_rules(block):
        algorithm = values.text(values.at(_by_default(rule), "sseAlgorithm"))
        key = values.at(_by_default(rule), "kmsMasterKeyId")
        if algorithm is UNKNOWN:
            answers.append(UNKNOWN)
        else:
            answers.append(algorithm.startswith("aws:kms") and key not in (None, ""))
    return values.some(answers)


@stack_rule("bucket-versioned", BUCKET)
def versioned(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Buckets that only collect logs are exempt."""
    sinks = log_sinks(graph)
    for bucket in graph.of(BUCKET):
        if bucket.urn not in sinks:
            yield from bucket.must_hold(
                setting(graph, bucket, VERSIONING, _keeps_versions),
                "versioning is not enabled, so an overwritten object is gone",
                about="its versioning",
                fix='an aws.s3.BucketVersioning for it with {"status": "Enabled"}',
            )


def _keeps_versions(block: Value) -> Answer:
    status = values.text(values.at(block, "versioningConfiguration.status"))
    return values.some([_is(status, "Enabled"), values.flag(values.at(block, "enabled"), default=False)])


def _is(text: str | Unknown, wanted: str) -> Answer:
    return text if text is UNKNOWN else text == wanted


@stack_rule("bucket-mfa-delete", BUCKET)
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


@stack_rule("bucket-object-lock", BUCKET)
def object_lock(graph: Graph, _config: Config) -> Iterator[Finding]:
    """It cannot be switched off again."""
    for bucket in graph.of(BUCKET):
        locked = values.some([bucket.flag("objectLockEnabled"), setting(graph, bucket, OBJECT_LOCK, _is_locked)])
        yield from bucket.must_hold(
            locked, "object lock is not enabled", about="its object lock", fix="object_lock_enabled=True"
        )


def _is_locked(block: Value) -> Answer:
    return _is(values.text(values.at(block, "objectLockEnabled"), default="Enabled"), "Enabled")


@stack_rule("bucket-access-logged", BUCKET)
def access_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Buckets that collect logs are exempt: logging to oneself never ends."""
    sinks = log_sinks(graph)
    for bucket in graph.of(BUCKET):
        if bucket.urn not in sinks:
            yield from bucket.must_hold(
                setting(graph, bucket, LOGGING, lambda block: values.at(block, "targetBucket") not in (None, "")),
                "no access log is declared",
                about="its access log",
                fix="an aws.s3.BucketLogging for it with target_bucket=logs.id",
            )


@stack_rule("bucket-lifecycle-set", BUCKET)
def lifecycle_set(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A rule that is on; where versions are kept, one that ends them."""
    for bucket in graph.of(BUCKET):
        ages = setting(graph, bucket, LIFECYCLE, lambda block: values.some(map(_is_on, _lifecycle_rules(block))))
        yield from bucket.must_hold(
            ages,
            "no lifecycle rule is declared, so everything is kept and paid for ever",
            about="its lifecycle",
            fix="an aws.s3.BucketLifecycleConfiguration for it",
        )
        kept = setting(graph, bucket, VERSIONING, _keeps_versions)
        ended = setting(
            graph, bucket, LIFECYCLE, lambda block: values.some(map(_ends_versions, _lifecycle_rules(block)))
        )
        if ages is True and kept is not False and ended is not True:
            yield from bucket.must_hold(
                UNKNOWN if UNKNOWN in (kept, ended) else False,
                "it keeps versions, and no lifecycle rule moves or ends old ones",
                about="whether old versions end",
                fix='"noncurrent_version_expiration": {"noncurrent_days": 90} in a rule of its lifecycle',
            )


@resource_rule("bucket-uploads-aborted", LIFECYCLE, BUCKET)
def uploads_aborted(resource: Resource, _config: Config) -> Iterator[Finding]:
    """The parts of an upload that nobody finished are billed, and no listing shows them."""
    rules = _lifecycle_rules(resource.props if resource.type == LIFECYCLE else resource.get("lifecycleRules"))
    if rules:
        yield from resource.must_hold(
            values.some(map(_aborts_uploads, rules)),
            "no lifecycle rule aborts unfinished uploads",
            about="abortIncompleteMultipartUpload",
            fix='"abort_incomplete_multipart_upload": {"days_after_initiation": 7} in a rule',
        )


def _lifecycle_rules(block: Value) -> list[Value]:
    return values.items(values.at(block, "rules") if isinstance(block, dict) else block)


def _is_on(rule: Value) -> Answer:
    status = values.at(rule, "status")
    if status is None:
        return values.flag(values.at(rule, "enabled"), default=False)
    return _is(values.text(status), "Enabled")


def _ends_versions(rule: Value) -> Answer:
    names = ("noncurrentVersionExpiration", "noncurrentVersionExpirations", "noncurrentVersionTransitions")
    return any(values.at(rule, name) for name in names) and _is_on(rule)


def _aborts_uploads(rule: Value) -> Answer:
    names = ("abortIncompleteMultipartUpload", "abortIncompleteMultipartUploadDays")
    return any(values.at(rule, name) for name in names) and _is_on(rule)


@stack_rule("bucket-events-notified", BUCKET)
def events_notified(graph: Graph, _config: Config) -> Iterator[Finding]:
    """To EventBridge, a queue, a topic or a function."""
    sinks = log_sinks(graph)
    for bucket in graph.of(BUCKET):
        if bucket.urn not in sinks:
            yield from bucket.must_hold(
                setting(graph, bucket, NOTIFICATION, _notifies),
                "nothing is told about its objects",
                about="its notifications",
                fix="an aws.s3.BucketNotification for it with eventbridge=True",
            )


def _notifies(block: Value) -> Answer:
    told = any(values.at(block, name) for name in ("topics", "queues", "lambdaFunctions"))
    return told or values.flag(values.at(block, "eventbridge"), default=False)


@stack_rule("bucket-replicated", BUCKET)
def replicated(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Copies, and buckets that collect logs, are exempt."""
    exempt = log_sinks(graph) | _targets(graph, _REPLICAS)
    for bucket in graph.of(BUCKET):
        if bucket.urn not in exempt:
            yield from bucket.must_hold(
                setting(graph, bucket, REPLICATION, _copies),
                "it is not copied to another region",
                about="its replication",
                fix="an aws.s3.BucketReplicationConfig for it",
            )


def _copies(block: Value) -> Answer:
    return values.some(map(_is_on, values.items(values.at(block, "rules"))))


@resource_rule("bucket-not-emptied-on-destroy", BUCKET)
def not_emptied_on_destroy(bucket: Resource, _config: Config) -> Iterator[Finding]:
    """AWS refuses to delete a bucket that holds something; forceDestroy empties it first."""
    yield from bucket.must_be("forceDestroy", wanted=False, fix="force_destroy=False")
