#!/usr/bin/env bash
# pulumi-policy 1.21.0: a remediation that answers None changes nothing, and none is reported; but what it wrote into the properties
# before is there for the next remediation of the pack, whose answer carries it to the engine under its own name.
# Here: a remedy works on what it answers, or on nothing (test_what_is_in_order_unknown_or_not_its_business_is_left_alone in
# tests/policy/test_remedies.py).
# Seen:
#   second [('engine', 'postgres'), ('publiclyAccessible', False), ('tags', {'owner': 'platform'})]
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-policy==1.21.0
cat > expected <<'EXPECTED'
second [('engine', 'postgres'), ('publiclyAccessible', False), ('tags', {'owner': 'platform'})]
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


def changes_its_mind(args):
    args.props["publiclyAccessible"] = False
    return None


def adds_tags(args):
    args.props["tags"] = {"owner": "platform"}
    return args.props


pair = [
    ResourceValidationPolicy(name, "Mends.", enforcement_level=EnforcementLevel.REMEDIATE, remediate=remedy)
    for name, remedy in (("first", changes_its_mind), ("second", adds_tags))
]
for remediation in ask("Remediate", pair, {"engine": "postgres"}).remediations:
    print(remediation.policyName, sorted(json_format.MessageToDict(remediation.properties).items()))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
