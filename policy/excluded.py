"""Published controls that the pack does not have."""

from typing import Final

from policy.control import ExcludedControl

EXCLUDED: Final[tuple[ExcludedControl, ...]] = (
    ExcludedControl(
        title="Buckets that CloudFront reads exist",
        why="Only the account knows whether a bucket of another stack still exists; a reference within one cannot dangle.",
        fsbp=("CloudFront.12",),
        prowler=("cloudfront_distributions_s3_origin_non_existent_bucket",),
    ),
    ExcludedControl(
        title="Search domains write audit logs",
        why="They need users of OpenSearch's own; domains that IAM guards have none to write of, and CloudTrail has their changes.",
        fsbp=("Opensearch.5",),
        checkov=("CKV_AWS_317",),
    ),
    ExcludedControl(
        title="Networks have no access lists at all",
        why="A second guard does no harm; network-acl-admin-ports-closed and network-acls-in-use judge the lists there are.",
        cdk_nag=("VPC3", "VPCNoNACLs"),
    ),
    ExcludedControl(
        title="Topic policies let in no other account",
        why="A program does not say which account is its own; topic-policy-not-public finds the grants to everybody.",
        checkov=("CKV_AWS_385",),
    ),
)
"""Published controls for this architecture that have no rule, with the reason."""
