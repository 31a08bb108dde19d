#!/usr/bin/env bash
# pulumi-policy 1.21.0: a value that only the update knows raises when a validation reads it, and is an ordinary text, a UUID, when
# a remediation does. One that builds a name from it writes the UUID into the resource.
# Here: remedies leave what they cannot know (test_secrets_stay_secret_and_unknowns_unknown in tests/policy/test_remedies.py).
# Seen:
#   validation: UnknownValueError
#   remediation: of 04da6b54-80e4-46f7-96ec-b56ff0331ba9
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-policy==1.21.0
cat > expected <<'EXPECTED'
validation: UnknownValueError
remediation: of 04da6b54-80e4-46f7-96ec-b56ff0331ba9
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


def name_after_key(args):
    args.props["tags"] = {"key": "of " + args.props["kmsKeyId"]}
    return args.props


def validate(args, report):
    try:
        print("validation:", args.props["kmsKeyId"])
    except Exception as error:
        print("validation:", type(error).__name__)


rule = ResourceValidationPolicy(
    "named", "Names its key.", validate, EnforcementLevel.REMEDIATE, remediate=name_after_key
)
unknown = {"kmsKeyId": UNKNOWN_STRING_VALUE}
ask("Analyze", [rule], unknown)
for remediation in ask("Remediate", [rule], unknown).remediations:
    print("remediation:", json_format.MessageToDict(remediation.properties)["tags"]["key"])
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
