"""S3 buckets. Each setting is a resource of its own, or a block of the bucket in older programs."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, stack_rule
from policy.rules.documents import allows, conditions, covers, statements
from policy.topology import LOAD_BALANCER
from policy.values import UNKNOWN, Unknown, Value

BUCKET: Final = "aws:s3/bucket:Bucket"
ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTION: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"

_BLOCKED: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

_WITHOUT_TLS: Final = tuple([(test, "aws:securetransport", ["false"])] for test in ("Bool", "BoolIfExists"))


@stack_rule("bucket-encrypted", BUCKET)
def encrypted(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Any declared algorithm counts: a bucket for load balancer logs takes AES256 only."""
    for bucket in graph.of(BUCKET):
        inline = bucket.get("serverSideEncryptionConfiguration") or bucket.get("serverSideEncryptionConfigurations")
        blocks, vague = _settings(graph, bucket, ENCRYPTION, inline)
        algorithms = [_algorithm(block) for block in blocks]
        if vague or UNKNOWN in algorithms:
            yield bucket.undecided("its default encryption is not known yet")
        elif not any(algorithms):
            yield bucket.fails(
                "no default encryption is declared, wanted aws:kms or AES256",
                fix="an aws.s3.BucketServerSideEncryptionConfiguration for it",
            )


def _settings(graph: Graph, bucket: Resource, companion: str, inline: Value) -> tuple[list[Value], bool]:
    """The declarations of one setting, by companion resources or the bucket's own block; and whether more may exist."""
    companions, vague = graph.companions(bucket, "bucket", companion)
    blocks: list[Value] = [dict(item.props) for item in companions]
    if inline:
        blocks.append(inline)
    return blocks, vague and not blocks


def _algorithm(block: Value) -> str | Unknown:
    rules = values.at(block, "rules") or values.at(block, "rule")
    by_default = values.at(rules, "applyServerSideEncryptionByDefault")
    return values.text(values.at(by_default or values.at(rules, "applyServerSideEncryptionByDefaults"), "sseAlgorithm"))


@stack_rule("bucket-public-access-blocked", BUCKET)
def public_access_blocked(graph: Graph, _config: Config) -> Iterator[Finding]:
    """All four switches, on the bucket or on the account."""
    if any(_open_switches(block) == [] for block in graph.of(ACCOUNT_BLOCK)):
        return
    for bucket in graph.of(BUCKET):
        blocks, vague = graph.companions(bucket, "bucket", BLOCK)
        fix = "an aws.s3.BucketPublicAccessBlock for it with all four switches True"
        if vague and not blocks:
            yield bucket.undecided("its public access block is not known yet")
        elif not blocks:
            yield bucket.fails("it has no public access block, wanted all four switches on", fix=fix)
        for block in blocks:
            closed = _open_switches(block)
            if closed:
                yield bucket.fails(f"{', '.join(closed)} is not true in {block.label}, wanted all four on", fix=fix)
            elif any(block.flag(name) is UNKNOWN for name in _BLOCKED):
                yield bucket.undecided(f"{block.label} is not known yet")


def _open_switches(block: Resource) -> list[str]:
    return [name for name in _BLOCKED if block.flag(name) is False]


@stack_rule("bucket-tls-only", BUCKET)
def tls_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A statement that denies every request without TLS."""
    for bucket in graph.of(BUCKET):
        blocks, vague = _settings(graph, bucket, POLICY, None)
        policies = [values.document(values.at(block, "policy")) for block in [*blocks, dict(bucket.props)]]
        known = [policy for policy in policies if policy is not None]
        if any(_denies_plain_http(policy) for policy in known):
            continue
        if vague or any(values.has_unknown(policy) for policy in known):
            yield bucket.undecided("its bucket policy is not known yet")
        else:
            yield bucket.fails(
                "no bucket policy denies requests without TLS",
                fix='a Deny statement for Principal "*", s3:*, Condition {"Bool": {"aws:SecureTransport": "false"}}',
            )


def _denies_plain_http(policy: Value) -> bool:
    return any(
        not allows(statement)
        and covers(statement, "Action", "s3:*")
        and values.at(statement, "Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        and list(conditions(statement)) in _WITHOUT_TLS
        for statement in statements(policy)
    )


@stack_rule("bucket-versioned", BUCKET)
def versioned(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Buckets that only collect logs are exempt."""
    sinks = _log_sinks(graph)
    for bucket in graph.of(BUCKET):
        if bucket.urn in sinks:
            continue
        inline = bucket.get("versioning") or bucket.get("versionings")
        blocks, vague = _settings(graph, bucket, VERSIONING, inline)
        states = [_versioning(block) for block in blocks]
        if vague or UNKNOWN in states:
            yield bucket.undecided("its versioning is not known yet")
        elif True not in states:
            yield bucket.fails(
                "versioning is not enabled, so an overwritten object is gone",
                fix='an aws.s3.BucketVersioning for it with {"status": "Enabled"}',
            )


def _versioning(block: Value) -> bool | Unknown:
    status = values.text(values.at(block, "versioningConfiguration.status"))
    return (
        status if status is UNKNOWN else status == "Enabled" or values.flag(values.at(block, "enabled"), default=False)
    )


def _log_sinks(graph: Graph) -> set[str]:
    sinks = [graph.refers(balancer, "accessLogs.bucket", BUCKET) for balancer in graph.of(LOAD_BALANCER)]
    sinks += [graph.refers(logging, "targetBucket", BUCKET) for logging in graph.of(LOGGING)]
    return {bucket.urn for sink in sinks for bucket in sink.found}
