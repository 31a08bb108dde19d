#!/usr/bin/env bash
# pulumi-aws 7.51.1: an argument's type names an enum, its text lists the values that it takes, and the enum has not all of them. Who
# completes from the enum, or checks against it, refuses what the same line of documentation allows.
# Here: nothing is checked against these enums; settings/model/database.py lists io2.
# Seen:
#   Record.type: documented, not in RecordType: DS HTTPS SSHFP SVCB TLSA
#   Instance.storage_type: documented, not in StorageType: io2
#   PlacementGroup.strategy: documented, not in PlacementStrategy: partition
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi-aws==7.51.1
cat > expected <<'EXPECTED'
Record.type: documented, not in RecordType: DS HTTPS SSHFP SVCB TLSA
Instance.storage_type: documented, not in StorageType: io2
PlacementGroup.strategy: documented, not in PlacementStrategy: partition
EXPECTED
cat > look.py <<'PYTHON'
import inspect
import re

import pulumi_aws as aws

for resource, argument, enum in (
    (aws.route53.Record, "type", aws.route53.RecordType),
    (aws.rds.Instance, "storage_type", aws.rds.StorageType),
    (aws.ec2.PlacementGroup, "strategy", aws.ec2.PlacementStrategy),
):
    source = inspect.getsource(inspect.getmodule(resource))
    line = next(line for line in source.splitlines() if re.match(rf"\s*:param .*'{enum.__name__}'.* {argument}: ", line))
    told = re.findall(r'[`"](\w+)[`"]', line.partition(f" {argument}: ")[2])
    known = {member.value for member in enum}
    print(f"{resource.__name__}.{argument}: documented, not in {enum.__name__}:", *sorted(set(told) - known - {"iops"}))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
