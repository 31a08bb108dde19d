#!/usr/bin/env bash
# gopkg.in/yaml.v3 3.0.1, the parser of Pulumi's engine: a number with leading zeros is octal, unless one of its digits is an 8 or
# a 9: then it is decimal, where other readers of YAML 1.1 see text. So of two account numbers or day numbers written alike
# one is counted by eights and the next by tens.
# Here: read alike (test_every_recorded_file_is_read_as_the_engine_reads_it_or_refused in tests/preview/test_yaml.py).
# Seen:
#   yaml.v3 "017" -> 15
#   yaml.v3 "018" -> 18
#   yaml.v3 "0o17" -> 15
#   yaml.v3 "012345678901" -> 1.2345678901e+10
#   yaml.v3 "012345670123" -> 1402433619
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
cat > expected <<'EXPECTED'
yaml.v3 "017" -> 15
yaml.v3 "018" -> 18
yaml.v3 "0o17" -> 15
yaml.v3 "012345678901" -> 1.2345678901e+10
yaml.v3 "012345670123" -> 1402433619
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
		"017",
		"018",
		"0o17",
		"012345678901",
		"012345670123",
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
