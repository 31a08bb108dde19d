#!/usr/bin/env bash
# moto 5.2.5: after the last step of a rotation, update_secret_version_stage, a read without a stage still gives the old value, and
# one that names AWSCURRENT, which is the same, the new one. A rotation that works looks like one that does not.
# Seen:
#   no stage: old
#   AWSCURRENT: new
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[secretsmanager]==5.2.5" boto3==1.44.5
cat > expected <<'EXPECTED'
no stage: old
AWSCURRENT: new
EXPECTED
cat > look.py <<'PYTHON'
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
import boto3
from moto import mock_aws


with mock_aws():
    secrets = boto3.client("secretsmanager")
    old = secrets.create_secret(Name="database", SecretString="old")["VersionId"]
    new = secrets.put_secret_value(SecretId="database", SecretString="new", VersionStages=["AWSPENDING"])["VersionId"]
    secrets.update_secret_version_stage(
        SecretId="database", VersionStage="AWSCURRENT", MoveToVersionId=new, RemoveFromVersionId=old
    )
    print("no stage:", secrets.get_secret_value(SecretId="database")["SecretString"])
    print("AWSCURRENT:", secrets.get_secret_value(SecretId="database", VersionStage="AWSCURRENT")["SecretString"])
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
