#!/usr/bin/env bash
# gopkg.in/yaml.v3 3.0.1, the parser of Pulumi's engine: two equal keys are an error, but they are compared as written. Two
# spellings of one number are two keys to the check and one to the map: the first value is lost without a word.
# Here: names that are numbers are refused unless quoted (test_common_mistakes_are_told_where_they_are in
# tests/preview/test_yaml.py).
# Seen:
#   yaml.v3 "{8: a, 8: b}" -> refused: yaml: unmarshal errors:
#     line 1: mapping key "8" already defined at line 1
#   yaml.v3 "{8: a, 0x8: b}" -> map[8:b]
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
cat > expected <<'EXPECTED'
yaml.v3 "{8: a, 8: b}" -> refused: yaml: unmarshal errors:
  line 1: mapping key "8" already defined at line 1
yaml.v3 "{8: a, 0x8: b}" -> map[8:b]
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
		"{8: a, 8: b}",
		"{8: a, 0x8: b}",
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
go run . > seen
cat seen
diff expected seen
