"""What cfn-lint says about resources, written as CloudFormation; runs in the linters' environment, which has no Pulumi.

`[[type, inputs, region], ...]` comes as JSON on standard input, `[[finding, ...], ...]` goes to standard output. Types of `cfn.NOT_LINTED`,
such as a bucket, which is one type of CloudFormation and eight of the provider's, are passed over.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import cfnlint.api
from cfnlint.config import ManualArgs
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from crosscheck import forms
from crosscheck.cfn import TYPES
from crosscheck.shapes import Names, Shape, convert

_TYPES: Final[Mapping[str, Mapping[str, Names]]] = json.loads(TYPES.read_text(encoding="utf-8"))
_BATCH: Final = 100
"""Resources of a template; CloudFormation takes 500, and a megabyte."""
_EXPECTED: Final = {
    "E3019": "the resources are those of many stacks, which may give the same names",
    "E3060": "as above: their networks may have the same addresses",
}
"""Rules about what is not linted here, and why."""


_NAMED: Final = forms.whole_name("name")


def _backup_plan(values: forms.Inputs) -> forms.Inputs:
    return {"backupPlan": {key: values[key] for key in ("name", "rules")}}


def _record(values: forms.Inputs) -> forms.Inputs:
    change = forms.record(values)
    made = dict(change["ChangeBatch"]["Changes"][0]["ResourceRecordSet"])
    if "ResourceRecords" in made:
        texts = (item["Value"] for item in made["ResourceRecords"])
        # The provider puts the quotes around.
        made["ResourceRecords"] = [f'"{text}"' if made["Type"] == "TXT" else text for text in texts]
    return {"HostedZoneId": change["HostedZoneId"], **made}


def _distribution(values: forms.Inputs) -> forms.Inputs:
    """CloudFormation does not count lists."""
    config = forms.distribution(values)["DistributionConfig"]
    geo = config["restrictions"]["GeoRestriction"]
    places = {"Locations": geo["Items"]} if "Items" in geo else {}
    behaviours = [
        {
            **b,
            "allowedMethods": b["allowedMethods"]["Items"],
            "cachedMethods": b["allowedMethods"]["CachedMethods"]["Items"],
        }
        for b in (config["defaultCacheBehavior"], *config["cacheBehaviors"])
    ]
    return {
        "DistributionConfig": {
            **forms.without(config, "callerReference"),
            "restrictions": {"GeoRestriction": {"RestrictionType": geo["RestrictionType"], **places}},
            "defaultCacheBehavior": behaviours[0],
            "cacheBehaviors": behaviours[1:],
        }
    }


def _parameters(values: forms.Inputs) -> forms.Inputs:
    named = {parameter["name"]: parameter["value"] for parameter in values.get("parameters") or ()}
    return {**_NAMED(values), "parameters": named}


def _listed(name: str) -> forms.Given:
    """CloudFormation gives one policy to several."""
    return lambda values: {**values, name: [values[name]]}


def _health_check(values: forms.Inputs) -> forms.Inputs:
    return forms.without(forms.FORMS["route53:CreateHealthCheck"](values), "callerReference")


def _log_destination(values: forms.Inputs) -> forms.Inputs:
    return {**forms.without(values, "deliveryDestinationConfiguration"), **values["deliveryDestinationConfiguration"]}


def _vpc_origin(values: forms.Inputs) -> forms.Inputs:
    """CloudFormation does not count lists."""
    config = values["vpcOriginEndpointConfig"]
    return {"vpcOriginEndpointConfig": {**config, "originSslProtocols": config["originSslProtocols"]["items"]}}


def _flow_log(values: forms.Inputs) -> forms.Inputs:
    return {**forms.without(values, "vpcId"), "resourceId": values["vpcId"], "resourceType": "VPC"}


def _entry(values: forms.Inputs) -> forms.Inputs:
    numbers = {"icmp": 1, "tcp": 6, "udp": 17}
    given = forms.FORMS["ec2:CreateNetworkAclEntry"](values)
    return {**given, "protocol": numbers.get(str(values["protocol"]), values["protocol"])}


_FORMS: Final[Mapping[str, forms.Given]] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": forms.FORMS["application-autoscaling:PutScalingPolicy"],
    "AWS::Backup::BackupPlan": _backup_plan,
    "AWS::Backup::BackupSelection": forms.FORMS["backup:CreateBackupSelection"],
    "AWS::Budgets::Budget": forms.FORMS["budgets:CreateBudget"],
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudFront::OriginAccessControl": forms.FORMS["cloudfront:CreateOriginAccessControl"],
    "AWS::CloudFront::ResponseHeadersPolicy": forms.FORMS["cloudfront:CreateResponseHeadersPolicy"],
    "AWS::CloudFront::VpcOrigin": _vpc_origin,
    "AWS::CloudWatch::Alarm": forms.FORMS["cloudwatch:PutMetricAlarm"],
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::EC2::NetworkAclEntry": _entry,
    "AWS::EC2::SecurityGroup": _NAMED,
    "AWS::EC2::VPCGatewayAttachment": forms.FORMS["ec2:AttachInternetGateway"],
    "AWS::ECS::Service": forms.FORMS["ecs:CreateService"],
    "AWS::ElastiCache::ParameterGroup": _parameters,
    "AWS::ElastiCache::ReplicationGroup": forms.FORMS["elasticache:CreateReplicationGroup"],
    "AWS::ElasticLoadBalancingV2::Listener": forms.FORMS["elbv2:CreateListener"],
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": forms.FORMS["elbv2:AddListenerCertificates"],
    "AWS::ElasticLoadBalancingV2::ListenerRule": forms.FORMS["elbv2:CreateRule"],
    "AWS::ElasticLoadBalancingV2::LoadBalancer": forms.FORMS["elbv2:CreateLoadBalancer"],
    "AWS::ElasticLoadBalancingV2::TargetGroup": forms.FORMS["elbv2:CreateTargetGroup"],
    "AWS::IAM::RolePolicy": forms.FORMS["iam:PutRolePolicy"],
    "AWS::Lambda::Function": lambda values: {**values, "code": {"zipFile": "x"}},
    "AWS::Logs::DeliveryDestination": _log_destination,
    "AWS::Logs::LogGroup": _NAMED,
    "AWS::RDS::DBClusterParameterGroup": _parameters,
    "AWS::RDS::DBParameterGroup": _parameters,
    "AWS::RDS::DBProxyTargetGroup": forms.FORMS["rds:ModifyDBProxyTargetGroup"],
    "AWS::RDS::DBSubnetGroup": _NAMED,
    "AWS::Route53::HealthCheck": _health_check,
    "AWS::Route53::RecordSet": _record,
    "AWS::SNS::Topic": _NAMED,
    "AWS::SNS::TopicPolicy": _listed("arn"),
    "AWS::SQS::QueuePolicy": _listed("queueUrl"),
    "AWS::SecretsManager::Secret": _NAMED,
    "AWS::WAFv2::WebACL": _NAMED,
}


class _Schema:
    """A schema of CloudFormation's registry."""

    def __init__(self, schema: Mapping[str, Any], root: Mapping[str, Any]) -> None:
        while "$ref" in schema:
            schema = root["definitions"][schema["$ref"].removeprefix("#/definitions/")]
        self.schema, self.root = schema, root

    @property
    def kind(self) -> str:
        kind = self.schema.get("type", "object" if "properties" in self.schema else "")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object" and "properties" not in self.schema:
            return "map" if "patternProperties" in self.schema else "document"
        return {"object": "structure", "array": "list"}.get(kind, str(kind))

    @property
    def members(self) -> Mapping[str, Shape]:
        return {name: _Schema(inner, self.root) for name, inner in self.schema["properties"].items()}

    @property
    def element(self) -> Shape:
        inner = self.schema.get("items") or next(iter(self.schema.get("patternProperties", {"": {}}).values()))
        return _Schema(inner, self.root)


@cache
def _schema(name: str) -> _Schema:
    root: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    return _Schema(root, root)


def lint(resources: Iterable[tuple[str, Mapping[str, Any], str]]) -> list[list[str]]:
    """Return what cfn-lint has against each resource: errors, and inputs that the type does not have."""
    findings: list[list[str]] = []
    templates: dict[str, dict[str, Any]] = defaultdict(dict)
    for number, (token, inputs, region) in enumerate(resources):
        findings.append([])
        for name, names in _TYPES.get(token, {}).items():
            given = _FORMS.get(name, dict)({key: value for key, value in inputs.items() if value != []})
            made = convert(given, _schema(name), names)
            findings[number] += [f"{name} has no {unknown}" for unknown in made.unmapped]
            templates[region][f"R{number}"] = {"Type": name, "Properties": made.value}
    for region, written in templates.items():
        every = list(written.items())
        for start in range(0, len(every), _BATCH):
            for number, text in _linted(dict(every[start : start + _BATCH]), region):
                findings[number].append(text)
    return findings


def _linted(resources: Mapping[str, Any], region: str) -> Iterable[tuple[int, str]]:
    # cfn-lint reads YAML first, which knows no pairs of escapes for one character.
    template = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, ensure_ascii=False)
    for match in cfnlint.api.lint(template, config=ManualArgs(regions=[region], ignore_checks=["W", "I"])):
        # Where a rule of cfn-lint's own breaks, it says so about no place.
        path = [str(part) for part in getattr(match, "path", None) or ()]
        if match.rule.id not in _EXPECTED and not _is_major_version(match.message):
            # What is about no resource is told at the first.
            first = next(iter(resources)) if len(path) < 2 else path[1]  # noqa: PLR2004 - Resources, name
            yield int(first.removeprefix("R")), f"{match.rule.id} {'.'.join(path[3:])}: {match.message}"


def _is_major_version(message: str) -> bool:
    """Whether an engine version is refused that AWS takes for its newest minor one: a part of one that there is."""
    said = re.match(r"'(\d+(?:\.\d+)?)' is not one of \[", message)
    return said is not None and f"'{said[1]}." in message


if __name__ == "__main__":
    json.dump(lint(json.load(sys.stdin)), sys.stdout)
