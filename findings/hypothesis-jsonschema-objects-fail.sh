#!/usr/bin/env bash
# hypothesis-jsonschema 0.23.1: it asks for any hypothesis from 6.84.3 on, and makes objects with an internal part of hypothesis that
# 6.170.10 changed. With that one every schema of an object ends in an AttributeError when the test runs, one without
# properties too, while arrays, texts and numbers go on. Tests that feed a program files by its schema need hypothesis pinned.
# Here: examples come of hypothesis's own strategies (tests/limits); hypothesis-jsonschema is no requirement.
# Seen:
#   declared: hypothesis>=6.84.3 jsonschema>=4.18.0
#   hypothesis 6.170.9: object made, closed object made, array made, text made
#   hypothesis 6.170.10: object AttributeError, closed object AttributeError, array made, text made
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
cat > expected <<'EXPECTED'
declared: hypothesis>=6.84.3 jsonschema>=4.18.0
hypothesis 6.170.9: object made, closed object made, array made, text made
hypothesis 6.170.10: object AttributeError, closed object AttributeError, array made, text made
EXPECTED
cat > look.py <<'PYTHON'
from hypothesis import given, settings
from hypothesis_jsonschema import from_schema

SCHEMAS = {
    "object": {"type": "object", "properties": {"replicas": {"type": "integer"}}, "required": ["replicas"]},
    "closed object": {"type": "object", "additionalProperties": False},
    "array": {"type": "array", "items": {"type": "string"}},
    "text": {"type": "string", "maxLength": 8},
}


def outcome(schema):
    @settings(max_examples=10, database=None, derandomize=True)
    @given(from_schema(schema))
    def holds(value):
        assert isinstance(value, (dict, list, str))

    try:
        holds()
    except AttributeError as error:
        return type(error).__name__
    return "made"


print(*(f"{name} {outcome(schema)}" for name, schema in SCHEMAS.items()), sep=", ")
PYTHON
for version in 6.170.9 6.170.10; do
  venv/bin/pip install --quiet --disable-pip-version-check hypothesis-jsonschema==0.23.1 "hypothesis==$version"
  echo "hypothesis $version: $(venv/bin/python look.py 2> errors)" >> made
done
venv/bin/python - > seen <<'PYTHON'
from importlib.metadata import requires

print("declared:", *sorted(name.replace(" ", "") for name in requires("hypothesis-jsonschema")))
PYTHON
cat made >> seen
cat seen
diff expected seen
