import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

BUCKET = "s3/bucket:Bucket"

BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

POLICY = "s3/bucketPolicy:BucketPolicy"

VERSIONING = "s3/bucketVersioning:BucketVersioning"

ACL = "s3/bucketAcl:BucketAcl"

OWNERSHIP = "s3/bucketOwnershipControls:BucketOwnershipControls"

ACCESS_POINT = "s3/accessPoint:AccessPoint"

ACCOUNT_BLOCK = "s3/accountPublicAccessBlock:AccountPublicAccessBlock"

MULTI_REGION = "s3control/multiRegionAccessPoint:MultiRegionAccessPoint"

DISTRIBUTION = "cloudfront/distribution:Distribution"

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"

SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

CLOSED: dict[str, Any] = dict.fromkeys(SWITCHES, True)


def bucket(name: str = "media", **props: Any) -> Sample:
    return res(BUCKET, name, **props)


def block(**props: Any) -> Sample:
    return res(BLOCK, "block", bucket=Ref("media"), **{**CLOSED, **props})


def policy(**statement: Any) -> str:
    base = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**base, **statement}]})


def guarded(document: Any) -> list[Sample]:
    return [bucket(), res(POLICY, "policy", bucket=Ref("media"), policy=document)]


def allow(principal: Any, action: Any = "s3:GetObject", **statement: Any) -> str:
    made = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": made})


def old(kind: str = "s3/bucketV2:BucketV2", **props: Any) -> list[Sample]:
    """A bucket of an older type, with settings among its own properties."""
    return [res(kind, "media", **props)]


def versioning(**configuration: Any) -> Sample:
    return res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration=configuration)


def logged_to(token: str, **props: Any) -> list[Sample]:
    """A bucket of logs and what writes there."""
    return [bucket("logs"), res(token, "writer", **props)]


CASES: list[Case] = [
    Case("bucket-public-access-blocked", "pass", [bucket(), block(), res(BLOCK, "stray", bucket=UNKNOWN, **CLOSED)]),
    Case("bucket-public-access-blocked", "unknown", [bucket(), res(BLOCK, "stray", bucket=UNKNOWN, **CLOSED)]),
    Case("bucket-public-access-blocked", "pass", [bucket(), block()]),
    Case("bucket-public-access-blocked", "fail", [bucket()], "no public access block"),
    Case("bucket-public-access-block-complete", "pass", [bucket(), block()]),
    Case(
        "bucket-public-access-block-complete",
        "fail",
        [bucket(), block(blockPublicPolicy=False)],
        "BucketPublicAccessBlock block: blockPublicPolicy is false",
    ),
    Case("bucket-public-access-block-complete", "unknown", [bucket(), block(blockPublicAcls=UNKNOWN)]),
    Case(
        "bucket-public-access-blocked",
        "pass",
        [
            bucket(),
            res("s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", **CLOSED),
        ],
    ),
    Case(
        "bucket-public-access-block-complete",
        "fail",
        [res(BLOCK, "block", bucket="elsewhere", **{**CLOSED, SWITCHES[0]: False})],
        "blockPublicAcls is false, wanted all four switches true",
    ),
    Case(
        "bucket-public-access-blocked",
        "unknown",
        [bucket(), res(ACCOUNT_BLOCK, "account", **{**CLOSED, "blockPublicAcls": UNKNOWN})],
    ),
    Case("account-public-access-blocked", "pass", [res(ACCOUNT_BLOCK, "account", **CLOSED)]),
    Case("account-public-access-blocked", "unknown", [res(ACCOUNT_BLOCK, "a", **{**CLOSED, SWITCHES[0]: UNKNOWN})]),
    Case(
        "account-public-access-blocked",
        "fail",
        [res(ACCOUNT_BLOCK, "account", blockPublicAcls=True, blockPublicPolicy=True, ignorePublicAcls="true")],
        "restrictPublicBuckets is false",
    ),
    Case("access-point-public-access-blocked", "pass", [res(ACCESS_POINT, "point", bucket=UNKNOWN)]),
    Case(
        "access-point-public-access-blocked",
        "pass",
        [res(MULTI_REGION, "point", details={"publicAccessBlock": CLOSED})],
    ),
    Case(
        "access-point-public-access-blocked",
        "fail",
        [res(ACCESS_POINT, "point", publicAccessBlockConfiguration={"blockPublicPolicy": False})],
        "blockPublicPolicy of publicAccessBlockConfiguration is false",
    ),
    Case(
        "access-point-public-access-blocked",
        "fail",
        [res(MULTI_REGION, "point", details={"publicAccessBlock": {"ignorePublicAcls": False}})],
        "ignorePublicAcls of details.publicAccessBlock is false, wanted all four switches true",
    ),
    Case(
        "access-point-public-access-blocked",
        "unknown",
        [res(ACCESS_POINT, "p", publicAccessBlockConfiguration=UNKNOWN)],
    ),
    Case("bucket-acl-not-public", "pass", [bucket(acl="private"), res(ACL, "acl", bucket=Ref("media"), acl="private")]),
    Case("bucket-acl-not-public", "fail", [bucket(acl="public-read")], "acl is public-read, wanted private"),
    Case(
        "bucket-acl-not-public",
        "fail",
        [res("s3/bucketAclV2:BucketAclV2", "acl", acl="authenticated-read")],
        "acl is authenticated-read, wanted private",
    ),
    Case(
        "bucket-acl-not-public",
        "fail",
        [res("s3/bucketObjectv2:BucketObjectv2", "logo", acl="public-read")],
        "acl is public-read, wanted private",
    ),
    Case(
        "bucket-acl-not-public",
        "fail",
        [res(ACL, "acl", accessControlPolicy={"grants": [{"permission": "READ", "grantee": {"uri": EVERYBODY}}]})],
        "names the group AllUsers",
    ),
    Case(
        "bucket-acl-not-public",
        "fail",
        old(grants=[{"permissions": ["READ"], "type": "Group", "uri": EVERYBODY}]),
        "grants names the group AllUsers",
    ),
    Case("bucket-acl-not-public", "unknown", [bucket(), res(ACL, "acl", bucket=Ref("media"), acl=UNKNOWN)]),
    Case("bucket-acls-disabled", "pass", [bucket()]),
    Case(
        "bucket-acls-disabled",
        "pass",
        [bucket(), res(OWNERSHIP, "own", bucket=Ref("media"), rule={"objectOwnership": "BucketOwnerEnforced"})],
    ),
    Case(
        "bucket-acls-disabled",
        "pass",
        [
            bucket("logs"),
            res(OWNERSHIP, "own", bucket=Ref("logs"), rule={"objectOwnership": "BucketOwnerPreferred"}),
            res(DISTRIBUTION, "cdn", loggingConfig={"bucket": Ref("logs", "bucketDomainName")}),
        ],
    ),
    Case(
        "bucket-acls-disabled",
        "fail",
        [bucket(), res(OWNERSHIP, "own", bucket=Ref("media"), rule={"objectOwnership": "ObjectWriter"})],
        "objectOwnership is ObjectWriter",
    ),
    Case("bucket-acls-disabled", "unknown", [res(OWNERSHIP, "own", rule={"objectOwnership": UNKNOWN})]),
]
