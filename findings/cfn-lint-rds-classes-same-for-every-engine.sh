#!/usr/bin/env bash
# cfn-lint 1.58.0: its table of RDS instance classes by engine and version has 14 engines, and all 14 have the same 70 versions with
# the same classes: MySQL has a row for 18.4, PostgreSQL one for 5.7. What a version has on one engine cannot be told from it where
# another engine has the same number.
# Here: versions are taken only where the engine has them (test_classes_are_told_by_version_and_region_without_those_of_the_past
# in tests/data/test_tables.py).
# Seen:
#   engines: 14
#   versions of each: 70
#   all alike: True
#   mysql has 18.4, postgres has 5.7: True True
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cfn-lint==1.58.0
cat > expected <<'EXPECTED'
engines: 14
versions of each: 70
all alike: True
mysql has 18.4, postgres has 5.7: True True
EXPECTED
cat > look.py <<'PYTHON'
import json
from collections import defaultdict
from pathlib import Path

import cfnlint

table = Path(cfnlint.__file__).parent / "data/schemas/extensions/aws_rds_dbinstance/db_instance_class.json"
engines = defaultdict(dict)
for rule in json.loads(table.read_text())["allOf"]:
    given = rule["if"]["properties"]
    version = given["EngineVersion"]["pattern"].rpartition("|")[2].removesuffix(")$").replace("\\", "")
    engines[given["Engine"]["const"]][version] = rule["then"]["properties"]["DBInstanceClass"]["enum"]
print("engines:", len(engines))
print("versions of each:", *{len(versions) for versions in engines.values()})
print("all alike:", all(versions == engines["postgres"] for versions in engines.values()))
print("mysql has 18.4, postgres has 5.7:", "18.4" in engines["mysql"], "5.7" in engines["postgres"])
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
