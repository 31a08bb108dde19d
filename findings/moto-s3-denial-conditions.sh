#!/usr/bin/env bash
# moto 5.2.5: a bucket policy's denial is taken without its condition, so that one which AWS would not apply refuses every
# read and write of objects: that of requests without TLS refuses those over HTTPS, that of uploads without KMS those with it, that of
# an old TLS all. Code that sets such a policy, as AWS advises for every bucket, can be tested up to there and not beyond.
# Here: the test takes the policy away before it reads (test_completes_a_bucket_that_exists_and_keeps_what_it_holds in
# tests/operations/test_bootstrap.py).
# Seen:
#   endpoint: https://s3.amazonaws.com
#   no policy: put done, get done
#   denied if aws:SecureTransport is false: put 403, get 403
#   denied if s3:TlsVersion is below 1.2: put 403, get 403
#   denied if not encrypted by KMS: put 403, get done
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[s3]==5.2.5" boto3==1.44.5
cat > expected <<'EXPECTED'
endpoint: https://s3.amazonaws.com
no policy: put done, get done
denied if aws:SecureTransport is false: put 403, get 403
denied if s3:TlsVersion is below 1.2: put 403, get 403
denied if not encrypted by KMS: put 403, get done
EXPECTED
cat > look.py <<'PYTHON'
import json
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

BUCKET = "shop-media"
DENIALS = {
    "aws:SecureTransport is false": ("s3:*", {"Bool": {"aws:SecureTransport": "false"}}),
    "s3:TlsVersion is below 1.2": ("s3:*", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    "not encrypted by KMS": ("s3:PutObject", {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}),
}


def outcome(call, **given):
    try:
        call(Bucket=BUCKET, Key="logo.svg", **given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"


def look(s3, policy):
    put = outcome(s3.put_object, Body=b"<svg/>", ServerSideEncryption="aws:kms")
    print(f"{policy}: put {put}, get {outcome(s3.get_object)}")


with mock_aws():
    s3 = boto3.client("s3")
    print("endpoint:", s3.meta.endpoint_url)
    s3.create_bucket(Bucket=BUCKET)
    look(s3, "no policy")
    for name, (action, condition) in DENIALS.items():
        denial = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": action,
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": condition,
        }
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
        look(s3, f"denied if {name}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
