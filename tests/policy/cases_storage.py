import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

BUCKET = "s3/bucket:Bucket"
SSE = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "s3/bucketPolicy:BucketPolicy"
VERSIONING = "s3/bucketVersioning:BucketVersioning"
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


def guarded(document: str) -> list[Sample]:
    return [bucket(), res(POLICY, "policy", bucket=Ref("media"), policy=document)]


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
    Case("bucket-public-access-blocked", "pass", [bucket(), block(), res(BLOCK, "stray", bucket=UNKNOWN)]),
    Case("bucket-public-access-blocked", "undecided", [bucket(), res(BLOCK, "stray", bucket=UNKNOWN)]),
    Case("bucket-public-access-blocked", "pass", [bucket(), block()]),
    Case("bucket-public-access-blocked", "fail", [bucket()], "no public access block"),
    Case(
        "bucket-public-access-blocked",
        "fail",
        [bucket(), block(blockPublicPolicy=False)],
        "blockPublicPolicy is not true in BucketPublicAccessBlock block",
    ),
    Case("bucket-public-access-blocked", "undecided", [bucket(), block(blockPublicAcls=UNKNOWN)]),
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
