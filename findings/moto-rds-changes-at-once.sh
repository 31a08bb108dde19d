#!/usr/bin/env bash
# moto 5.2.5: an RDS instance's changes that are asked for the next maintenance window are there in the answer, none is pending, and
# what RDS refuses is done as well: storage becomes smaller, and an engine goes from major version 17 back to 12. A deletion that
# neither names a last snapshot nor forgoes one deletes, and leaves none. Code that waits for a change, or guards the
# last snapshot, passes there whatever it does.
# Here: the operations on databases are tested against answers written down for each call (tests/operations/test_restore.py).
# Seen:
#   made: db.t4g.micro, 100 GB, 17.2
#   answered for the window: db.t4g.small, 50 GB, 12.19, pending: nothing
#   deleted without a name for its last snapshot: True, snapshots made by hand or at the end: 0
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[rds]==5.2.5" boto3==1.44.5
cat > expected <<'EXPECTED'
made: db.t4g.micro, 100 GB, 17.2
answered for the window: db.t4g.small, 50 GB, 12.19, pending: nothing
deleted without a name for its last snapshot: True, snapshots made by hand or at the end: 0
EXPECTED
cat > look.py <<'PYTHON'
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
import boto3
from moto import mock_aws


def said(instance):
    return f"{instance['DBInstanceClass']}, {instance['AllocatedStorage']} GB, {instance['EngineVersion']}"


with mock_aws():
    rds = boto3.client("rds")
    made = rds.create_db_instance(
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="17.2",
        AllocatedStorage=100,
        MasterUsername="shop",
        ManageMasterUserPassword=True,
    )
    print("made:", said(made["DBInstance"]))
    asked = {"DBInstanceClass": "db.t4g.small", "AllocatedStorage": 50, "EngineVersion": "12.19"}
    changed = rds.modify_db_instance(DBInstanceIdentifier="shop", ApplyImmediately=False, **asked)["DBInstance"]
    print(f"answered for the window: {said(changed)}, pending: {changed.get('PendingModifiedValues') or 'nothing'}")
    rds.delete_db_instance(DBInstanceIdentifier="shop", SkipFinalSnapshot=False)
    gone = not rds.describe_db_instances()["DBInstances"]
    left = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    print(f"deleted without a name for its last snapshot: {gone}, snapshots made by hand or at the end: {len(left)}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
