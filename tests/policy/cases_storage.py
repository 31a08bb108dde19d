import json
from typing import Any

from tests.policy.deployed import AES
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

BUCKET = "s3/bucket:Bucket"
SSE = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "s3/bucketPolicy:BucketPolicy"
VERSIONING = "s3/bucketVersioning:BucketVersioning"
ACL = "s3/bucketAcl:BucketAcl"
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOGGING = "s3/bucketLogging:BucketLogging"
NOTIFICATION = "s3/bucketNotification:BucketNotification"
OBJECT_LOCK = "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
OWNERSHIP = "s3/bucketOwnershipControls:BucketOwnershipControls"
REPLICATION = "s3/bucketReplicationConfig:BucketReplicationConfig"
ACCESS_POINT = "s3/accessPoint:AccessPoint"
ACCOUNT_BLOCK = "s3/accountPublicAccessBlock:AccountPublicAccessBlock"
MULTI_REGION = "s3control/multiRegionAccessPoint:MultiRegionAccessPoint"
DISTRIBUTION = "cloudfront/distribution:Distribution"
ABORT = {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}
OLD_VERSIONS = {"noncurrentVersionExpiration": {"noncurrentDays": 30}}
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
ROLE = res("iam/role:Role", "role", arn="arn:aws:iam::111122223333:role/shop")
OTHER_ACCOUNT = {"AWS": "arn:aws:iam::444455556666:root"}
SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
CLOSED: dict[str, Any] = dict.fromkeys(SWITCHES, True)


def bucket(name: str = "media", **props: Any) -> Sample:
    return res(BUCKET, name, **props)


def sse(algorithm: str, **props: Any) -> Sample:
    by_default = {"sseAlgorithm": algorithm, **props}
    return res(SSE, "sse", bucket=Ref("media"), rules=[{"applyServerSideEncryptionByDefault": by_default}])


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


def lifecycle(*rules: dict[str, Any], token: str = LIFECYCLE) -> Sample:
    return res(token, "lifecycle", bucket=Ref("media"), rules=[{"status": "Enabled", **rule} for rule in rules])


def logged_to(token: str, **props: Any) -> list[Sample]:
    """A bucket of logs and what writes there."""
    return [bucket("logs"), res(token, "writer", **props)]


def copied(**rule: Any) -> list[Sample]:
    """A bucket and its copy."""
    rules = [{"status": "Enabled", "destination": {"bucket": Ref("copy", "arn")}, **rule}]
    return [bucket(), bucket("copy"), res(REPLICATION, "rule", bucket=Ref("media"), rules=rules)]


CASES = [
    Case("bucket-encrypted", "pass", [bucket(), sse("aws:kms", kmsMasterKeyId=UNKNOWN)]),
    Case("bucket-encrypted", "pass", [bucket(), sse("AES256")]),
    Case(
        "bucket-encrypted",
        "pass",
        [bucket(bucket="shop-media"), res(SSE, "s", bucket="shop-media", rules=sse("AES256").props["rules"])],
    ),
    Case(
        "bucket-encrypted",
        "pass",
        [
            bucket(
                serverSideEncryptionConfiguration={
                    "rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
                }
            )
        ],
    ),
    Case(
        "bucket-encrypted",
        "pass",
        [
            res("s3/bucketV2:BucketV2", "media"),
            res(
                SSE.replace("Configuration", "ConfigurationV2"),
                "sse",
                bucket=Ref("media"),
                rules=sse("AES256").props["rules"],
            ),
        ],
    ),
    Case(
        "bucket-encrypted",
        "pass",
        [
            res(
                "s3/bucketV2:BucketV2",
                "media",
                serverSideEncryptionConfigurations=[
                    {"rules": [{"applyServerSideEncryptionByDefaults": [{"sseAlgorithm": "aws:kms"}]}]}
                ],
            )
        ],
    ),
    Case("bucket-encrypted", "fail", [bucket()], "no default encryption is declared"),
    Case("bucket-encrypted", "fail", [bucket("other"), bucket(), sse("AES256")], "Bucket other:"),
    Case("bucket-encrypted", "undecided", [bucket(), res(SSE, "sse", bucket=UNKNOWN, rules=[])]),
    Case("bucket-encrypted", "pass", [bucket(), sse("AES256"), res(SSE, "stray", bucket=UNKNOWN, rules=[])]),
    Case(
        "bucket-encrypted",
        "fail",
        [bucket(), bucket("other"), res(SSE, "s", bucket=Ref("other"), rules=sse("AES256").props["rules"])],
        "Bucket media:",
    ),
    Case(
        "bucket-encrypted",
        "fail",
        [
            bucket(),
            bucket("other"),
            res(SSE, "s", bucket=Ref("other"), rules=sse("AES256").props["rules"], also={"bucket": ["media"]}),
        ],
        "Bucket media:",
        preview="undecided",
    ),
    Case("bucket-public-access-blocked", "pass", [bucket(), block(), res(BLOCK, "stray", bucket=UNKNOWN, **CLOSED)]),
    Case("bucket-public-access-blocked", "undecided", [bucket(), res(BLOCK, "stray", bucket=UNKNOWN, **CLOSED)]),
    Case("bucket-public-access-blocked", "pass", [bucket(), block()]),
    Case("bucket-public-access-blocked", "fail", [bucket()], "no public access block"),
    Case("bucket-public-access-block-complete", "pass", [bucket(), block()]),
    Case(
        "bucket-public-access-block-complete",
        "fail",
        [bucket(), block(blockPublicPolicy=False)],
        "BucketPublicAccessBlock block: blockPublicPolicy is false",
    ),
    Case("bucket-public-access-block-complete", "undecided", [bucket(), block(blockPublicAcls=UNKNOWN)]),
    Case(
        "bucket-public-access-blocked",
        "pass",
        [
            bucket(),
            res("s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", **CLOSED),
        ],
    ),
    Case("bucket-tls-only", "pass", guarded(policy())),
    Case("bucket-tls-only", "pass", guarded(policy(Principal={"AWS": "*"}, Action=["s3:*"]))),
    Case("bucket-tls-only", "pass", [bucket(policy=policy())]),
    Case("bucket-tls-only", "fail", [bucket()], "no bucket policy denies requests without TLS"),
    Case("bucket-tls-only", "fail", guarded(policy(Effect="Allow"))),
    Case("bucket-tls-only", "fail", guarded(policy(Action="s3:GetObject"))),
    Case("bucket-tls-only", "fail", guarded(policy(Condition={"Bool": {"aws:SecureTransport": "true"}}))),
    Case("bucket-tls-only", "undecided", guarded(UNKNOWN)),
    Case(
        "bucket-versioned",
        "pass",
        [bucket(), res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration={"status": "Enabled"})],
    ),
    Case("bucket-versioned", "pass", [bucket(versioning={"enabled": True})]),
    Case(
        "bucket-versioned",
        "fail",
        [bucket(), res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration={"status": "Suspended"})],
        "versioning is not enabled",
    ),
    Case("bucket-versioned", "fail", [bucket()]),
    Case(
        "bucket-versioned",
        "undecided",
        [bucket(), res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration={"status": UNKNOWN})],
    ),
    Case(
        "bucket-versioned",
        "pass",
        [
            bucket("logs"),
            res("lb/loadBalancer:LoadBalancer", "alb", accessLogs={"bucket": Ref("logs"), "enabled": True}),
        ],
    ),
]

CASES += [
    Case("bucket-under-own-key", "pass", [bucket(), sse("aws:kms", kmsMasterKeyId=UNKNOWN)]),
    Case("bucket-under-own-key", "fail", [bucket(), sse("AES256")], "names no KMS key of one's own"),
    Case("bucket-under-own-key", "fail", [bucket(), sse("aws:kms")]),
    Case("bucket-under-own-key", "undecided", [bucket(), sse(UNKNOWN)]),
    Case("bucket-under-own-key", "undecided", [bucket(), res(SSE, "sse", bucket=Ref("media"), rules=UNKNOWN)]),
    Case(
        "bucket-under-own-key",
        "pass",
        old(
            "s3/bucket:Bucket",
            serverSideEncryptionConfiguration={
                "rule": {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "alias/shop"}
                }
            },
        ),
    ),
    Case(
        "bucket-under-own-key",
        "pass",
        logged_to("lb/loadBalancer:LoadBalancer", connectionLogs={"bucket": Ref("logs"), "enabled": True}),
    ),
    Case("bucket-under-own-key", "pass", [bucket()]),
    Case("bucket-key-enabled", "pass", [bucket(), sse("AES256")]),
    Case("bucket-key-enabled", "pass", [bucket(), sse("aws:kms:dsse", kmsMasterKeyId=UNKNOWN)]),
    Case(
        "bucket-key-enabled",
        "pass",
        [
            bucket(),
            res(
                SSE,
                "sse",
                bucket=Ref("media"),
                rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}],
            ),
        ],
    ),
    Case("bucket-key-enabled", "fail", [bucket(), sse("aws:kms")], "bucketKeyEnabled is false"),
    Case(
        "bucket-key-enabled",
        "fail",
        old(
            serverSideEncryptionConfigurations=[
                {"rules": [{"applyServerSideEncryptionByDefaults": [{"sseAlgorithm": "aws:kms"}]}]}
            ]
        ),
    ),
    Case("bucket-key-enabled", "undecided", [bucket(), sse(UNKNOWN)]),
    Case("bucket-key-enabled", "undecided", old(serverSideEncryptionConfigurations=UNKNOWN)),
    Case(
        "bucket-public-access-block-complete",
        "fail",
        [res(BLOCK, "block", bucket="elsewhere", **{**CLOSED, SWITCHES[0]: False})],
    ),
    Case(
        "bucket-public-access-blocked",
        "undecided",
        [bucket(), res(ACCOUNT_BLOCK, "account", **{**CLOSED, "blockPublicAcls": UNKNOWN})],
    ),
    Case("account-public-access-blocked", "pass", [res(ACCOUNT_BLOCK, "account", **CLOSED)]),
    Case("account-public-access-blocked", "undecided", [res(ACCOUNT_BLOCK, "a", **{**CLOSED, SWITCHES[0]: UNKNOWN})]),
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
    ),
    Case(
        "access-point-public-access-blocked",
        "undecided",
        [res(ACCESS_POINT, "p", publicAccessBlockConfiguration=UNKNOWN)],
    ),
    Case("bucket-tls-only", "pass", guarded(policy(Condition={"Bool": {"aws:securetransport": False}}))),
    Case("bucket-tls-only", "pass", guarded(policy(Condition={"BoolIfExists": {"aws:SecureTransport": ["false"]}}))),
    Case("bucket-tls-only", "pass", guarded(policy(Resource=["arn:aws:s3:::media", "arn:aws:s3:::media/*"]))),
    Case("bucket-tls-only", "fail", guarded(policy(Resource="arn:aws:s3:::media"))),
    Case(
        "bucket-tls-only",
        "pass",
        guarded(
            {
                "Statement": [
                    json.loads(policy(Resource=resource))["Statement"][0]
                    for resource in ("arn:aws:s3:::media", "arn:aws:s3:::media/*")
                ]
            }
        ),
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::*:distribution/*"}})),
    ),
    Case(
        "bucket-policy-not-public",
        "pass",
        guarded(allow("*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}})),
    ),
    Case(
        "bucket-policy-not-public", "fail", guarded(allow("*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}))
    ),
    Case(
        "bucket-serves-own-distributions-only",
        "fail",
        guarded(
            allow(
                {"Service": "cloudfront.amazonaws.com"},
                Condition={"StringLike": {"aws:SourceArn": "arn:aws:cloudfront::*:distribution/*"}},
            )
        ),
    ),
    Case("bucket-tls-only", "fail", guarded(policy(Resource=["arn:aws:s3:::media", "arn:aws:s3:::media/in/*"]))),
    Case("bucket-tls-only", "fail", guarded(policy(Principal={"AWS": "arn:aws:iam::111122223333:root"}))),
    Case("bucket-tls-only", "pass", guarded({"Statement": json.loads(policy())["Statement"][0]})),
    Case(
        "bucket-tls-only",
        "undecided",
        guarded({"Statement": [{**json.loads(policy())["Statement"][0], "Resource": UNKNOWN}]}),
    ),
    Case("bucket-policy-not-public", "pass", guarded(policy())),
    Case("bucket-policy-not-public", "pass", [bucket()]),
    Case(
        "bucket-policy-not-public",
        "pass",
        guarded(allow("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}})),
    ),
    Case(
        "bucket-policy-not-public",
        "pass",
        guarded(allow("*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})),
    ),
    Case(
        "bucket-policy-not-public",
        "pass",
        guarded({"Statement": [{"Effect": "Allow", "Principal": CLOUDFRONT, "Resource": UNKNOWN}]}),
    ),
    Case("bucket-policy-not-public", "fail", guarded(allow("*")), 'policy allows Principal "*" without a condition'),
    Case("bucket-policy-not-public", "fail", [bucket(policy=allow({"AWS": ["*"]}))]),
    Case("bucket-policy-not-public", "fail", [res(ACCESS_POINT, "point", policy=allow({"AWS": "*"}))]),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}})),
    ),
    Case(
        "bucket-policy-not-public", "fail", guarded(allow("*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
    ),
    Case("bucket-policy-not-public", "undecided", guarded(UNKNOWN)),
    Case("bucket-policy-not-public", "undecided", guarded({"Statement": [{"Effect": "Allow", "Principal": UNKNOWN}]})),
    Case("bucket-policy-keeps-control", "pass", [*guarded(allow(OTHER_ACCOUNT)), ROLE]),
    Case(
        "bucket-policy-keeps-control",
        "pass",
        [*guarded(allow({"AWS": "arn:aws:iam::111122223333:role/deploy"}, "s3:*")), ROLE],
    ),
    Case(
        "bucket-policy-keeps-control",
        "pass",
        [*guarded(allow(OTHER_ACCOUNT, "s3:*")), ROLE],
        config={"accounts": ["444455556666"]},
    ),
    Case(
        "bucket-policy-keeps-control",
        "fail",
        [*guarded(allow(OTHER_ACCOUNT, ["s3:GetObject", "s3:PutBucket*"])), ROLE],
        "policy lets another account s3:PutBucketAcl, s3:PutBucketPolicy",
    ),
    Case("bucket-policy-keeps-control", "fail", [bucket(policy=allow({"AWS": ["444455556666"]}, "*")), ROLE]),
    Case(
        "bucket-policy-keeps-control",
        "fail",
        guarded(allow(OTHER_ACCOUNT, "s3:*")),
        provider={"allowedAccountIds": '["111122223333"]'},
    ),
    Case("bucket-policy-keeps-control", "undecided", guarded(allow(OTHER_ACCOUNT, "s3:*"))),
    Case("bucket-policy-keeps-control", "undecided", [*guarded(UNKNOWN), ROLE]),
    Case("bucket-policy-keeps-control", "pass", guarded(policy())),
    Case(
        "bucket-serves-own-distributions-only",
        "pass",
        guarded(
            allow(CLOUDFRONT, Condition={"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::1:distribution/E1"}})
        ),
    ),
    Case("bucket-serves-own-distributions-only", "pass", guarded(policy())),
    Case(
        "bucket-serves-own-distributions-only",
        "pass",
        guarded(
            {
                "Statement": [
                    {"Effect": "Allow", "Principal": CLOUDFRONT, "Condition": {"ArnLike": {"aws:SourceArn": UNKNOWN}}}
                ]
            }
        ),
    ),
    Case(
        "bucket-serves-own-distributions-only",
        "fail",
        guarded(allow(CLOUDFRONT)),
        "every distribution of every account",
    ),
    Case(
        "bucket-serves-own-distributions-only",
        "fail",
        [bucket(policy=allow(CLOUDFRONT, Condition={"StringLike": {"aws:SourceArn": "*"}}))],
    ),
    Case("bucket-serves-own-distributions-only", "undecided", guarded(UNKNOWN)),
    Case("bucket-acl-not-public", "pass", [bucket(acl="private"), res(ACL, "acl", bucket=Ref("media"), acl="private")]),
    Case("bucket-acl-not-public", "fail", [bucket(acl="public-read")], "acl is public-read, wanted private"),
    Case("bucket-acl-not-public", "fail", [res("s3/bucketAclV2:BucketAclV2", "acl", acl="authenticated-read")]),
    Case("bucket-acl-not-public", "fail", [res("s3/bucketObjectv2:BucketObjectv2", "logo", acl="public-read")]),
    Case(
        "bucket-acl-not-public",
        "fail",
        [res(ACL, "acl", accessControlPolicy={"grants": [{"permission": "READ", "grantee": {"uri": EVERYBODY}}]})],
        "names the group AllUsers",
    ),
    Case("bucket-acl-not-public", "fail", old(grants=[{"permissions": ["READ"], "type": "Group", "uri": EVERYBODY}])),
    Case("bucket-acl-not-public", "undecided", [bucket(), res(ACL, "acl", bucket=Ref("media"), acl=UNKNOWN)]),
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
    Case("bucket-acls-disabled", "undecided", [res(OWNERSHIP, "own", rule={"objectOwnership": UNKNOWN})]),
    Case("bucket-versioned", "pass", old(versionings=[{"enabled": True}])),
    Case("bucket-versioned", "fail", old(versionings=[{"enabled": False}])),
    Case("bucket-versioned", "pass", logged_to(LOGGING, bucket="elsewhere", targetBucket=Ref("logs"))),
    Case("bucket-versioned", "pass", logged_to("cloudtrail/trail:Trail", s3BucketName=Ref("logs"))),
    Case("bucket-versioned", "pass", logged_to("ec2/flowLog:FlowLog", logDestination=Ref("logs", "arn"))),
    Case(
        "bucket-versioned",
        "pass",
        [
            bucket("logs", bucket="shop-logs"),
            res(DISTRIBUTION, "cdn", loggingConfig={"bucket": "shop-logs.s3.amazonaws.com"}),
        ],
    ),
    Case(
        "bucket-versioned",
        "pass",
        [
            bucket("logs", bucket="shop-logs"),
            res("ec2/flowLog:FlowLog", "flow", logDestination="arn:aws:s3:::shop-logs/vpc"),
        ],
    ),
    Case(
        "bucket-versioned",
        "fail",
        [bucket("other", loggings=[{"targetBucket": Ref("logs")}]), bucket("logs")],
        "Bucket other:",
    ),
    Case("bucket-versioned", "pass", [bucket(acl="log-delivery-write")]),
    Case("bucket-versioned", "pass", guarded(allow({"Service": ["logging.s3.amazonaws.com"]}, "s3:PutObject"))),
    Case("bucket-mfa-delete", "pass", [bucket(), versioning(status="Enabled", mfaDelete="Enabled")]),
    Case("bucket-mfa-delete", "pass", [bucket(versioning={"enabled": True, "mfaDelete": True})]),
    Case("bucket-mfa-delete", "fail", [bucket(), versioning(status="Enabled")], "MFA delete is not enabled"),
    Case("bucket-mfa-delete", "undecided", [bucket(), versioning(status="Enabled", mfaDelete=UNKNOWN)]),
    Case("bucket-object-lock", "pass", [bucket(objectLockEnabled=True)]),
    Case("bucket-object-lock", "pass", [bucket(), res(OBJECT_LOCK, "lock", bucket=Ref("media"))]),
    Case("bucket-object-lock", "pass", old(objectLockConfiguration={"objectLockEnabled": "Enabled"})),
    Case("bucket-object-lock", "fail", [bucket()], "object lock is not enabled"),
    Case("bucket-object-lock", "undecided", [bucket(objectLockEnabled=UNKNOWN)]),
    Case(
        "bucket-access-logged", "undecided", [bucket(), res(LOGGING, "log", bucket=UNKNOWN, targetBucket="elsewhere")]
    ),
    Case(
        "bucket-access-logged",
        "pass",
        [bucket(), bucket("logs"), res(LOGGING, "log", bucket=Ref("media"), targetBucket=Ref("logs"))],
    ),
    Case("bucket-access-logged", "pass", [bucket(logging={"targetBucket": Ref("logs")}), bucket("logs")]),
    Case("bucket-access-logged", "pass", [*old(loggings=[{"targetBucket": Ref("logs")}]), bucket("logs")]),
    Case("bucket-access-logged", "fail", [bucket()], "no access log is declared"),
    Case("bucket-lifecycle-set", "pass", [bucket(), lifecycle({"expiration": {"days": 90}})]),
    Case("bucket-lifecycle-set", "pass", [bucket(), versioning(status="Enabled"), lifecycle(ABORT, OLD_VERSIONS)]),
    Case(
        "bucket-lifecycle-set",
        "pass",
        old(
            versionings=[{"enabled": True}],
            lifecycleRules=[{"enabled": True, "noncurrentVersionExpirations": [{"days": 30}]}],
        ),
    ),
    Case(
        "bucket-lifecycle-set",
        "pass",
        [bucket(), lifecycle(ABORT, token=LIFECYCLE.replace("Configuration", "ConfigurationV2"))],
    ),
    Case("bucket-lifecycle-set", "fail", [bucket()], "no lifecycle rule is declared"),
    Case("bucket-lifecycle-set", "fail", [bucket(), lifecycle({**ABORT, "status": "Disabled"})]),
    Case("bucket-lifecycle-set", "fail", [bucket(lifecycleRules=[{"enabled": False, "expiration": {"days": 1}}])]),
    Case(
        "bucket-lifecycle-set",
        "fail",
        [bucket(), versioning(status="Enabled"), lifecycle(ABORT)],
        "it keeps versions, and no lifecycle rule moves or ends old ones",
    ),
    Case("bucket-lifecycle-set", "undecided", [bucket(), lifecycle({"status": UNKNOWN})]),
    Case("bucket-uploads-aborted", "pass", [bucket(), lifecycle(OLD_VERSIONS, ABORT)]),
    Case(
        "bucket-uploads-aborted",
        "pass",
        [bucket(lifecycleRules=[{"enabled": True, "abortIncompleteMultipartUploadDays": 7}])],
    ),
    Case("bucket-uploads-aborted", "pass", [bucket()]),
    Case(
        "bucket-uploads-aborted",
        "fail",
        [bucket(), lifecycle(OLD_VERSIONS)],
        "no lifecycle rule aborts unfinished uploads",
    ),
    Case("bucket-uploads-aborted", "fail", [bucket(lifecycleRules=[{"enabled": True, "expiration": {"days": 1}}])]),
    Case("bucket-uploads-aborted", "undecided", [bucket(), lifecycle({**ABORT, "status": UNKNOWN})]),
    Case("bucket-events-notified", "pass", [bucket(), res(NOTIFICATION, "n", bucket=Ref("media"), eventbridge=True)]),
    Case(
        "bucket-events-notified",
        "pass",
        [bucket(), res(NOTIFICATION, "n", bucket=Ref("media"), queues=[{"queueArn": UNKNOWN, "events": []}])],
    ),
    Case("bucket-events-notified", "fail", [bucket()], "nothing is told about its objects"),
    Case(
        "bucket-events-notified",
        "undecided",
        [bucket(), res(NOTIFICATION, "n", bucket=Ref("media"), eventbridge=UNKNOWN)],
    ),
    Case("bucket-replicated", "pass", copied()),
    Case(
        "bucket-replicated",
        "pass",
        old(replicationConfigurations=[{"role": UNKNOWN, "rules": [{"status": "Enabled", "destinations": [{}]}]}]),
    ),
    Case("bucket-replicated", "fail", [bucket()], "it is not copied to another region"),
    Case("bucket-replicated", "fail", copied(status="Disabled"), "Bucket media:"),
    Case("bucket-replicated", "undecided", copied(status=UNKNOWN)),
    Case("bucket-not-emptied-on-destroy", "pass", [bucket()]),
    Case("bucket-not-emptied-on-destroy", "fail", [bucket(forceDestroy=True)], "forceDestroy is true, wanted false"),
    Case("bucket-not-emptied-on-destroy", "undecided", old(forceDestroy=UNKNOWN)),
    *(
        Case(
            "bucket-encrypted",
            "fail",
            [res(token, "b", bucket="b", computed={name: encrypted})],
            "no default encryption",
        )
        for token, name, encrypted in (
            (BUCKET, "serverSideEncryptionConfiguration", {"rule": AES["rules"][0]}),
            ("s3/bucketV2:BucketV2", "serverSideEncryptionConfigurations", [AES]),
        )
    ),
    Case("bucket-tls-only", "fail", [bucket(computed={"policy": ""})], "no bucket policy denies"),
    Case("bucket-tls-only", "fail", [bucket(policy="")], "no bucket policy denies"),
    Case("bucket-policy-keeps-control", "pass", [bucket(computed={"policy": ""})]),
    Case("bucket-policy-keeps-control", "pass", [bucket(policy="")]),
]
