#!/usr/bin/env bash
# gopkg.in/yaml.v3 3.0.1, the parser of Pulumi's engine: JSON's escape for a slash, which YAML 1.2 took over so that JSON would be
# YAML, is refused. So a JSON file of a writer that escapes slashes is no stack file. libyaml 0.2.5 (by PyYAML 6.0.3)
# reads it.
# Here: refused before the engine does, with the place and the cure (test_common_mistakes_are_told_where_they_are in
# tests/preview/test_yaml.py).
# Seen:
#   yaml.v3 "{\"path\": \"a\\/b\"}" -> refused: yaml: found unknown escape character
#   libyaml "{\"path\": \"a\\/b\"}" -> {'path': 'a/b'}
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyyaml==6.0.3
cat > expected <<'EXPECTED'
yaml.v3 "{\"path\": \"a\\/b\"}" -> refused: yaml: found unknown escape character
libyaml "{\"path\": \"a\\/b\"}" -> {'path': 'a/b'}
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
		"{\"path\": \"a\\/b\"}",
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

for text in ("{\"path\": \"a\\/b\"}",):
    print("libyaml", json.dumps(text), "->", yaml.load(text, yaml.CSafeLoader))
PYTHON
go run . > seen
venv/bin/python look.py >> seen
cat seen
diff expected seen
