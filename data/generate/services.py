"""What ECS, CloudWatch, CloudFront, Lambda and the regions offer, as cfn-lint and botocore keep it."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from data.generate.tables import PACK, PROGRAM, Table, ordered, package_file, package_json

_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov")
"""The partitions that the program can build in: the others have other ARNs, other domains, and not all of the services."""


def fargate() -> Table:
    """Make the table of Fargate's task sizes: CPU units and what memory, MiB, goes with them."""
    rule = package_json("cfn-lint", "cfnlint/data/schemas/extensions/aws_ecs_taskdefinition/fargate_cpu_memory.json")
    sizes = [(int(_whole(size, "Cpu")["enum"][0]), _memory(_whole(size, "Memory"))) for size in rule["then"]["anyOf"]]
    return Table(
        path=PROGRAM / "fargate.jsonl",
        packages=("cfn-lint",),
        about="a size of CPU, in units of 1/1024 vCPU, a line, with the sizes of memory, MiB, that go with it",
        rows=tuple({"cpu": cpu, "memory": memory} for cpu, memory in sorted(sizes)),
    )


def _whole(size: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The sizes written as whole numbers; cfn-lint has those with a unit beside them."""
    rule: Mapping[str, Any] = size["properties"][name]["then"]
    return rule


def _memory(rule: Mapping[str, Any]) -> list[int]:
    """The sizes that a rule allows: a list of them, or steps between two bounds."""
    return list(rule.get("enum") or range(rule["minimum"], rule["maximum"] + 1, rule["multipleOf"]))


def log_retention() -> Table:
    """Make the table of the days that CloudWatch Logs keeps events."""
    words = _service("logs", "2014-03-28")["shapes"]["Days"]["documentation"]
    (listed,) = re.findall(r"Possible values are: ([0-9, and]+)", words)
    days = [int(day) for day in re.findall(r"[0-9]+", listed)]
    return Table(
        path=PROGRAM / "log_retention.jsonl",
        packages=("botocore",),
        about="the days that CloudWatch Logs can keep events",
        rows=({"days": days},),
    )


def lambda_runtimes() -> Table:
    """Make the table of Lambda's runtimes: when each ends, and from when on no function is created or changed with it."""
    ends = package_json("cfn-lint", "cfnlint/data/AdditionalSpecs/LmbdRuntimeLifecycle.json")
    named = _service("lambda", "2015-03-31")["shapes"]["Runtime"]["enum"]
    return Table(
        path=PACK / "lambda_runtimes.jsonl",
        packages=("botocore", "cfn-lint"),
        about="a runtime of Lambda a line: the dates on which support ends and functions can no longer be created and updated",
        rows=tuple(
            {
                "runtime": name,
                "ends": ends.get(name, {}).get("deprecated"),
                "create": ends.get(name, {}).get("create-block"),
                "update": ends.get(name, {}).get("update-block"),
            }
            for name in sorted({*named, *ends} - {"custom"})
        ),
    )


def regions() -> Table:
    """Make the table of regions: the partition and the letters of the zones."""
    zones = _zones()
    return Table(
        path=PROGRAM / "regions.jsonl",
        packages=("botocore", "cfn-lint"),
        about="a region a line, with its partition, the letters of its zones (none: the program cannot build there) and its English name",
        rows=tuple(
            {
                "region": region,
                "partition": partition,
                "zones": "".join(sorted(zone[-1] for zone in zones.get(region, ()))) * (partition in _PARTITIONS),
                "name": name,
            }
            for region, (partition, name) in ordered(_regions()).items()
        ),
    )


def _regions() -> Iterator[tuple[str, tuple[str, str]]]:
    for partition in package_json("botocore", "botocore/data/partitions.json")["partitions"]:
        for region, about in partition["regions"].items():
            if not region.endswith("-global"):
                yield region, (partition["id"], about["description"])


def _zones() -> Mapping[str, Sequence[str]]:
    """cfn-lint's list of zones, which is in a module that imports much: only the list is read."""
    text = package_file("cfn-lint", "cfnlint/helpers.py").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^AVAILABILITY_ZONES = (\{.*?^\})", text, re.MULTILINE | re.DOTALL)
    zones: dict[str, list[str]] = json.loads(re.sub(r",(\s*[\]}])", r"\1", re.sub(r"#.*", "", listed)))
    return zones


def _service(name: str, version: str) -> Any:  # noqa: ANN401 (whatever JSON can say)
    path = package_file("botocore", f"botocore/data/{name}/{version}/service-2.json.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)
