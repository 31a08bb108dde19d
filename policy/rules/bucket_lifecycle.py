"""Lifecycle of S3 buckets: what ends by itself."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import HUB, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.bucket import BUCKET, LIFECYCLE, VERSIONING, is_rule_on, keeps_versions, setting
from policy.values import UNKNOWN, Answer, Value


@stack_rule(
    Control(
        name="bucket-lifecycle-set",
        title="What is in the bucket grows old by rule",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Old versions and forgotten files are kept and paid for ever.",
        remediation="aws.s3.BucketLifecycleConfiguration(..., bucket=bucket.id, rules=[...])",
        url=HUB + "s3-controls.html#s3-13",
        fsbp=("S3.10", "S3.13"),
        nist=("SI-12",),
        checkov=("CKV2_AWS_61",),
        prowler=("s3_bucket_lifecycle_enabled",),
    ),
    BUCKET,
)
def lifecycle_set(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A rule that is on; where versions are kept, one that ends them."""
    for bucket in graph.of(BUCKET):
        ages = setting(graph, bucket, LIFECYCLE, lambda block: values.some(map(is_rule_on, _lifecycle_rules(block))))
        yield from bucket.must_hold(
            ages,
            "no lifecycle rule is declared, so everything is kept and paid for ever",
            about="its lifecycle",
            fix="an aws.s3.BucketLifecycleConfiguration for it",
        )
        kept = setting(graph, bucket, VERSIONING, keeps_versions)
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


@resource_rule(
    Control(
        name="bucket-uploads-aborted",
        title="Unfinished uploads are deleted",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Their parts are billed, and no listing shows them.",
        remediation='"abort_incomplete_multipart_upload": {"days_after_initiation": 7} in a lifecycle rule',
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
        checkov=("CKV_AWS_300",),
    ),
    LIFECYCLE,
    BUCKET,
)
def uploads_aborted(resource: Resource, _config: Config) -> Iterator[Finding]:
    """The parts of an upload that nobody finished are billed, and no listing shows them."""
    rules = _lifecycle_rules(resource.props if resource.type == LIFECYCLE else resource.get("lifecycleRules"))
    if rules:
        yield from resource.must_hold(
            values.some(map(_aborts_uploads, rules)),
            "no lifecycle rule for the whole bucket aborts unfinished uploads",
            about="abortIncompleteMultipartUpload",
            fix='"abort_incomplete_multipart_upload": {"days_after_initiation": 7} in a rule without a filter',
        )


_SIZES: Final = ("filter.objectSizeGreaterThan", "filter.objectSizeLessThan")


def _lifecycle_rules(block: Value) -> list[Value]:
    return values.items(values.at(block, "rules") if isinstance(block, dict) else block)


def _ends_versions(rule: Value) -> Answer:
    names = ("noncurrentVersionExpiration", "noncurrentVersionExpirations", "noncurrentVersionTransitions")
    return any(values.at(rule, name) for name in names) and is_rule_on(rule)


def _aborts_uploads(rule: Value) -> Answer:
    names = ("abortIncompleteMultipartUpload", "abortIncompleteMultipartUploadDays")
    if not any(values.at(rule, name) for name in names):
        return False
    return values.every([is_rule_on(rule), _is_for_all(rule)])


def _is_for_all(rule: Value) -> Answer:
    """Whether a rule is about the whole bucket: it has no filter, or one that leaves nothing out."""
    limits = [
        values.at(rule, name) for name in ("prefix", "tags", "filter.prefix", "filter.tag", "filter.and", *_SIZES)
    ]
    return values.every(UNKNOWN if values.has_unknown(limit) else limit in (None, "", {}, []) for limit in limits)
