"""Malware scans of S3 buckets: what they find has an effect."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import ADVISED_IN_PRODUCTION, Control, Severity
from policy.documents import conditions, covers, everyone, statements
from policy.model import Finding, Graph
from policy.rule import Config, stack_rule
from policy.rules.bucket import BUCKET, POLICY
from policy.values import UNKNOWN, Answer, Value

PLAN: Final = "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan"
_TAG: Final = "s3:existingobjecttag/guarddutymalwarescanstatus"


@stack_rule(
    Control(
        name="malware-scan-blocks-reads",
        title="Files that are not found clean cannot be read",
        category="Exposure",
        severity=Severity.MEDIUM,
        levels=ADVISED_IN_PRODUCTION,
        why="GuardDuty's scan follows the upload and blocks nothing: a file with malware is read meanwhile, and afterwards.",
        remediation='aws.s3.BucketPolicy with a Deny of s3:GetObject for {"StringNotEquals": '
        '{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}}',
        url="https://docs.aws.amazon.com/guardduty/latest/ug/tag-based-access-s3-malware-protection.html",
        nist=("SI-3",),
    ),
    PLAN,
)
def malware_scan_blocks_reads(graph: Graph, _config: Config) -> Iterator[Finding]:
    """The plan tags what it scans, and a policy of its bucket refuses everybody else what has not the tag."""
    for plan in graph.of(PLAN):
        tagging = plan.text("actions.taggings.status")
        if tagging is UNKNOWN:
            yield plan.unknown("whether it tags what it has scanned is not known yet")
        if tagging not in ("ENABLED", UNKNOWN):
            yield plan.fails(
                "it tags nothing, so that no policy can ask what was found",
                fix='actions=[{"taggings": [{"status": "ENABLED"}]}]',
            )
            continue
        meant = graph.refers(plan, "protectedResource.s3Bucket.bucketName", BUCKET)
        if not meant.found and plan.get("protectedResource.s3Bucket.bucketName") is UNKNOWN:
            yield plan.unknown("which bucket it scans is not known yet")
        for bucket in meant.found:
            about_it, vague = graph.companions(bucket, "bucket", POLICY)
            policies = [values.document(resource.get("policy")) for resource in [*about_it, bucket.inputs]]
            yield from plan.must_hold(
                values.some([*map(_holds_back, policies), *[UNKNOWN] * vague]),
                f"no policy of {bucket.label} refuses to read what the scan has not found clean",
                about="its bucket's policy",
                fix='a Deny statement for Principal "*", s3:GetObject, Condition {"StringNotEquals": '
                '{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}}',
            )


def _holds_back(policy: Value) -> Answer:
    held = any(
        statement.get("Effect") == "Deny"
        and covers(statement, "Action", "s3:GetObject", "s3:*")
        and everyone(statement)
        and any(
            test.startswith("StringNot") and key == _TAG and "no_threats_found" in found
            for test, key, found in conditions(statement)
        )
        for statement in statements(policy)
    )
    return held or (UNKNOWN if values.has_unknown(policy) else False)
