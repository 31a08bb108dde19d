"""The lazy SDK against the ordinary one, each in a process of its own."""

from __future__ import annotations

import dataclasses
import io
import json
import pickle
import subprocess
import sys
from pathlib import Path

from preview.graph import Graph
from preview.record import Mode
from tests import stacks

REPOSITORY = Path(__file__).parents[2]

SCRIPT = """
import json, sys
import pulumi
from pulumi import _types
if sys.argv[1] == "lazy":
    from pathlib import Path
    from preview import source_cache, lazy_imports
    source_cache.folder = lambda: Path(sys.argv[3])
    lazy_imports.install()
import pulumi_aws as aws

def hints(cls):
    if cls.__name__.endswith("Dict"):
        return sorted(cls.__annotations__)
    return sorted((name, str(hint)) for name, hint in _types._raw_return_hints(cls).items())

found = {}
for service, name in [name.split(".") for name in json.loads(sys.argv[2])]:
    value = getattr(getattr(aws, service), name)
    found[f"{service}.{name}"] = hints(value) if isinstance(value, type) else type(value).__name__
if sys.argv[1] == "lazy":
    lazy_imports.save()
found["modules"] = sum(name.startswith("pulumi_aws.") for name in sys.modules)
print(json.dumps(found))
"""

NAMES = [
    "ec2.Vpc",
    "ec2.VpcArgs",
    "ec2.SecurityGroup",
    "ec2.SecurityGroupIngressArgs",
    "ec2.get_vpc",
    "ec2.get_vpc_output",
    "ec2.GetVpcResult",
    "ec2.AwaitableGetVpcResult",
    "kms.get_key_output",  # loads the module that is called as the next one is
    "kms.get_key",
    "ecs.ClusterSettingArgs",
    "ecs.ClusterSettingArgsDict",
    "ecs.Service",
    "lambda_.Function",
    "lambda_.Runtime",
    "route53.get_zone",
    "route53.Record",
    "rds.Instance",
    "s3.BucketLifecycleConfigurationRuleArgs",
    "wafv2.WebAclRuleArgs",
    "wafv2.WebAcl",
]


def described(how: str, cache: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how, json.dumps(NAMES), str(cache)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_lazy_classes_are_the_sdks_and_few_modules_are_loaded(tmp_path: Path) -> None:
    ordinary, lazy, kept = (described(how, tmp_path) for how in ("ordinary", "lazy", "lazy"))
    many, few = ordinary.pop("modules"), lazy.pop("modules")
    assert kept.pop("modules") == few
    assert lazy == ordinary
    assert kept == ordinary, "built from the code that the first run kept"
    assert list(tmp_path.iterdir())
    assert isinstance(many, int)
    assert isinstance(few, int)
    assert few < many / 2


def test_a_name_that_does_not_exist() -> None:
    script = (
        "import pulumi; from preview import lazy_imports; lazy_imports.install(); import pulumi_aws as aws;"
        "assert not hasattr(aws.sns, 'Tpoic'); assert aws.sns.Topic"
    )
    subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=True)


def test_the_sdk_finds_the_classes_of_resource_types() -> None:
    script = (
        "import pulumi; from preview import lazy_imports; lazy_imports.install(); import pulumi_aws as aws;"
        "module = pulumi.runtime.rpc.get_resource_module('aws', 'ec2/vpc', '');"
        "assert type(module.construct('x', 'aws:ec2/vpc:Vpc', 'urn:pulumi:a::b::aws:ec2/vpc:Vpc::x')) is aws.ec2.Vpc;"
        "assert pulumi.runtime.rpc.get_resource_package('aws', '')"
    )
    subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=True)


WHOLE = """
import pickle, sys
from pathlib import Path
from preview import stackfile
from preview.record import record

for name, mode in (line.split() for line in sys.argv[1:]):
    file = stackfile.read(Path(name))
    pickle.dump(record(Path(), file.stack, file.config, mode=mode), sys.stdout.buffer)
assert len([name for name in sys.modules if name.startswith("pulumi_aws.ec2.")]) > 100
"""


def test_the_whole_sdk_records_the_same() -> None:
    """As `pulumi up` and whoever imports it have it: these tests load it lazily, as previews do."""
    shown: list[tuple[str, Mode]] = [
        ("Pulumi.prod.yaml", "update"),
        ("Pulumi.prod.yaml", "preview"),
        ("examples/rupaya/Pulumi.prod.yaml", "update"),
        ("examples/spendsense/Pulumi.prod.yaml", "update"),
    ]
    command = [sys.executable, "-c", WHOLE, *(f"{name} {mode}" for name, mode in shown)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    made = io.BytesIO(done.stdout)
    for name, mode in shown:
        whole: Graph = pickle.load(made)  # noqa: S301 - this test wrote it
        assert dataclasses.asdict(whole) == dataclasses.asdict(stacks.recorded(name, mode))
