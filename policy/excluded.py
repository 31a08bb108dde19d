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
