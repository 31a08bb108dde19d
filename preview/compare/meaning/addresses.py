"""Addresses that change: what others have written down, in allow-lists, DNS or configurations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.statement import Situation, Statement, named, text

if TYPE_CHECKING:
    from preview.compare.change import Change

_EIP: Final = "aws:ec2/eip:Eip"
_NAT: Final = "aws:ec2/natGateway:NatGateway"
_RECORD: Final = "aws:route53/record:Record"
_STAND_IN: Final = re.compile(r"203\.0\.113\.\d+")
_NAMED: Final = {
    "aws:lb/loadBalancer:LoadBalancer": "DNS name",
    "aws:cloudfront/distribution:Distribution": "domain name",
    "aws:rds/cluster:Cluster": "host name",
    "aws:rds/instance:Instance": "host name",
    "aws:elasticache/replicationGroup:ReplicationGroup": "host name",
    "aws:rds/proxy:Proxy": "host name",
    "aws:lambda/functionUrl:FunctionUrl": "address",
    "aws:apigatewayv2/api:Api": "address",
}
"""By type, what a replacement changes for those outside."""
_KEEPS_NAME: Final = frozenset(
    {
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:rds/proxy:Proxy",
    }
)


def say(situation: Situation) -> Iterator[Statement]:
    """Say which addresses go, come or change."""
    yield from _public(situation)
    for change in situation.comparison.changed:
        yield from _names(situation, change)
    yield from _records(situation)


_GONE: Final = (
    "goes back to AWS and cannot be had again: whoever lets it in, such as a partner's allow-list, has to know"
)
_COME: Final = "is new: whoever lets only known addresses in has to add it, before the first request leaves from it"


def _public(situation: Situation) -> Iterator[Statement]:
    gone = [change for change in situation.comparison.kind("deleted", "replaced", type_=_EIP) if change.before]
    come = situation.comparison.kind("created", "replaced", type_=_EIP)
    if gone:
        yield _of_addresses(situation, gone, _GONE, before=True)
    if come:
        yield _of_addresses(situation, come, _COME, before=False)


def _of_addresses(situation: Situation, changes: Sequence[Change], words: str, *, before: bool) -> Statement:
    outward = {
        item.before.inputs.get("allocationId")
        for item in situation.comparison.changes
        if item.before and item.before.type == _NAT
    }
    resources = [change.resource for change in changes]
    is_nat = any(found.outputs.get("id") in outward or "nat" in found.name.lower() for found in resources)
    where = " by which services reach the outside" if is_nat else ""
    names = ", ".join(_address(change, before=before) for change in changes)
    one = len(changes) == 1
    return Statement(
        level="danger" if before else "caution",
        concern="addresses",
        text=f"{'The public address' if one else f'{len(changes)} public addresses'}{where} ({names}): {'' if one else 'each '}{words}",
        urns=tuple(found.urn for found in resources),
        setting=situation.setting(changes[0]),
    )


def _address(change: Change, *, before: bool) -> str:
    resource = change.before if before else None
    address = str(resource.outputs.get("publicIp", "")) if resource else ""
    known = address and not _STAND_IN.fullmatch(address)
    return f"{address}, {change.resource.name}" if known else change.resource.name


def _names(situation: Situation, change: Change) -> Iterator[Statement]:
    resource = change.resource
    what = _NAMED.get(resource.type)
    if not what:
        return
    renamed = change.of("identifier", "name", "replicationGroupId")
    kept = resource.type in _KEEPS_NAME and not renamed
    if (change.kind == "replaced" and not kept) or (change.kind == "updated" and renamed):
        yield Statement(
            level="caution",
            concern="addresses",
            text=f"{named(resource)} gets another {what}: what has the old one written down, outside this stack, loses it",
            urns=(resource.urn,),
            setting=situation.setting(change),
        )


def _records(situation: Situation) -> Iterator[Statement]:
    kept = {(text(item, "name"), text(item, "type")) for item in situation.comparison.after.of(_RECORD)}
    for change in situation.comparison.kind("deleted", type_=_RECORD):
        name, type_ = text(change.resource, "name"), text(change.resource, "type")
        if (name, type_) not in kept and type_ in {"A", "AAAA", "CNAME"} and not name.startswith("_"):
            yield Statement(
                level="caution",
                concern="addresses",
                text=f"{name} ({type_}) is not resolved any more: links to it, and who calls it, fail",
                urns=(change.resource.urn,),
                setting=situation.setting(change),
            )
