#!/usr/bin/env bash
# pulumi 3.272.0: under mocks a resource's URN holds the type of its parent and of nobody above, and the stack's own type where it has no
# other parent; an engine writes the whole chain of types, and leaves the stack's out. Two queues that only their grandparents tell
# apart have one URN, and nobody objects: the monitor's table of what was registered keeps one of them. An alias, or a golden
# file, that is written from such a URN names a resource that no stack has.
# Here: the recorder puts URNs together as an engine does and refuses the second of one URN (preview/record.py).
# Seen:
#   urn:pulumi:prod::shop::pulumi:pulumi:Stack$shop:index:Website::site
#   urn:pulumi:prod::shop::shop:index:Service$aws:sqs/queue:Queue::jobs, in an engine shop:index:Website$shop:index:Service$aws:sqs/queue:Queue
#   urn:pulumi:prod::shop::shop:index:Service$aws:sqs/queue:Queue::jobs, in an engine shop:index:Office$shop:index:Service$aws:sqs/queue:Queue
#   queues made 2, in the monitor's table 1
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pulumi==3.272.0
cat > expected <<'EXPECTED'
urn:pulumi:prod::shop::pulumi:pulumi:Stack$shop:index:Website::site
urn:pulumi:prod::shop::shop:index:Service$aws:sqs/queue:Queue::jobs, in an engine shop:index:Website$shop:index:Service$aws:sqs/queue:Queue
urn:pulumi:prod::shop::shop:index:Service$aws:sqs/queue:Queue::jobs, in an engine shop:index:Office$shop:index:Service$aws:sqs/queue:Queue
queues made 2, in the monitor's table 1
EXPECTED
cat > look.py <<'PYTHON'
import pulumi
from pulumi.runtime import mocks

QUEUE = "aws:sqs/queue:Queue"


class Mocks(mocks.Mocks):
    made = 0

    def new_resource(self, args):
        self.made += args.typ == QUEUE
        return f"{args.name}-id", args.inputs

    def call(self, args):
        return {}


answers = Mocks()
monitor = mocks.MockMonitor(answers)
mocks.set_mocks(answers, project="shop", stack="prod", monitor=monitor)


def below(parent):
    return pulumi.ResourceOptions(parent=parent)


@mocks.test
def program():
    urns = []
    for name, kind in (("site", "Website"), ("desk", "Office")):
        top = pulumi.ComponentResource(f"shop:index:{kind}", name)
        service = pulumi.ComponentResource("shop:index:Service", f"{name}-web", opts=below(top))
        queue = pulumi.CustomResource(QUEUE, "jobs", {}, below(service))
        urns += [top.urn, queue.urn]
    return pulumi.Output.all(*urns).apply(show)


def show(urns):
    print(urns[0])
    for urn, kind in ((urns[1], "Website"), (urns[3], "Office")):
        print(f"{urn}, in an engine shop:index:{kind}$shop:index:Service${QUEUE}")


program()
kept = [urn for urn in monitor.get_registered_resources() if QUEUE in urn]
print(f"queues made {answers.made}, in the monitor's table {len(kept)}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
