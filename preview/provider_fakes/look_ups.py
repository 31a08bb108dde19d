"""What look-ups of a program answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from preview.provider_fakes.asked import ACCOUNT, PARTITION, AskedResource


class UnknownLookupError(Exception):
    """The program made a look-up that the offline preview has no answer for."""


def _zone(asked: AskedResource) -> dict[str, object]:
    name = asked.text("name").rstrip(".") or "example.com"
    zone = asked.text("zoneId") or f"Z{asked.letters(20, name)}"
    return {"id": zone, "zoneId": zone, "name": name, "arn": f"arn:{PARTITION}:route53:::hostedzone/{zone}"}


def _prefix_list(asked: AskedResource) -> dict[str, object]:
    name = asked.text("name")
    id_ = asked.text("id") or f"pl-{asked.hex(8, name)}"
    return {"id": id_, "name": name, "arn": asked.arn("ec2", f"prefix-list/{id_}"), "entries": []}


def _filtered(asked: AskedResource) -> dict[str, object]:
    """Find what is asked for by its id: whether it is there, nobody knows offline."""
    filters = asked.inputs.get("filters")
    found = (
        [value for part in filters if isinstance(part, Mapping) for value in part.get("values") or ()]
        if isinstance(filters, list)
        else []
    )
    return {"id": asked.region, "ids": found}


def _secret_look_up(asked: AskedResource) -> dict[str, object]:
    name = asked.text("name") or asked.text("arn").partition(":secret:")[2]
    arn = asked.text("arn") or asked.arn("secretsmanager", f"secret:{name}-{asked.letters(6, name)}")
    return {"id": arn, "arn": arn, "name": name, "kmsKeyId": "", "description": "", "tags": {}}


def _oidc_look_up(asked: AskedResource) -> dict[str, object]:
    url = asked.text("url").removeprefix("https://")
    arn = asked.text("arn") or asked.arn("iam", f"oidc-provider/{url}", region="")
    return {"id": arn, "arn": arn, "url": url, "clientIdLists": ["sts.amazonaws.com"], "thumbprintLists": []}


def _zones(asked: AskedResource) -> dict[str, object]:
    names = [f"{asked.region}{letter}" for letter in "abc"]
    ids = [f"{asked.region}-az{number}" for number in (1, 2, 3)]
    return {"id": asked.region, "names": names, "zoneIds": ids, "groupNames": [asked.region]}


_LOOK_UPS: Final[Mapping[str, Callable[[AskedResource], dict[str, object]]]] = {
    # What a network is that is there already, nobody knows offline: `components/existing_network.py` takes it as it is expected.
    "aws:ec2/getRouteTable:getRouteTable": lambda asked: {"id": asked.text("subnetId")},
    "aws:ec2/getRouteTables:getRouteTables": lambda asked: {"id": asked.region, "ids": []},
    "aws:ec2/getSubnet:getSubnet": lambda asked: {"id": asked.text("id")},
    "aws:ec2/getSubnets:getSubnets": _filtered,
    "aws:ec2/getVpc:getVpc": lambda asked: {"id": asked.text("id")},
    "aws:ec2/getVpcs:getVpcs": _filtered,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": _oidc_look_up,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": lambda asked: {
        "accountId": ACCOUNT,
        "arn": asked.arn("iam", "root", region=""),
        "id": ACCOUNT,
        "userId": ACCOUNT,
    },
    "aws:index/getPartition:getPartition": lambda _: {
        "partition": PARTITION,
        "id": PARTITION,
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    },
    "aws:index/getRegion:getRegion": lambda asked: {
        "region": asked.region,
        "name": asked.region,
        "id": asked.region,
        "description": asked.region,
    },
    "aws:route53/getZone:getZone": _zone,
    "aws:secretsmanager/getSecret:getSecret": _secret_look_up,
}


def look_up(token: str, args: Mapping[str, object], region: str) -> dict[str, object]:
    """Answer a look-up.

    Raises:
        UnknownLookupError: the offline preview has no answer for this function.
    """
    maker = _LOOK_UPS.get(token)
    if maker is None:
        raise UnknownLookupError(
            f"The offline preview has no answer for the look-up {token}: pass the value in instead."
        )
    return maker(AskedResource(token, token, "", args, region))
