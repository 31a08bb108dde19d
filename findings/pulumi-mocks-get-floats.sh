#!/usr/bin/env bash
# pulumi 3.272.0: in a unit test of a program, what the mocks are given as a resource's inputs has every whole number as a float, and
# what the program reads back from the same resource is an int. A mock that writes a port into a URL writes `8080.0`.
# Here: the recorded graph has ints (preview/wire.py).
# Seen:
#   mock: http://api:8080.0
#   program: http://api:8080
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0
cat > expected <<'EXPECTED'
mock: http://api:8080.0
program: http://api:8080
EXPECTED
cat > look.py <<'PYTHON'
import pulumi


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        print("mock:", f"http://api:{args.inputs['port']}")
        return "id", args.inputs

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Mocks())


class Endpoint(pulumi.CustomResource):
    port: pulumi.Output[int]

    def __init__(self, name, port):
        super().__init__("example:index:Endpoint", name, {"port": port})


@pulumi.runtime.test
def program():
    return Endpoint("api", 8080).port.apply(lambda port: print("program:", f"http://api:{port}"))


program()
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
