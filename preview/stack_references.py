"""What another stack would answer to a stack reference: what its own file makes, or what this stack's file expects of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from preview import stackfile
from preview.provider_fakes import ACCOUNT, PARTITION

TYPE: Final = "pulumi:pulumi:StackReference"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOutputs:
    """The outputs of another stack."""

    outputs: Mapping[str, object]
    secrets: frozenset[str] = frozenset()
    """Names of the outputs that are secret."""
    warning: str = ""
    """What is not known of them, in a sentence; empty where all is as the other stack's file makes it."""


def answers(
    project: str,
    values: Mapping[str, str],
    beside: Path | None,
    recorded: Callable[[stackfile.StackFile], StackOutputs],
) -> Mapping[str, StackOutputs]:
    """Return what the stacks answer that a configuration refers to, by their full names.

    Args:
        project: the project's name.
        values: the configuration as a program gets it.
        beside: the folder in which the stack files of the project's other stacks are; None: nobody knows.
        recorded: records the stack of such a file.

    Raises:
        stackfile.InvalidStackFile: the other stack's file is none.
    """
    shared = _section(values, "shared")
    name = shared.get("stack")
    if not isinstance(name, str):
        return {}
    _, _, within = name.partition("/")
    other, _, stack = within.partition("/")
    path = beside / f"Pulumi.{stack}.yaml" if beside and other == project and stack else None
    if path and path.is_file():
        return {name: recorded(stackfile.read(path))}
    warning = (
        f"slipway:shared.stack: what {name} makes is not known offline, as no Pulumi.{stack}.yaml of this project is beside this file: "
        "it is taken as this file has it; `pulumi preview` asks that stack"
    )
    return {name: StackOutputs(outputs={"shared": _expected(name, values)}, warning=warning)}


def _section(values: Mapping[str, str], name: str) -> Mapping[str, Any]:
    """Return a section of the configuration; nothing where it is none, which the program tells."""
    try:
        found = json.loads(values.get(f"slipway:{name}") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _expected(name: str, values: Mapping[str, str]) -> Mapping[str, object]:
    """Return the other stack's offer, with made-up ids and everything else as this stack's file has it."""
    region = values.get("aws:region", "us-east-1")
    network, cluster = _section(values, "network"), _section(values, "cluster")
    given = network.get("zones")
    zones = given if isinstance(given, list) else []

    def made_up(what: str) -> str:
        return hashlib.sha256(f"{name}#{what}".encode()).hexdigest()[:17]

    def subnets(tier: str, zones: Iterable[object]) -> Mapping[str, str]:
        return {str(zone): f"subnet-{made_up(f'{tier}-{zone}')}" for zone in zones}

    named = str(cluster.get("name") or "shared")
    balancing = f"arn:{PARTITION}:elasticloadbalancing:{region}:{ACCOUNT}"
    return {
        "version": 1,
        "namePrefix": named,
        "region": region,
        "accountId": ACCOUNT,
        "network": {
            "vpcId": f"vpc-{made_up('vpc')}",
            "cidr": network.get("cidr", "10.0.0.0/16"),
            "public": subnets("public", zones),
            "private": subnets("private", zones),
            "isolated": subnets("isolated", zones),
            "wayOut": True,
        },
        "cluster": {
            "name": named,
            "arn": f"arn:{PARTITION}:ecs:{region}:{ACCOUNT}:cluster/{named}",
            "containerInsights": cluster.get("containerInsights", "enabled"),
        },
        "loadBalancer": {
            "arn": f"{balancing}:loadbalancer/app/shared/{made_up('balancer')[:16]}",
            "arnSuffix": f"app/shared/{made_up('balancer')[:16]}",
            "dnsName": f"shared-{made_up('address')[:10]}.{region}.elb.amazonaws.com",
            "zoneId": f"Z{made_up('balancer zone')[:13].upper()}",
            "securityGroupId": f"sg-{made_up('balancer group')}",
            "listenerArn": f"{balancing}:listener/app/shared/{made_up('balancer')[:16]}/{made_up('listener')[:16]}",
        },
        "zone": {"zoneId": f"Z{made_up('zone')[:13].upper()}"},
        "registry": {
            "urls": {
                image: f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{image}" for image in sorted(_repositories(values))
            }
        },
    }


def _repositories(values: Mapping[str, str]) -> Iterator[str]:
    """Yield the repositories that a configuration names."""
    listed = _section(values, "registry").get("repositories")
    yield from (name for name in (listed if isinstance(listed, list) else ()) if isinstance(name, str))
    left: list[object] = [_section(values, "services"), _section(values, "telemetry")]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            name = value.get("repository")
            yield from [name] if isinstance(name, str) else ()
            left += value.values()
        elif isinstance(value, list):
            left += value
