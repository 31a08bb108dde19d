#!/usr/bin/env bash
# pulumi 3.272.0 with pulumi-random 4.21.4: a random password's result is a secret because its class asks the engine to make it one, and
# the mocks of a unit test do not hear what is asked: there the password is no secret, nor is a URL made from it, nor what the
# program itself names in additional_secret_outputs. A value that goes in as a secret comes out as one. So a test that nothing leaves
# in clear is wrong about the very values it is for, unless its mock answers with a secret: that is kept.
# Here: the recorded graph counts what a request asks to be secret (preview/record.py).
# Seen:
#   asked of the engine: bcryptHash result
#   password: secret False
#   url of it: secret False
#   additional_secret_outputs: secret False
#   secret input: secret True
#   answered as a secret: secret True
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0 pulumi-random==4.21.4
cat > expected <<'EXPECTED'
asked of the engine: bcryptHash result
password: secret False
url of it: secret False
additional_secret_outputs: secret False
secret input: secret True
answered as a secret: secret True
EXPECTED
cat > look.py <<'PYTHON'
import pulumi
import pulumi_random
from pulumi.runtime.mocks import MockMonitor


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        answers = {"admin": "drawn", "hidden": pulumi.Output.secret("drawn")}
        return args.name, {**args.inputs, **({"result": answers[args.name]} if args.name in answers else {})}

    def call(self, args):
        return {}


class Monitor(MockMonitor):
    def RegisterResource(self, request):
        if request.name == "admin":
            print("asked of the engine:", *sorted(request.additionalSecretOutputs))
        return super().RegisterResource(request)


class Setting(pulumi.CustomResource):
    value: pulumi.Output[str]

    def __init__(self, name, value, opts=None):
        super().__init__("example:index:Setting", name, {"value": value}, opts)


mocks = Mocks()
pulumi.runtime.set_mocks(mocks, monitor=Monitor(mocks))


@pulumi.runtime.test
def program():
    password = pulumi_random.RandomPassword("admin", length=32).result
    outputs = {
        "password": password,
        "url of it": pulumi.Output.concat("postgres://app:", password, "@db"),
        "additional_secret_outputs": Setting("named", "x", pulumi.ResourceOptions(additional_secret_outputs=["value"])).value,
        "secret input": Setting("given", pulumi.Output.secret("x")).value,
        "answered as a secret": pulumi_random.RandomPassword("hidden", length=32).result,
    }

    async def look():
        for name, output in outputs.items():
            print(f"{name}: secret", await output.is_secret())

    return pulumi.Output.from_input(look())


program()
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
