from typing import Any

from tests.policy.deployed import AES
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_bucket_access import BUCKET, bucket, logged_to, old

SSE = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def sse(algorithm: str, **props: Any) -> Sample:
    by_default = {"sseAlgorithm": algorithm, **props}
    return res(SSE, "sse", bucket=Ref("media"), rules=[{"applyServerSideEncryptionByDefault": by_default}])


CASES: list[Case] = [
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
    Case("bucket-encrypted", "unknown", [bucket(), res(SSE, "sse", bucket=UNKNOWN, rules=[])]),
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
        preview="unknown",
    ),
    Case("bucket-under-own-key", "pass", [bucket(), sse("aws:kms", kmsMasterKeyId=UNKNOWN)]),
    Case("bucket-under-own-key", "fail", [bucket(), sse("AES256")], "names no KMS key of one's own"),
    Case(
        "bucket-under-own-key",
        "fail",
        [bucket(), sse("aws:kms")],
        "its default encryption names no KMS key of one's own",
    ),
    Case("bucket-under-own-key", "unknown", [bucket(), sse(UNKNOWN)]),
    Case("bucket-under-own-key", "unknown", [bucket(), res(SSE, "sse", bucket=Ref("media"), rules=UNKNOWN)]),
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
        "bucketKeyEnabled is false, so every object costs a request to KMS; wanted true",
    ),
    Case("bucket-key-enabled", "unknown", [bucket(), sse(UNKNOWN)]),
    Case("bucket-key-enabled", "unknown", old(serverSideEncryptionConfigurations=UNKNOWN)),
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
]
