#!/usr/bin/env bash
# botocore 1.44.8: what its Stubber says against a test (a call that nobody stubbed, another parameter than expected) is raised
# as a kind of BotoCoreError, the class of lost connections and missing credentials. Code that reports BotoCoreError instead of
# failing takes the test's own mistake for an outage, and the test can pass.
# Here: tests of commands assert exit codes and words, not that some error is told (tests/operations/test_commands.py).
# Seen:
#   not stubbed: UnStubbedResponseError is an AssertionError: False
#   another parameter: StubAssertionError is an AssertionError: True
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check botocore==1.44.8
cat > expected <<'EXPECTED'
not stubbed: UnStubbedResponseError is an AssertionError: False
another parameter: StubAssertionError is an AssertionError: True
EXPECTED
cat > look.py <<'PYTHON'
import botocore.session
from botocore.exceptions import BotoCoreError
from botocore.stub import Stubber

client = botocore.session.get_session().create_client(
    "ecs", region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
)
with Stubber(client) as stub:
    try:
        client.list_clusters()
    except BotoCoreError as error:
        print("not stubbed:", type(error).__name__, "is an AssertionError:", isinstance(error, AssertionError))
    stub.add_response("list_clusters", {"clusterArns": []}, {"maxResults": 5})
    try:
        client.list_clusters(maxResults=6)
    except BotoCoreError as error:
        print("another parameter:", type(error).__name__, "is an AssertionError:", isinstance(error, AssertionError))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
