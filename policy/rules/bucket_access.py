"""Access to S3 buckets: public access blocks, access lists, access points."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.bucket import ACL, BUCKET, DISTRIBUTION, buckets_meant
from policy.values import UNKNOWN, Answer

ACCESS_POINT: Final = "aws:s3/accessPoint:AccessPoint"


ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"


BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


MULTI_REGION_ACCESS_POINT: Final = "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint"


OBJECTS: Final = (
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
)


OWNERSHIP: Final = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"


_BLOCKED: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


_ALL_SWITCHES: Final = "all four switches True"


_PUBLIC_ACL: Final = "public-read|public-read-write|authenticated-read"


_OWNERSHIP: Final = "BucketOwnerPreferred|ObjectWriter"


def _switches(resource: Resource, prefix: str = "", *, default: bool = False) -> tuple[Answer, str]:
    """Whether all four are on, and the names of those that are off."""
    seen = {name: resource.flag(prefix + name, default=default) for name in _BLOCKED}
    off = [name for name, value in seen.items() if value is False]
    return (False if off else UNKNOWN if UNKNOWN in seen.values() else True), ", ".join(off)


@resource_rule(
    Control(
        name="bucket-public-access-block-complete",
        title="The public access block is closed in all four ways",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Each switch closes a way of its own: new and old ACLs, new and old policies.",
        remediation="aws.s3.BucketPublicAccessBlock(..., block_public_acls=True, block_public_policy=True, ...)",
        url=HUB + "s3-controls.html#s3-8",
        fsbp=("S3.2", "S3.3", "S3.8"),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        checkov=("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"),
        prowler=("s3_bucket_level_public_access_block",),
        cdk_nag=("S2", "S3BucketLevelPublicAccessProhibited"),
    ),
    BLOCK,
)
def public_access_block_complete(block: Resource, _config: Config) -> Iterator[Finding]:
    """A switch that is off is a way left open, whatever the account's own block says today."""
    closed, off = _switches(block)
    what = f"{off} is false, wanted all four switches true"
    yield from block.must_hold(closed, what, about="one of its switches", fix=_ALL_SWITCHES)


@stack_rule(
    Control(
        name="bucket-public-access-blocked",
        title="The bucket has a public access block",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="One careless policy or ACL otherwise publishes the bucket.",
        remediation="aws.s3.BucketPublicAccessBlock(..., bucket=bucket.id) with all four switches True",
        url=HUB + "s3-controls.html#s3-8",
        fsbp=("S3.2", "S3.3", "S3.8"),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        checkov=("CKV2_AWS_6",),
        prowler=("s3_bucket_level_public_access_block",),
        cdk_nag=("S2", "S3BucketLevelPublicAccessProhibited"),
    ),
    BUCKET,
)
def public_access_blocked(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A public access block, for the bucket or for the account."""
    account = values.some(_switches(block)[0] for block in graph.of(ACCOUNT_BLOCK))
    fix = f"an aws.s3.BucketPublicAccessBlock for it with {_ALL_SWITCHES}"
    for bucket in graph.of(BUCKET):
        blocks, vague = graph.companions(bucket, "bucket", BLOCK)
        blocked = values.some([account, bool(blocks), *[UNKNOWN] * vague])
        what = "it has no public access block, wanted all four switches on"
        yield from bucket.must_hold(blocked, what, about="its public access block", fix=fix)


@resource_rule(
    Control(
        name="account-public-access-blocked",
        title="The account's public access block is closed in all four ways",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="It stands above every bucket of the account; one open switch opens it for all of them.",
        remediation="aws.s3.AccountPublicAccessBlock(...) with all four switches True",
        url=HUB + "s3-controls.html#s3-1",
        fsbp=("S3.1",),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        prowler=("s3_account_level_public_access_blocks",),
    ),
    ACCOUNT_BLOCK,
)
def account_public_access_blocked(block: Resource, _config: Config) -> Iterator[Finding]:
    """Judged where a program declares it; that every account has one, no single program can tell."""
    closed, off = _switches(block)
    what = f"{off} is false, wanted all four switches true"
    yield from block.must_hold(closed, what, about="one of its switches", fix=_ALL_SWITCHES)


@resource_rule(
    Control(
        name="access-point-public-access-blocked",
        title="Access points block public access in all four ways",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="An access point is another door to the bucket, and its block cannot be changed later.",
        remediation="aws.s3.AccessPoint(...) without public_access_block_configuration, or with all four switches True",
        url=HUB + "s3-controls.html#s3-19",
        fsbp=("S3.19", "S3.24"),
        nist=("AC-3", "SC-7"),
        checkov=("CKV_AWS_392",),
        prowler=("s3_access_point_public_access_block",),
    ),
    ACCESS_POINT,
    MULTI_REGION_ACCESS_POINT,
)
def access_point_public_access_blocked(point: Resource, _config: Config) -> Iterator[Finding]:
    """All four are on where nothing else is said, and cannot be changed later."""
    path = "publicAccessBlockConfiguration" if point.type == ACCESS_POINT else "details.publicAccessBlock"
    closed, off = _switches(point, f"{path}.", default=True)
    what = f"{off} of {path} is false, wanted all four switches true"
    yield from point.must_hold(closed, what, about=path, fix="leave the public access block out, or set all four True")


@resource_rule(
    Control(
        name="bucket-acl-not-public",
        title="No access list lets everybody in",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Whatever the list is on can be read, or written, by anybody. Objects have lists too.",
        remediation="leave acl out; CloudFront for what is public",
        url=HUB + "s3-controls.html#s3-2",
        fsbp=("S3.2", "S3.3"),
        nist=("AC-3", "AC-4"),
        checkov=("CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_375", "CKV2_AWS_43"),
        prowler=("s3_bucket_public_write_acl",),
        cdk_nag=("S3BucketPublicReadProhibited", "S3BucketPublicWriteProhibited"),
    ),
    ACL,
    BUCKET,
    *OBJECTS,
)
def acl_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """By a canned list, or by a grant to AWS's groups of everybody."""
    acl = resource.text("acl")
    if acl is not UNKNOWN and re.fullmatch(_PUBLIC_ACL, acl):
        yield resource.fails(f"acl is {values.show(acl, _PUBLIC_ACL)}, wanted private", fix='acl="private", or none')
    path = "accessControlPolicy.grants" if resource.type == ACL else "grants"
    groups = [
        values.at(grant, "grantee.uri" if resource.type == ACL else "uri") for grant in values.items(resource.get(path))
    ]
    for group in groups:
        if isinstance(group, str) and group.endswith(("/AllUsers", "/AuthenticatedUsers")):
            everybody = "AllUsers" if group.endswith("/AllUsers") else "AuthenticatedUsers"
            yield resource.fails(f"{path} names the group {everybody}", fix="a bucket policy that names its principals")
    if acl is UNKNOWN or UNKNOWN in groups:
        yield resource.unknown("whom its access list lets in is not known yet")


@stack_rule(
    Control(
        name="bucket-acls-disabled",
        title="The bucket's access lists are off",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="With lists on, whoever writes an object owns it, and the policy does not tell who reads.",
        remediation='aws.s3.BucketOwnershipControls(..., rule={"object_ownership": "BucketOwnerEnforced"})',
        url=HUB + "s3-controls.html#s3-12",
        fsbp=("S3.12",),
        nist=("AC-3",),
        checkov=("CKV2_AWS_65",),
        prowler=("s3_bucket_acl_prohibited",),
    ),
    OWNERSHIP,
)
def acls_disabled(graph: Graph, _config: Config) -> Iterator[Finding]:
    """It is the default of new buckets. CloudFront's older kind of log needs access lists, and its bucket may be another stack's."""
    needed = {
        bucket.urn
        for distribution in graph.of(DISTRIBUTION)
        for bucket in buckets_meant(graph, distribution, "loggingConfig.bucket")
    }
    for acl in graph.of(ACL, BUCKET):
        if _admits_log_delivery(acl):
            needed |= {acl.urn, *(bucket.urn for bucket in buckets_meant(graph, acl, "bucket"))}
    for controls in graph.of(OWNERSHIP):
        if any(bucket.urn in needed for bucket in buckets_meant(graph, controls, "bucket")):
            continue
        ownership = controls.text("rule.objectOwnership")
        yield from controls.must_hold(
            UNKNOWN if ownership is UNKNOWN else ownership == "BucketOwnerEnforced",
            f"objectOwnership is {values.show(ownership, _OWNERSHIP)}, wanted BucketOwnerEnforced",
            about="objectOwnership",
            fix='rule={"object_ownership": "BucketOwnerEnforced"}',
        )


_LOG_DELIVERY: Final = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
"""The canonical user of CloudFront's classic log delivery (awslogsdelivery). Amazon CloudFront Developer Guide, standard logging."""


def _admits_log_delivery(resource: Resource) -> bool:
    """Whether an access list is for the delivery of logs: the canned one, or a grant to its user or group."""
    if resource.text("acl") == "log-delivery-write":
        return True
    path = "accessControlPolicy.grants" if resource.type == ACL else "grants"
    for grant in values.items(resource.get(path)):
        grantee = values.at(grant, "grantee") if resource.type == ACL else grant
        if values.at(grantee, "id") == _LOG_DELIVERY or str(values.at(grantee, "uri")).endswith("/s3/LogDelivery"):
            return True
    return False
