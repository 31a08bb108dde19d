#!/usr/bin/env bash
# pulumi-policy 1.21.0: `"kmsKeyId" in args.props` raises where the key's value is known only after the update, though that it is
# set is known. The SDK then says that the policy cannot run, as advice: a mandatory policy that asks whether a property is there
# stops nothing in a first preview. Names alone can be listed.
# Here: rules see an unknown as set (test_an_unknown_never_turns_a_failure_into_a_pass in tests/policy/test_pack.py).
# Seen:
#   names: ['kmsKeyId']
#   ADVISORY: string value at .kmsKeyId can't be known during preview
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-policy==1.21.0
cat > expected <<'EXPECTED'
names: ['kmsKeyId']
ADVISORY: string value at .kmsKeyId can't be known during preview
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


def has_key(args, report):
    print("names:", list(args.props))
    print("is there:", "kmsKeyId" in args.props)


rule = ResourceValidationPolicy("encrypted", "Needs a key.", has_key)
for diagnostic in ask("Analyze", [rule], {"kmsKeyId": UNKNOWN_STRING_VALUE}).diagnostics:
    level = analyzer_pb2.EnforcementLevel.Name(diagnostic.enforcementLevel)
    print(f"{level}: {diagnostic.message.rpartition(' during preview: ')[2]}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
