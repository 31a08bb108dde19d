#!/usr/bin/env bash
# pulumi-policy 1.21.0: the properties of a resource are converted from the wire anew for each policy, also for those that are about
# another type and look at none of them. A pack of 60 policies converts a resource 60 times.
# Here: they are converted once, when the first rule reads them (policy/values.py).
# Seen:
#   policies 1, conversions of one resource 1
#   policies 60, conversions of one resource 60
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-policy==1.21.0
cat > expected <<'EXPECTED'
policies 1, conversions of one resource 1
policies 60, conversions of one resource 60
EXPECTED
cat > look.py <<'PYTHON'
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, policy
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE


def ask(method, policies, properties):
    """Call the SDK's server as the engine does, without the wire between."""
    server = policy._PolicyAnalyzerServicer("pack", "1.0.0", policies, EnforcementLevel.MANDATORY)
    request = analyzer_pb2.AnalyzeRequest(
        type="aws:rds/instance:Instance",
        name="database",
        urn="urn:pulumi:prod::shop::aws:rds/instance:Instance::database",
        properties=json_format.ParseDict(properties, struct_pb2.Struct()),
    )
    return getattr(server, method)(request, None)


count = 0
original = policy.deserialize_properties


def counted(*arguments):
    global count
    count += 1
    return original(*arguments)


policy.deserialize_properties = counted
for number in (1, 60):
    count = 0
    rules = [ResourceValidationPolicy(f"rule-{index}", "Looks at nothing.", lambda args, report: None) for index in range(number)]
    ask("Analyze", rules, {"engine": "postgres", "tags": {"owner": "platform"}})
    print(f"policies {number}, conversions of one resource {count}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
