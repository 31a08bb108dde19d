"""Encryption of S3 buckets: by which key, and that every object has it."""

from collections.abc import Iterator

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource, is_aws_key
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.bucket import BUCKET, ENCRYPTION, INLINE_BLOCKS, log_sinks, setting
from policy.values import UNKNOWN, Answer, Value


@stack_rule(
    Control(
        name="bucket-encrypted",
        title="The bucket declares its default encryption",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="What is not declared is AWS's choice, and nobody sees it drift. AES256 counts: load balancer logs take no KMS.",
        remediation="aws.s3.BucketServerSideEncryptionConfiguration(..., bucket=bucket.id, rules=[...])",
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html",
        nist=("SC-28",),
        checkov=("CKV_AWS_19",),
    ),
    BUCKET,
)
def encrypted(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Any declared algorithm counts: a bucket for load balancer logs takes AES256 only."""
    for bucket in graph.of(BUCKET):
        yield from bucket.must_hold(
            setting(graph, bucket, ENCRYPTION, _has_algorithm),
            "no default encryption is declared, wanted aws:kms or AES256",
            about="its default encryption",
            fix="an aws.s3.BucketServerSideEncryptionConfiguration for it",
        )


@stack_rule(
    Control(
        name="bucket-under-own-key",
        title="The bucket encrypts with a KMS key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Under S3's own keys IAM alone decides who reads; a key of one's own can be withdrawn. Log buckets are exempt.",
        remediation='"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}',
        url=HUB + "s3-controls.html#s3-17",
        fsbp=("S3.17",),
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_145",),
        prowler=("s3_bucket_kms_encryption",),
        cdk_nag=("S3DefaultEncryptionKMS",),
    ),
    BUCKET,
)
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


@resource_rule(
    Control(
        name="bucket-key-enabled",
        title="A bucket under KMS uses a bucket key",
        category="Encryption",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Without it every object read or written is a request to KMS: billed, and limited for the whole account.",
        remediation='"bucket_key_enabled": True in the rule of the encryption configuration',
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html",
    ),
    ENCRYPTION,
    BUCKET,
)
def bucket_key_enabled(resource: Resource, _config: Config) -> Iterator[Finding]:
    """It matters under aws:kms only; aws:kms:dsse has no bucket keys."""
    blocks = (
        [resource.props] if resource.type == ENCRYPTION else [resource.get(name) for name in INLINE_BLOCKS[ENCRYPTION]]
    )
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
            answers.append(algorithm.startswith("aws:kms") and key not in (None, "") and not is_aws_key(key))
    return values.some(answers)
