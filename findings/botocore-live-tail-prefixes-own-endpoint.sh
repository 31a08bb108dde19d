#!/usr/bin/env bash
# botocore 1.44.8: a client that was given an endpoint of its own (an emulator, a VPC endpoint) sends every call of CloudWatch
# Logs there, but for start_live_tail, which goes to `stream-` in front of that host's name: a host that nobody has.
# `Config(inject_host_prefix=False)` keeps it at home.
# Here: nothing to mend, operations/ follows logs with filter_log_events.
# Seen:
#   describe_log_groups: http://emulator.example:5000/
#   start_live_tail: http://stream-emulator.example:5000/
#   without prefix: http://emulator.example:5000/
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check botocore==1.44.8
cat > expected <<'EXPECTED'
describe_log_groups: http://emulator.example:5000/
start_live_tail: http://stream-emulator.example:5000/
without prefix: http://emulator.example:5000/
EXPECTED
cat > look.py <<'PYTHON'
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError


def target(call, config=None, **parameters):
    seen = []

    def stop(request, **_):
        seen.append(request.url)
        return AWSResponse(request.url, 400, {}, None)

    client = botocore.session.get_session().create_client(
        "logs",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        endpoint_url="http://emulator.example:5000",
        config=config,
    )
    client.meta.events.register("before-send", stop)
    try:
        getattr(client, call)(**parameters)
    except (BotoCoreError, AttributeError, TypeError):
        pass  # the answer is none; only where the request went counts
    return seen[0]


group = {"logGroupIdentifiers": ["arn:aws:logs:eu-west-1:123456789012:log-group:api"]}
print("describe_log_groups:", target("describe_log_groups"))
print("start_live_tail:", target("start_live_tail", **group))
print("without prefix:", target("start_live_tail", Config(inject_host_prefix=False), **group))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
