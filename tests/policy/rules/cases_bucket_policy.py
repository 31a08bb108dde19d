import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res
from tests.policy.rules.cases_bucket_access import ACCESS_POINT, allow, bucket, guarded, policy

CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}

ROLE = res("iam/role:Role", "role", arn="arn:aws:iam::111122223333:role/shop")

OTHER_ACCOUNT = {"AWS": "arn:aws:iam::444455556666:root"}


def denied(**more: Any) -> list[Sample]:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        **more,
    }
    return [res("s3/bucketPolicy:BucketPolicy", "p", bucket="b", policy=json.dumps({"Statement": [statement]}))]


LOCKED = "bucket-policy-locks-nobody-out"

CASES: list[Case] = [
    Case("bucket-tls-only", "pass", guarded(policy())),
    Case("bucket-tls-only", "pass", guarded(policy(Principal={"AWS": "*"}, Action=["s3:*"]))),
    Case("bucket-tls-only", "pass", [bucket(policy=policy())]),
    Case("bucket-tls-only", "fail", [bucket()], "no bucket policy denies requests without TLS"),
    Case(
        "bucket-tls-only",
        "fail",
        guarded(policy(Effect="Allow")),
        "no bucket policy denies requests without TLS to the bucket and its objects",
    ),
    Case(
        "bucket-tls-only",
        "fail",
        guarded(policy(Action="s3:GetObject")),
        "no bucket policy denies requests without TLS to the bucket and its objects",
    ),
    Case(
        "bucket-tls-only",
        "fail",
        guarded(policy(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        "no bucket policy denies requests without TLS to the bucket and its objects",
    ),
    Case("bucket-tls-only", "unknown", guarded(UNKNOWN)),
    Case("bucket-tls-only", "pass", guarded(policy(Condition={"Bool": {"aws:securetransport": False}}))),
    Case("bucket-tls-only", "pass", guarded(policy(Condition={"BoolIfExists": {"aws:SecureTransport": ["false"]}}))),
    Case("bucket-tls-only", "pass", guarded(policy(Resource=["arn:aws:s3:::media", "arn:aws:s3:::media/*"]))),
    Case(
        "bucket-tls-only",
        "fail",
        guarded(policy(Resource="arn:aws:s3:::media")),
        "no bucket policy denies requests without TLS to the bucket and its objects",
    ),
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
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case(
        "bucket-policy-not-public",
        "pass",
        guarded(allow("*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}})),
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}})),
        'policy allows Principal "*" without a condition on who calls or from where',
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
        "policy lets cloudfront.amazonaws.com in for every distribution of every account",
    ),
    Case(
        "bucket-tls-only",
        "fail",
        guarded(policy(Resource=["arn:aws:s3:::media", "arn:aws:s3:::media/in/*"])),
        "no bucket policy denies requests without TLS to the bucket and its objects",
    ),
    Case(
        "bucket-tls-only",
        "fail",
        guarded(policy(Principal={"AWS": "arn:aws:iam::111122223333:root"})),
        "no bucket policy denies requests without TLS to the bucket and its objects",
    ),
    Case("bucket-tls-only", "pass", guarded({"Statement": json.loads(policy())["Statement"][0]})),
    Case(
        "bucket-tls-only",
        "unknown",
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
    Case(
        "bucket-policy-not-public",
        "fail",
        [bucket(policy=allow({"AWS": ["*"]}))],
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        [res(ACCESS_POINT, "point", policy=allow({"AWS": "*"}))],
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}})),
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})),
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case(
        "bucket-policy-not-public",
        "fail",
        guarded(allow("*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case("bucket-policy-not-public", "unknown", guarded(UNKNOWN)),
    Case("bucket-policy-not-public", "unknown", guarded({"Statement": [{"Effect": "Allow", "Principal": UNKNOWN}]})),
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
    Case(
        "bucket-policy-keeps-control",
        "fail",
        [bucket(policy=allow({"AWS": ["444455556666"]}, "*")), ROLE],
        "policy lets another account s3:DeleteBucketPolicy, s3:PutBucketAcl, s3:PutBucketPolicy, s3:PutEncryptionConfiguration, s3:PutObjectAcl",
    ),
    Case(
        "bucket-policy-keeps-control",
        "fail",
        guarded(allow(OTHER_ACCOUNT, "s3:*")),
        "policy lets another account s3:DeleteBucketPolicy, s3:PutBucketAcl, s3:PutBucketPolicy, s3:PutEncryptionConfiguration, s3:PutObjectAcl",
        provider={"allowedAccountIds": '["111122223333"]'},
    ),
    Case("bucket-policy-keeps-control", "unknown", guarded(allow(OTHER_ACCOUNT, "s3:*"))),
    Case("bucket-policy-keeps-control", "unknown", [*guarded(UNKNOWN), ROLE]),
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
        "policy lets cloudfront.amazonaws.com in for every distribution of every account",
    ),
    Case("bucket-serves-own-distributions-only", "unknown", guarded(UNKNOWN)),
    Case("bucket-tls-only", "fail", [bucket(computed={"policy": ""})], "no bucket policy denies"),
    Case("bucket-tls-only", "fail", [bucket(policy="")], "no bucket policy denies"),
    Case("bucket-policy-keeps-control", "pass", [bucket(computed={"policy": ""})]),
    Case("bucket-policy-keeps-control", "pass", [bucket(policy="")]),
]
CASES += [
    Case(LOCKED, "pass", denied(Condition={"Bool": {"aws:SecureTransport": "false"}})),
    Case(LOCKED, "pass", denied(Action="s3:DeleteObject")),
    Case(LOCKED, "pass", denied(Resource="arn:aws:s3:::b/*")),
    Case(LOCKED, "pass", denied(Principal={"AWS": "arn:aws:iam::123456789012:role/old"})),
    Case(LOCKED, "fail", denied(), "denies everybody to change it again"),
    Case(LOCKED, "fail", denied(Action=["s3:PutBucketPolicy"]), "denies everybody to change it again"),
    Case(LOCKED, "fail", [res("s3/bucket:Bucket", "b", policy=denied()[0].props["policy"])], "denies everybody"),
    Case(LOCKED, "unknown", [res("s3/bucketPolicy:BucketPolicy", "p", bucket="b", policy=UNKNOWN)]),
]

OF_ANOTHER = ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]
CASES += [
    Case(
        "bucket-tls-only",
        "fail",
        [bucket(bucket="media"), *guarded(policy(Resource=OF_ANOTHER))[1:]],
        "no bucket policy denies requests without TLS",
    ),
    *(
        Case("bucket-tls-only", "pass", [bucket(bucket="media"), *guarded(policy(Resource=named))[1:]])
        for named in ("*", ["arn:aws-cn:s3:::media", "arn:aws-cn:s3:::media/*"], "arn:aws:s3:::med*")
    ),
]
