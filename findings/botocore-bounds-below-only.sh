#!/usr/bin/env bash
# botocore 1.44.5: before it sends a request it holds numbers, lengths and counts against the least that its model gives, and never against
# the most that stands beside it in the model; the model's enums and patterns it does not look at either. A test with the Stubber accepts
# 99999 MB for a function that may have 32768, and a name of 600 characters where 512 are allowed.
# Here: calls are held against all four (crosscheck/calls.py), those of the operations in their tests (tests/operations/conftest.py).
# Seen:
#   MemorySize, 128 to 32768: 127 refused, 99999 accepted
#   logGroupName, 1 to 512: 0 characters refused, 600 accepted
#   logGroupName, its pattern: 'shop logs?' accepted
#   logGroupClass, one of STANDARD INFREQUENT_ACCESS DELIVERY ESSENTIALS: 'CHEAP' accepted
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check boto3==1.44.5 botocore==1.44.5
cat > expected <<'EXPECTED'
MemorySize, 128 to 32768: 127 refused, 99999 accepted
logGroupName, 1 to 512: 0 characters refused, 600 accepted
logGroupName, its pattern: 'shop logs?' accepted
logGroupClass, one of STANDARD INFREQUENT_ACCESS DELIVERY ESSENTIALS: 'CHEAP' accepted
EXPECTED
cat > look.py <<'PYTHON'
import re

import boto3
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber

access = {"region_name": "eu-west-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
functions, logs = boto3.client("lambda", **access), boto3.client("logs", **access)


def verdict(client, method, **given):
    with Stubber(client) as stub:
        stub.add_response(method, {})
        try:
            getattr(client, method)(**given)
        except ParamValidationError:
            return "refused"
    return "accepted"


def model(client, call, member):
    return client.meta.service_model.operation_model(call).input_shape.members[member]


def memory(size):
    return verdict(functions, "update_function_configuration", FunctionName="resize", MemorySize=size)


def group(name="shop", **given):
    return verdict(logs, "create_log_group", logGroupName=name, **given)


bounds = model(functions, "UpdateFunctionConfiguration", "MemorySize").metadata
print(f"MemorySize, {bounds['min']} to {bounds['max']}: 127 {memory(127)}, 99999 {memory(99999)}")
name = model(logs, "CreateLogGroup", "logGroupName").metadata
print(f"logGroupName, {name['min']} to {name['max']}: 0 characters {group('')}, 600 {group('a' * 600)}")
assert not re.fullmatch(name["pattern"], "shop logs?")
print(f"logGroupName, its pattern: 'shop logs?' {group('shop logs?')}")
classes = " ".join(model(logs, "CreateLogGroup", "logGroupClass").enum)
print(f"logGroupClass, one of {classes}: 'CHEAP' {group(logGroupClass='CHEAP')}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
