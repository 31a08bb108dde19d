"""Names, priorities and the like that something else still holds when the new resource is made.

The engine makes and changes everything first and deletes what is left over at the end of the update, so whatever AWS has only once
is still taken: the new one is refused half-way, or silently takes the old one's place and is then deleted with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.statement import Situation, Statement, named

if TYPE_CHECKING:
    from preview.compare.change import Change
    from preview.graph import Resource


@dataclass(frozen=True, slots=True)
class _Once:
    """What AWS has only once."""

    what: str
    properties: tuple[str, ...]
    """What it is made of; the first must be set for it to hold."""
    overwritten: bool = False
    """AWS lets the new one take the old one's place, instead of refusing it."""


_RULE: Final = (
    "securityGroupId",
    "ipProtocol",
    "fromPort",
    "toPort",
    "cidrIpv4",
    "cidrIpv6",
    "referencedSecurityGroupId",
    "prefixListId",
)
_GIVEN_OUT: Final = frozenset(
    {
        "listenerArn",
        "loadBalancerArn",
        "networkAclId",
        "referencedSecurityGroupId",
        "routeTableId",
        "securityGroupId",
        "subnetId",
        "vpcId",
    }
)
"""Properties with an id that AWS makes anew for each resource, unlike a name."""
_LONGEST: Final = 80

_ONCE: Final[Mapping[str, _Once]] = {
    "aws:appautoscaling/target:Target": _Once("scalable target", ("resourceId", "scalableDimension"), overwritten=True),
    "aws:backup/vault:Vault": _Once("name", ("name", "region")),
    "aws:budgets/budget:Budget": _Once("name", ("name",)),
    "aws:cloudfront/originAccessControl:OriginAccessControl": _Once("name", ("name",)),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _Once("name", ("name",)),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": _Once("name", ("name", "region"), overwritten=True),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _Once("name", ("alarmName", "region"), overwritten=True),
    "aws:cloudwatch/dashboard:Dashboard": _Once("name", ("dashboardName",), overwritten=True),
    "aws:cloudwatch/eventRule:EventRule": _Once("name", ("name", "eventBusName", "region"), overwritten=True),
    "aws:cloudwatch/eventTarget:EventTarget": _Once("target id", ("targetId", "rule", "region"), overwritten=True),
    "aws:cloudwatch/logGroup:LogGroup": _Once("name", ("name", "region")),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _Once("name", ("name", "region"), overwritten=True),
    "aws:ec2/networkAclRule:NetworkAclRule": _Once("rule number", ("ruleNumber", "networkAclId", "egress")),
    "aws:ec2/route:Route": _Once(
        "destination", ("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _Once("subnet", ("subnetId",)),
    "aws:ec2/subnet:Subnet": _Once("block of addresses", ("cidrBlock", "vpcId")),
    "aws:ecr/repository:Repository": _Once("name", ("name", "region")),
    "aws:ecs/cluster:Cluster": _Once("name", ("name", "region"), overwritten=True),
    "aws:ecs/service:Service": _Once("name", ("name", "cluster")),
    "aws:elasticache/parameterGroup:ParameterGroup": _Once("name", ("name",)),
    "aws:elasticache/replicationGroup:ReplicationGroup": _Once("name", ("replicationGroupId",)),
    "aws:elasticache/subnetGroup:SubnetGroup": _Once("name", ("name",)),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _Once("address", ("url",)),
    "aws:iam/policy:Policy": _Once("name", ("name", "path")),
    "aws:iam/role:Role": _Once("name", ("name",)),
    "aws:iam/rolePolicy:RolePolicy": _Once("name", ("name", "role"), overwritten=True),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _Once("attachment", ("policyArn", "role"), overwritten=True),
    "aws:kms/alias:Alias": _Once("name", ("name", "region")),
    "aws:lambda/function:Function": _Once("name", ("name", "region")),
    "aws:lambda/permission:Permission": _Once("statement id", ("statementId", "function")),
    "aws:lb/listener:Listener": _Once("port", ("port", "loadBalancerArn")),
    "aws:lb/listenerRule:ListenerRule": _Once("priority", ("priority", "listenerArn")),
    "aws:lb/loadBalancer:LoadBalancer": _Once("name", ("name",)),
    "aws:lb/targetGroup:TargetGroup": _Once("name", ("name",)),
    "aws:rds/cluster:Cluster": _Once("name", ("clusterIdentifier", "region")),
    "aws:rds/clusterInstance:ClusterInstance": _Once("name", ("identifier", "region")),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _Once("name", ("name",)),
    "aws:rds/instance:Instance": _Once("name", ("identifier", "region")),
    "aws:rds/parameterGroup:ParameterGroup": _Once("name", ("name",)),
    "aws:rds/proxy:Proxy": _Once("name", ("name",)),
    "aws:rds/subnetGroup:SubnetGroup": _Once("name", ("name",)),
    "aws:route53/record:Record": _Once("name and type", ("name", "type", "zoneId", "setIdentifier")),
    "aws:s3/bucket:Bucket": _Once("name", ("bucket",)),
    **{
        f"aws:s3/{name[0].lower()}{name[1:]}:{name}": _Once("bucket", ("bucket",), overwritten=True)
        for name in (
            "BucketCorsConfiguration",
            "BucketLifecycleConfiguration",
            "BucketOwnershipControls",
            "BucketPolicy",
            "BucketPublicAccessBlock",
            "BucketReplicationConfig",
            "BucketServerSideEncryptionConfiguration",
            "BucketVersioning",
        )
    },
    "aws:scheduler/schedule:Schedule": _Once("name", ("name", "groupName")),
    "aws:scheduler/scheduleGroup:ScheduleGroup": _Once("name", ("name",)),
    "aws:secretsmanager/secret:Secret": _Once("name", ("name", "region")),
    "aws:sns/topic:Topic": _Once("name", ("name", "region"), overwritten=True),
    "aws:sqs/queue:Queue": _Once("name", ("name", "region"), overwritten=True),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _Once("rule", _RULE),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _Once("rule", _RULE),
    "aws:wafv2/webAcl:WebAcl": _Once("name", ("name", "scope", "region")),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _Once("association", ("resourceArn",), overwritten=True),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": _Once(
        "log configuration", ("resourceArn",), overwritten=True
    ),
}
"""By type, what AWS has only once, from its API references (errors such as PriorityInUse, EntityAlreadyExists; Put calls overwrite)."""


def say(situation: Situation) -> Iterator[Statement]:
    """Say what is still taken when the update wants it."""
    changes = situation.comparison.changes
    replaced = {change.before.urn for change in changes if change.before and change.kind == "replaced"}
    holders = _holders(changes)
    for change in changes:
        after = change.after
        if after is None or not _wants(change) or _stands_in(after, replaced):
            continue
        identity = _identity(after)
        holder = holders.get((after.type, identity)) if identity else None
        if holder and holder.before and (holder is not change or change.kind == "replaced"):
            yield _statement(situation, change, after, holder, holder.before)


def _holders(changes: Sequence[Change]) -> Mapping[tuple[str, str], Change]:
    """Return by type and identity who has it until the end of the update."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        before = change.before
        if before and not _frees_first(change) and (identity := _identity(before)):
            found[before.type, identity] = change
    return found


def _frees_first(change: Change) -> bool:
    return change.kind == "replaced" and change.deleted_first


def _wants(change: Change) -> bool:
    return change.kind not in {"kept", "renamed"} and not _frees_first(change)


def _stands_in(resource: Resource, replaced: AbstractSet[str]) -> bool:
    """Tell whether a resource stands in something new, where nothing is taken yet."""
    return any(urn in replaced for name in _GIVEN_OUT for urn in resource.property_dependencies.get(name, ()))


def _statement(situation: Situation, change: Change, after: Resource, holder: Change, old: Resource) -> Statement:
    once = _ONCE[after.type]
    value = after.inputs.get(once.properties[0])
    short = isinstance(value, str | int) and len(str(value)) <= _LONGEST and len(once.properties) < len(_RULE)
    what = f"{once.what} {value}" if short else f"same {once.what}"
    whose = f"the old {named(old)}" if old.name == after.name else named(old)
    if holder.kind == "kept":
        why, order = f"which {whose} has", f"Give it another {once.what}"
    else:
        why = f"which {whose} still holds, as what is not wanted any more goes only after everything new is there"
        order = f"In two updates: first without {whose}, then with {named(after)}"
        order += "" if holder is change else "; or keep it one resource by an alias"
    if once.overwritten and holder.kind != "kept":
        text = (
            f"{named(after)} takes the {what}, {why}; it is overwritten, and the deletion at the end of the update then takes "
            f"the new one away. {order}"
        )
    else:
        text = f"The update stops half-way: {named(after)} wants the {what}, {why}. {order}"
    return Statement(
        level="danger",
        concern="stops",
        text=text,
        urns=tuple(dict.fromkeys((after.urn, old.urn))),
        setting=situation.setting(change),
    )


def _identity(resource: Resource) -> str:
    once = _ONCE.get(resource.type)
    if once is None or not resource.inputs.get(once.properties[0]):
        return ""
    return json.dumps([resource.inputs.get(name) for name in once.properties], default=repr)
