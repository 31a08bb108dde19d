#!/usr/bin/env bash
# gopkg.in/yaml.v3 3.0.1, the parser of Pulumi's engine: a cron expression of EventBridge is a plain value on a line of its own,
# and refused between braces or brackets, where a question mark ends it. YAML allows it there, and libyaml 0.2.5 (by PyYAML
# 6.0.3), of which yaml.v3 is a translation, reads it in both places.
# Here: refused before the engine does, with the place and the cure (test_common_mistakes_are_told_where_they_are in
# tests/preview/test_yaml.py).
# Seen:
#   yaml.v3 "cron: 0 7 ? * *" -> map[cron:0 7 ? * *]
#   yaml.v3 "{cron: 0 7 ? * *}" -> refused: yaml: did not find expected alphabetic or numeric character
#   libyaml "cron: 0 7 ? * *" -> {'cron': '0 7 ? * *'}
#   libyaml "{cron: 0 7 ? * *}" -> {'cron': '0 7 ? * *'}
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyyaml==6.0.3
cat > expected <<'EXPECTED'
yaml.v3 "cron: 0 7 ? * *" -> map[cron:0 7 ? * *]
yaml.v3 "{cron: 0 7 ? * *}" -> refused: yaml: did not find expected alphabetic or numeric character
libyaml "cron: 0 7 ? * *" -> {'cron': '0 7 ? * *'}
libyaml "{cron: 0 7 ? * *}" -> {'cron': '0 7 ? * *'}
EXPECTED
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

func main() {
	for _, text := range []string{
		"cron: 0 7 ? * *",
		"{cron: 0 7 ? * *}",
	} {
		var value any
		err := yaml.Unmarshal([]byte(text), &value)
		quoted, _ := json.Marshal(text)
		if err != nil {
			fmt.Printf("yaml.v3 %s -> refused: %v\n", quoted, err)
			continue
		}
		fmt.Printf("yaml.v3 %s -> %v\n", quoted, value)
	}
}
GO
go mod init finding 2> log || { cat log; exit 1; }
go get gopkg.in/yaml.v3@v3.0.1 2> log || { cat log; exit 1; }
cat > look.py <<'PYTHON'
import json

import yaml

for text in ("cron: 0 7 ? * *", "{cron: 0 7 ? * *}"):
    print("libyaml", json.dumps(text), "->", yaml.load(text, yaml.CSafeLoader))
PYTHON
go run . > seen
venv/bin/python look.py >> seen
cat seen
diff expected seen
