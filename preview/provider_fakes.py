"""What AWS would answer: ids, ARNs and other computed outputs, and the look-ups a program may make.

The values are stand-ins with the right shape. They are derived from the resource's URN, so that the same program always
gets the same answers. A type that is not listed here answers an id, a name and an ARN of the general form.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from preview.graph import Resource

ACCOUNT: Final = "123456789012"
"""The AWS account the stand-ins belong to."""
PARTITION: Final = "aws"

_CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"  # https://docs.aws.amazon.com/general/latest/gr/cf_region.html
_ENGINE_PORTS = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "mariadb": 3306}


class UnknownLookupError(Exception):
    """The program made a look-up that the offline preview has no answer for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider adds to the inputs of a resource."""

    id: str
    outputs: Mapping[str, object] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """Keys of `outputs` that are secret by their nature."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A resource that wants an answer."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, object]
    region: str

    def hex(self, length: int, salt: str = "") -> str:
        return hashlib.sha256(f"{self.urn}#{salt}".encode()).hexdigest()[:length]

    def letters(self, length: int, salt: str = "") -> str:
        digest = hashlib.sha512(f"{self.urn}#{salt}".encode()).digest()
        return base64.b32encode(digest).decode()[:length]

    def uuid(self, salt: str = "") -> str:
        digits = self.hex(32, salt)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def text(self, key: str, default: str = "") -> str:
        value = self.inputs.get(key)
        return value if isinstance(value, str) else default

    def physical(self, key: str = "name", limit: int = 255) -> str:
        """Return the given physical name, or the one that Pulumi's autonaming makes up."""
        given = self.text(key)
        prefix = self.text(f"{key}Prefix")
        return given or (prefix or f"{self.name[: limit - 8]}-") + self.hex(7, "name")

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str = ACCOUNT) -> str:
        return f"arn:{PARTITION}:{service}:{self.region if region is None else region}:{account}:{resource}"


_Maker = Callable[[_Asked], Answer]


def _ec2(prefix: str, kind: str, *more: tuple[str, str]) -> _Maker:
    """Answer an EC2 object: `<prefix>-<17 hex>`; `more` are outputs that are ids of their own, by key and prefix."""

    def make(asked: _Asked) -> Answer:
        id_ = f"{prefix}-{asked.hex(17)}"
        extra = {key: f"{other}-{asked.hex(17, key)}" for key, other in more}
        return Answer(id_, {"arn": asked.arn("ec2", f"{kind}/{id_}"), "ownerId": ACCOUNT, **extra})

    return make


def _named(arn: str, *, key: str = "name", id_is: str = "name", limit: int = 255) -> _Maker:
    """Answer a resource with a physical name and an ARN pattern such as `rds:subgrp:{name}`.

    Args:
        arn: service, a colon, and the resource part; `-` after the service leaves out region, `--` account as well.
        key: the input that holds the physical name.
        id_is: what the id is: name, arn or uuid.
        limit: the longest physical name AWS takes.
    """
    service, _, pattern = arn.partition(":")
    without_account = service.endswith("--")
    without_region = service.endswith("-")

    def make(asked: _Asked) -> Answer:
        name = asked.physical(key, limit)
        uuid = asked.uuid()
        full = asked.arn(
            service.rstrip("-"),
            pattern.format(name=name, uuid=uuid, hex=asked.hex(16)),
            region="" if without_region else None,
            account="" if without_account else ACCOUNT,
        )
        return Answer({"name": name, "arn": full, "uuid": uuid}[id_is], {key: name, "arn": full})

    return make


def _file_storage(prefix: str, kind: str) -> _Maker:
    """Answer a resource of EFS, which AWS names."""

    def make(asked: _Asked) -> Answer:
        id_ = f"{prefix}-{asked.hex(17)}"
        return Answer(id_, {"arn": asked.arn("elasticfilesystem", f"{kind}/{id_}")})

    return make


def _malware_plan(asked: _Asked) -> Answer:
    id_ = asked.hex(20)
    return Answer(id_, {"arn": asked.arn("guardduty", f"malware-protection-plan/{id_}"), "status": "ACTIVE"})


def _queue(asked: _Asked) -> Answer:
    """Answer a queue, whose id is its URL; the name is the program's."""
    name = asked.physical()
    url = f"https://sqs.{asked.region}.amazonaws.com/{ACCOUNT}/{name}"
    return Answer(url, {"name": name, "arn": asked.arn("sqs", name), "url": url})


def _echo_id(key: str, *, suffix: str = "") -> _Maker:
    """Answer a resource that has no identity of its own: its id is one of its inputs."""

    def make(asked: _Asked) -> Answer:
        return Answer((asked.text(key) or f"{asked.name}-{asked.hex(7)}") + suffix)

    return make


def _with(maker: _Maker, more: Callable[[_Asked, Answer], Mapping[str, object]]) -> _Maker:
    """Add outputs to what another maker answers."""

    def make(asked: _Asked) -> Answer:
        answer = maker(asked)
        return Answer(answer.id, {**answer.outputs, **more(asked, answer)}, answer.secrets)

    return make


def _load_balancer(asked: _Asked, answer: Answer) -> dict[str, object]:
    name = str(answer.outputs["name"])
    suffix = str(answer.outputs["arn"]).rpartition("loadbalancer/")[2]
    internal = "internal-" if asked.inputs.get("internal") is True else ""
    dns = f"{internal}{name}-{int(asked.hex(8, 'dns'), 16) % 10**10}.{asked.region}.elb.amazonaws.com"
    return {"arnSuffix": suffix, "dnsName": dns, "zoneId": f"Z{asked.letters(13, asked.region)}"}


def _target_group(asked: _Asked, answer: Answer) -> dict[str, object]:  # noqa: ARG001 - one signature for all
    return {"arnSuffix": str(answer.outputs["arn"]).rpartition(":")[2], "loadBalancerArns": []}


def _listener(kind: str) -> _Maker:
    def make(asked: _Asked) -> Answer:
        balancer = asked.text("loadBalancerArn") or asked.text("listenerArn")
        path = balancer.partition("loadbalancer/")[2] or balancer.partition("listener/")[2] or f"app/x/{asked.hex(16)}"
        arn = asked.arn("elasticloadbalancing", f"{kind}/{path}/{asked.hex(16, 'listener')}")
        return Answer(arn, {"arn": arn})

    return make


def _db_instance(asked: _Asked) -> Answer:
    identifier = asked.physical("identifier", 63)
    port = asked.inputs.get("port") or _ENGINE_PORTS.get(asked.text("engine"), 5432)
    address = f"{identifier}.c{asked.hex(11, 'address')}.{asked.region}.rds.amazonaws.com"
    outputs: dict[str, object] = {
        "identifier": identifier,
        "arn": asked.arn("rds", f"db:{identifier}"),
        "address": address,
        "port": port,
        "endpoint": f"{address}:{port}",
        "hostedZoneId": f"Z{asked.letters(13, 'zone')}",
        "resourceId": f"db-{asked.letters(26)}",
        "engineVersionActual": asked.text("engineVersion"),
        "status": "available",
    }
    if "snapshotIdentifier" in asked.inputs or "restoreToPointInTime" in asked.inputs:
        outputs |= {"username": "backup_admin", "dbName": "backup"}
    return Answer(str(outputs["resourceId"]), {**outputs, **_master_secret(asked, "db")})


def _master_secret(asked: _Asked, kind: str) -> Mapping[str, object]:
    """Answer the secret in which RDS keeps a password, where it does."""
    if asked.inputs.get("manageMasterUserPassword") is not True:
        return {}
    secret = asked.arn("secretsmanager", f"secret:rds!{kind}-{asked.uuid('secret')}-{asked.letters(6, 'secret')}")
    key = asked.text("masterUserSecretKmsKeyId", asked.arn("kms", f"key/{asked.uuid('key')}"))
    return {"masterUserSecrets": [{"secretArn": secret, "kmsKeyId": key, "secretStatus": "active"}]}


def _db_cluster(asked: _Asked) -> Answer:
    identifier = asked.physical("clusterIdentifier", 63)
    domain = f"c{asked.hex(11, 'address')}.{asked.region}.rds.amazonaws.com"
    outputs: dict[str, object] = {
        "clusterIdentifier": identifier,
        "arn": asked.arn("rds", f"cluster:{identifier}"),
        "endpoint": f"{identifier}.cluster-{domain}",
        "readerEndpoint": f"{identifier}.cluster-ro-{domain}",
        "port": asked.inputs.get("port") or _ENGINE_PORTS.get(asked.text("engine"), 3306),
        "hostedZoneId": f"Z{asked.letters(13, 'zone')}",
        "clusterResourceId": f"cluster-{asked.letters(26)}",
        "engineVersionActual": asked.text("engineVersion"),
        "availabilityZones": [f"{asked.region}{letter}" for letter in "abc"],
    }
    if "snapshotIdentifier" in asked.inputs or "restoreToPointInTime" in asked.inputs:
        outputs |= {"masterUsername": "backup_admin", "databaseName": "backup"}
    return Answer(identifier, {**outputs, **_master_secret(asked, "cluster")})


def _cluster_instance(asked: _Asked) -> Answer:
    identifier = asked.physical("identifier", 63)
    outputs = {
        "identifier": identifier,
        "arn": asked.arn("rds", f"db:{identifier}"),
        "endpoint": f"{identifier}.c{asked.hex(11, 'address')}.{asked.region}.rds.amazonaws.com",
        "dbiResourceId": f"db-{asked.letters(26)}",
    }
    return Answer(identifier, outputs)


def _db_proxy(asked: _Asked) -> Answer:
    name = asked.physical("name", 63)
    endpoint = f"{name}.proxy-{asked.hex(12, 'endpoint')}.{asked.region}.rds.amazonaws.com"
    return Answer(name, {"name": name, "arn": asked.arn("rds", f"db-proxy:prx-{asked.hex(17)}"), "endpoint": endpoint})


def _db_proxy_targets(asked: _Asked) -> Answer:
    return Answer(
        asked.text("dbProxyName"),
        {"name": "default", "arn": asked.arn("rds", f"target-group:prx-tg-{asked.hex(17)}")},
    )


def _replication_group(asked: _Asked) -> Answer:
    name = asked.physical("replicationGroupId", 40)
    domain = f"{asked.hex(6, 'domain')}.{asked.region.replace('-', '')}.cache.amazonaws.com"
    groups = asked.inputs.get("numNodeGroups")
    replicas = asked.inputs.get("replicasPerNodeGroup")
    nodes = asked.inputs.get("numCacheClusters")
    clustered = groups is not None
    if isinstance(groups, int):
        per_group = 1 + (replicas if isinstance(replicas, int) else 0)
        members = [f"{name}-{group:04}-{node:03}" for group in range(1, groups + 1) for node in range(1, per_group + 1)]
    else:
        members = [f"{name}-{node:03}" for node in range(1, (nodes if isinstance(nodes, int) else 1) + 1)]
    endpoints: dict[str, object] = (
        {"configurationEndpointAddress": f"clustercfg.{name}.{domain}"}
        if clustered
        else {"primaryEndpointAddress": f"master.{name}.{domain}", "readerEndpointAddress": f"replica.{name}.{domain}"}
    )
    port = asked.inputs.get("port") or 6379
    arn = asked.arn("elasticache", f"replicationgroup:{name}")
    outputs = {"arn": arn, "replicationGroupId": name, "port": port, "memberClusters": members, **endpoints}
    return Answer(name, outputs)


def _bucket(asked: _Asked) -> Answer:
    name = asked.physical("bucket", 63).lower()
    return Answer(
        name,
        {
            "bucket": name,
            "arn": f"arn:{PARTITION}:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.{asked.region}.amazonaws.com",
            "bucketRegion": asked.region,
            "hostedZoneId": f"Z{asked.letters(13, asked.region)}",
        },
    )


def _distribution(asked: _Asked) -> Answer:
    id_ = f"E{asked.letters(13)}"
    return Answer(
        id_,
        {
            "arn": asked.arn("cloudfront", f"distribution/{id_}", region=""),
            "domainName": f"d{asked.hex(13, 'domain')}.cloudfront.net",
            "hostedZoneId": _CLOUDFRONT_ZONE,
            "etag": asked.letters(13, "etag"),
            "status": "Deployed",
        },
    )


def _cloudfront(kind: str) -> _Maker:
    def make(asked: _Asked) -> Answer:
        id_ = asked.uuid()
        return Answer(
            id_, {"arn": asked.arn("cloudfront", f"{kind}/{id_}", region=""), "etag": asked.letters(13, "etag")}
        )

    return make


def _certificate(asked: _Asked) -> Answer:
    arn = asked.arn("acm", f"certificate/{asked.uuid()}")
    names = [asked.text("domainName")]
    others = asked.inputs.get("subjectAlternativeNames")
    if isinstance(others, list):
        names += [name for name in others if isinstance(name, str) and name not in names]
    options = []
    for name in names:
        base = name.removeprefix("*.")  # a wildcard and its base domain share one validation record
        token = hashlib.sha256(base.encode()).hexdigest()
        options.append(
            {
                "domainName": name,
                "resourceRecordName": f"_{token[:32]}.{base}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_{token[32:]}.acm-validations.aws.",
            }
        )
    return Answer(arn, {"arn": arn, "domainValidationOptions": options, "status": "PENDING_VALIDATION"})


def _record(asked: _Asked) -> Answer:
    name = asked.text("name").rstrip(".")
    zone = asked.text("zoneId")
    return Answer("_".join(filter(None, [zone, name, asked.text("type"), asked.text("setIdentifier")])), {"fqdn": name})


def _repository(asked: _Asked) -> Answer:
    name = asked.physical()
    return Answer(
        name,
        {
            "name": name,
            "arn": asked.arn("ecr", f"repository/{name}"),
            "registryId": ACCOUNT,
            "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{asked.region}.amazonaws.com/{name}",
        },
    )


def _task_definition(asked: _Asked) -> Answer:
    family = asked.physical("family")
    arn = asked.arn("ecs", f"task-definition/{family}")
    return Answer(family, {"family": family, "arn": f"{arn}:1", "arnWithoutRevision": arn, "revision": 1})


def _ecs_service(asked: _Asked) -> Answer:
    name = asked.physical()
    cluster = asked.text("cluster", "default").rpartition("/")[2]
    arn = asked.arn("ecs", f"service/{cluster}/{name}")
    return Answer(arn, {"arn": arn, "name": name})


def _iam(kind: str, prefix: str) -> _Maker:
    def make(asked: _Asked) -> Answer:
        name = asked.physical(limit=64)
        path = asked.text("path", "/")
        arn = asked.arn("iam", f"{kind}{path}{name}", region="")
        unique = f"{prefix}{asked.letters(17)}"
        return Answer(
            arn if kind == "policy" else name, {"name": name, "arn": arn, "uniqueId": unique, "policyId": unique}
        )

    return make


def _oidc_provider(asked: _Asked) -> Answer:
    arn = asked.arn("iam", f"oidc-provider/{asked.text('url').removeprefix('https://')}", region="")
    return Answer(arn, {"arn": arn})


def _kms_key(asked: _Asked) -> Answer:
    id_ = asked.uuid()
    return Answer(id_, {"keyId": id_, "arn": asked.arn("kms", f"key/{id_}")})


def _kms_alias(asked: _Asked) -> Answer:
    name = asked.text("name") or f"alias/{asked.physical()}"
    target = asked.text("targetKeyId").rpartition("/")[2]
    outputs = {"name": name, "arn": asked.arn("kms", name), "targetKeyArn": asked.arn("kms", f"key/{target}")}
    return Answer(name, outputs)


def _secret(asked: _Asked) -> Answer:
    name = asked.physical()
    arn = asked.arn("secretsmanager", f"secret:{name}-{asked.letters(6)}")
    return Answer(arn, {"name": name, "arn": arn})


def _secret_version(asked: _Asked) -> Answer:
    version = asked.uuid()
    return Answer(f"{asked.text('secretId')}|{version}", {"versionId": version, "arn": asked.text("secretId")})


def _subscription(asked: _Asked) -> Answer:
    arn = f"{asked.text('topic')}:{asked.uuid()}"
    return Answer(arn, {"arn": arn, "ownerId": ACCOUNT})


def _function(asked: _Asked, answer: Answer) -> dict[str, object]:
    arn = answer.outputs["arn"]
    return {
        "invokeArn": asked.arn("apigateway", f"lambda:path/2015-03-31/functions/{arn}/invocations", account=""),
        "qualifiedArn": f"{arn}:1",
        "version": "1",
    }


def _web_acl(asked: _Asked) -> Answer:
    name, id_ = asked.physical(), asked.uuid()
    scope = "global" if asked.text("scope") == "CLOUDFRONT" else "regional"
    return Answer(id_, {"name": name, "arn": asked.arn("wafv2", f"{scope}/webacl/{name}/{id_}"), "capacity": 0})


def _metric_alarm(asked: _Asked) -> Answer:
    name = asked.physical()
    return Answer(name, {"name": name, "arn": asked.arn("cloudwatch", f"alarm:{name}")})


def _mute_rule(asked: _Asked) -> Answer:
    name = asked.physical()
    return Answer(name, {"name": name, "arn": asked.arn("cloudwatch", f"alarm-mute-rule:{name}")})


def _composite_alarm(asked: _Asked) -> Answer:
    name = asked.physical("alarmName")
    return Answer(name, {"alarmName": name, "arn": asked.arn("cloudwatch", f"alarm:{name}")})


def _dashboard(asked: _Asked) -> Answer:
    name = asked.physical("dashboardName")
    return Answer(
        name, {"dashboardName": name, "dashboardArn": asked.arn("cloudwatch", f"dashboard/{name}", region="")}
    )


def _random_password(asked: _Asked) -> Answer:
    length = asked.inputs.get("length")
    result = asked.letters(length if isinstance(length, int) else 32, "result")
    return Answer(
        "none", {"result": result, "bcryptHash": f"$2a$10${asked.letters(53)}"}, frozenset({"result", "bcryptHash"})
    )


def _random_string(asked: _Asked) -> Answer:
    length = asked.inputs.get("length")
    result = asked.letters(length if isinstance(length, int) else 16, "result").lower()
    return Answer(result, {"result": result})


def _random_id(asked: _Asked) -> Answer:
    length = asked.inputs.get("byteLength")
    data = bytes.fromhex(asked.hex(2 * (length if isinstance(length, int) else 8)))
    prefix = asked.text("prefix")
    url = base64.urlsafe_b64encode(data).decode().rstrip("=")
    outputs = {
        "hex": prefix + data.hex(),
        "dec": prefix + str(int.from_bytes(data)),
        "b64Url": prefix + url,
        "b64Std": prefix + base64.b64encode(data).decode(),
    }
    return Answer(url, outputs)


def _random_integer(asked: _Asked) -> Answer:
    low, high = asked.inputs.get("min"), asked.inputs.get("max")
    low, high = (low if isinstance(low, int) else 0), (high if isinstance(high, int) else 100)
    result = low + int(asked.hex(8), 16) % (high - low + 1)
    return Answer(str(result), {"result": result})


def _random_uuid(asked: _Asked) -> Answer:
    return Answer(asked.uuid(), {"result": asked.uuid()})


def _image(asked: _Asked) -> Answer:
    digest = f"sha256:{asked.hex(64)}"
    tags = asked.inputs.get("tags")
    tag = str(tags[0]) if isinstance(tags, list) and tags else asked.name
    return Answer(digest, {"digest": digest, "ref": f"{tag}@{digest}"})


def _provider(asked: _Asked) -> Answer:
    return Answer(asked.uuid())


_MAKERS: Final[Mapping[str, _Maker]] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:acm/certificateValidation:CertificateValidation": _echo_id("certificateArn"),
    "aws:appautoscaling/policy:Policy": _named("autoscaling:scalingPolicy:{uuid}:policyName/{name}"),
    "aws:appautoscaling/target:Target": _echo_id("resourceId"),
    "aws:backup/plan:Plan": _named("backup:backup-plan:{uuid}", id_is="uuid"),
    "aws:backup/vault:Vault": _named("backup:backup-vault:{name}"),
    "aws:budgets/budget:Budget": _named("budgets-:budget/{name}"),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": _named(
        "chatbot-:chat-configuration/slack-channel/{name}", key="configurationName", id_is="arn"
    ),
    "aws:cloudfront/cachePolicy:CachePolicy": _cloudfront("cache-policy"),
    "aws:cloudfront/distribution:Distribution": _distribution,
    "aws:cloudfront/function:Function": _named("cloudfront-:function/{name}"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": _cloudfront("origin-access-control"),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": _cloudfront("origin-request-policy"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _cloudfront("response-headers-policy"),
    "aws:cloudfront/vpcOrigin:VpcOrigin": _cloudfront("vpcorigin"),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": _mute_rule,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/eventRule:EventRule": _named("events:rule/{name}"),
    "aws:cloudwatch/logDelivery:LogDelivery": _named("logs:delivery:{uuid}", id_is="uuid"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _named("logs:delivery-destination:{name}"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _named("logs:delivery-source:{name}"),
    "aws:cloudwatch/logGroup:LogGroup": _named("logs:log-group:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2("sg", "security-group"),
    "aws:ec2/eip:Eip": _with(
        _ec2("eipalloc", "elastic-ip"),
        lambda asked, answer: {
            "allocationId": answer.id,
            "publicIp": f"203.0.113.{int(asked.hex(2), 16) % 254 + 1}",
        },
    ),
    "aws:ec2/flowLog:FlowLog": _ec2("fl", "vpc-flow-log"),
    "aws:ec2/internetGateway:InternetGateway": _ec2("igw", "internet-gateway"),
    "aws:ec2/natGateway:NatGateway": _with(
        _ec2("nat", "natgateway", ("networkInterfaceId", "eni")),
        lambda asked, _: {"publicIp": f"203.0.113.{int(asked.hex(2), 16) % 254 + 1}"},
    ),
    "aws:ec2/networkAcl:NetworkAcl": _ec2("acl", "network-acl"),
    "aws:ec2/networkAclRule:NetworkAclRule": _ec2("nacl", "network-acl-rule"),
    "aws:ec2/networkInterface:NetworkInterface": _ec2("eni", "network-interface"),
    "aws:ec2/route:Route": _ec2("r-rtb", "route"),
    "aws:ec2/routeTable:RouteTable": _ec2("rtb", "route-table"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _ec2("rtbassoc", "route-table-association"),
    "aws:ec2/securityGroup:SecurityGroup": _with(
        _ec2("sg", "security-group"), lambda asked, _: {"name": asked.physical()}
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": _ec2("sgrule", "security-group-rule"),
    "aws:ec2/subnet:Subnet": _ec2("subnet", "subnet"),
    "aws:ec2/vpc:Vpc": _ec2(
        "vpc",
        "vpc",
        ("defaultSecurityGroupId", "sg"),
        ("defaultRouteTableId", "rtb"),
        ("mainRouteTableId", "rtb"),
        ("defaultNetworkAclId", "acl"),
        ("dhcpOptionsId", "dopt"),
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2("vpce", "vpc-endpoint", ("prefixListId", "pl")),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _with(_echo_id("repository"), lambda *_: {"registryId": ACCOUNT}),
    "aws:ecr/repository:Repository": _repository,
    "aws:ecs/cluster:Cluster": _named("ecs:cluster/{name}", id_is="arn"),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": _echo_id("clusterName"),
    "aws:ecs/service:Service": _ecs_service,
    "aws:ecs/taskDefinition:TaskDefinition": _task_definition,
    "aws:elasticache/parameterGroup:ParameterGroup": _named("elasticache:parametergroup:{name}"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:elasticache/subnetGroup:SubnetGroup": _named("elasticache:subnetgroup:{name}"),
    "aws:elasticache/user:User": _named("elasticache:user:{name}", key="userId"),
    "aws:elasticache/userGroup:UserGroup": _named("elasticache:usergroup:{name}", key="userGroupId"),
    "aws:iam/instanceProfile:InstanceProfile": _iam("instance-profile", "AIPA"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _oidc_provider,
    "aws:iam/policy:Policy": _iam("policy", "ANPA"),
    "aws:iam/role:Role": _iam("role", "AROA"),
    "aws:iam/rolePolicy:RolePolicy": _with(
        _echo_id("role", suffix=":policy"), lambda asked, _: {"name": asked.physical()}
    ),
    "aws:efs/accessPoint:AccessPoint": _file_storage("fsap", "access-point"),
    "aws:efs/fileSystem:FileSystem": _file_storage("fs", "file-system"),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": _echo_id("fileSystemId"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _echo_id("role", suffix="-attachment"),
    "aws:kms/alias:Alias": _kms_alias,
    "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": _malware_plan,
    "aws:kms/key:Key": _kms_key,
    "aws:lambda/function:Function": _with(_named("lambda:function:{name}"), _function),
    "aws:lb/listener:Listener": _listener("listener"),
    "aws:lb/listenerRule:ListenerRule": _listener("listener-rule"),
    "aws:lb/loadBalancer:LoadBalancer": _with(
        _named("elasticloadbalancing:loadbalancer/app/{name}/{hex}", id_is="arn", limit=32), _load_balancer
    ),
    "aws:lb/targetGroup:TargetGroup": _with(
        _named("elasticloadbalancing:targetgroup/{name}/{hex}", id_is="arn", limit=32), _target_group
    ),
    "aws:rds/cluster:Cluster": _db_cluster,
    "aws:rds/clusterInstance:ClusterInstance": _cluster_instance,
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _named("rds:cluster-pg:{name}"),
    "aws:rds/instance:Instance": _db_instance,
    "aws:rds/optionGroup:OptionGroup": _named("rds:og:{name}"),
    "aws:rds/parameterGroup:ParameterGroup": _named("rds:pg:{name}"),
    "aws:rds/proxy:Proxy": _db_proxy,
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": _db_proxy_targets,
    "aws:rds/subnetGroup:SubnetGroup": _named("rds:subgrp:{name}"),
    "aws:route53/healthCheck:HealthCheck": _named("route53--:healthcheck/{uuid}", id_is="uuid"),
    "aws:route53/record:Record": _record,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:scheduler/scheduleGroup:ScheduleGroup": _named("scheduler:schedule-group/{name}"),
    "aws:scheduler/schedule:Schedule": _named("scheduler:schedule/default/{name}"),
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:secretsmanager/secretPolicy:SecretPolicy": _echo_id("secretArn"),
    "aws:secretsmanager/secretRotation:SecretRotation": _echo_id("secretId"),
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:servicediscovery/httpNamespace:HttpNamespace": _named("servicediscovery:namespace/ns-{hex}"),
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": _named("servicediscovery:namespace/ns-{hex}"),
    "aws:sns/topic:Topic": _named("sns:{name}", id_is="arn"),
    "aws:sns/topicPolicy:TopicPolicy": _echo_id("arn"),
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": _echo_id("queueUrl"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _echo_id("queueUrl"),
    "aws:ssm/parameter:Parameter": _named("ssm:parameter/{name}"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _with(
        _ec2("sgr", "security-group-rule"), lambda _, answer: {"securityGroupRuleId": answer.id}
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _with(
        _ec2("sgr", "security-group-rule"), lambda _, answer: {"securityGroupRuleId": answer.id}
    ),
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "docker-build:index:Image": _image,
    "random:index/randomId:RandomId": _random_id,
    "random:index/randomInteger:RandomInteger": _random_integer,
    "random:index/randomPassword:RandomPassword": _random_password,
    "random:index/randomString:RandomString": _random_string,
    "random:index/randomUuid:RandomUuid": _random_uuid,
}

_S3_COMPANION = "aws:s3/bucket"

TAGGABLE: Final = frozenset(
    {
        "aws:efs/accessPoint:AccessPoint",
        "aws:efs/fileSystem:FileSystem",
        "aws:acm/certificate:Certificate",
        "aws:appautoscaling/target:Target",
        "aws:backup/plan:Plan",
        "aws:backup/vault:Vault",
        "aws:budgets/budget:Budget",
        "aws:cloudfront/distribution:Distribution",
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        "aws:cloudwatch/alarmMuteRule:AlarmMuteRule",
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/eip:Eip",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/networkAcl:NetworkAcl",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ecr/repository:Repository",
        "aws:ecs/cluster:Cluster",
        "aws:ecs/service:Service",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:elasticache/parameterGroup:ParameterGroup",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "aws:elasticache/user:User",
        "aws:elasticache/userGroup:UserGroup",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan",
        "aws:kms/key:Key",
        "aws:lambda/function:Function",
        "aws:lb/listener:Listener",
        "aws:lb/listenerRule:ListenerRule",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:rds/cluster:Cluster",
        "aws:rds/clusterInstance:ClusterInstance",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "aws:rds/instance:Instance",
        "aws:rds/optionGroup:OptionGroup",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/proxy:Proxy",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:route53/healthCheck:HealthCheck",
        "aws:scheduler/scheduleGroup:ScheduleGroup",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
        "aws:servicediscovery/httpNamespace:HttpNamespace",
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
        "aws:ssm/parameter:Parameter",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:wafv2/webAcl:WebAcl",
    }
)
"""Types that take the provider's default tags, checked against the SDK by a test."""


def answer(urn: str, type_: str, name: str, inputs: Mapping[str, object], region: str) -> Answer:
    """Answer for one resource the way its provider does after creating it.

    Args:
        urn: its URN, which the stand-ins are derived from.
        type_: its type token.
        name: its logical name.
        inputs: its inputs, all known.
        region: the AWS region it is in.
    """
    asked = _Asked(urn, type_, name, inputs, region)
    if maker := _MAKERS.get(type_):
        return maker(asked)
    if type_.startswith("pulumi:providers:"):
        return _provider(asked)
    if type_.startswith(_S3_COMPANION):
        return _echo_id("bucket")(asked)
    if type_.startswith("aws:"):
        _, module, kind = type_.split(":")
        return _named(f"{module.partition('/')[0]}:{kind[:1].lower()}{kind[1:]}/{{name}}")(asked)
    return Answer(f"{name}-{asked.hex(7)}")


def _zone(asked: _Asked) -> dict[str, object]:
    name = asked.text("name").rstrip(".") or "example.com"
    zone = asked.text("zoneId") or f"Z{asked.letters(20, name)}"
    return {"id": zone, "zoneId": zone, "name": name, "arn": f"arn:{PARTITION}:route53:::hostedzone/{zone}"}


def _prefix_list(asked: _Asked) -> dict[str, object]:
    name = asked.text("name")
    id_ = asked.text("id") or f"pl-{asked.hex(8, name)}"
    return {"id": id_, "name": name, "arn": asked.arn("ec2", f"prefix-list/{id_}"), "entries": []}


def _filtered(asked: _Asked) -> dict[str, object]:
    """Find what is asked for by its id: whether it is there, nobody knows offline."""
    filters = asked.inputs.get("filters")
    found = (
        [value for part in filters if isinstance(part, Mapping) for value in part.get("values") or ()]
        if isinstance(filters, list)
        else []
    )
    return {"id": asked.region, "ids": found}


def _secret_look_up(asked: _Asked) -> dict[str, object]:
    name = asked.text("name") or asked.text("arn").partition(":secret:")[2]
    arn = asked.text("arn") or asked.arn("secretsmanager", f"secret:{name}-{asked.letters(6, name)}")
    return {"id": arn, "arn": arn, "name": name, "kmsKeyId": "", "description": "", "tags": {}}


def _oidc_look_up(asked: _Asked) -> dict[str, object]:
    url = asked.text("url").removeprefix("https://")
    arn = asked.text("arn") or asked.arn("iam", f"oidc-provider/{url}", region="")
    return {"id": arn, "arn": arn, "url": url, "clientIdLists": ["sts.amazonaws.com"], "thumbprintLists": []}


def _zones(asked: _Asked) -> dict[str, object]:
    names = [f"{asked.region}{letter}" for letter in "abc"]
    ids = [f"{asked.region}-az{number}" for number in (1, 2, 3)]
    return {"id": asked.region, "names": names, "zoneIds": ids, "groupNames": [asked.region]}


_LOOK_UPS: Final[Mapping[str, Callable[[_Asked], dict[str, object]]]] = {
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


def default_tags(provider: Resource | None) -> Mapping[str, object]:
    """Return the tags that an AWS provider adds to every resource it makes."""
    given = provider.inputs.get("defaultTags") if provider else None
    if isinstance(given, str):  # a provider's inputs that are no strings travel as JSON
        try:
            given = json.loads(given)
        except json.JSONDecodeError:  # a secret that is still encrypted
            return {}
    tags = given.get("tags") if isinstance(given, Mapping) else None
    return tags if isinstance(tags, Mapping) else {}


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
    return maker(_Asked(token, token, "", args, region))
