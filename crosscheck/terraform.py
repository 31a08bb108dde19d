"""A Terraform plan that says what a recorded graph says, for tools that read nothing else.

Only what the program sets is in it. The names follow the Pulumi bridge's rules backwards: camel case becomes snake case, a
list of objects is a block with a singular name, and one object is a block that stands once.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

VERSION: Final = "1.2"
_PROVIDER: Final = "registry.terraform.io/hashicorp/aws"

_MODULES: Final = {"ec2": "aws", "alb": "aws_lb", "lb": "aws_lb", "rds": "aws_db", "ebs": "aws_ebs"}
"""Modules whose Terraform prefix is not ``aws_<module>``."""

_TYPES: Final = {
    "aws:alb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:rds/cluster:Cluster": "aws_rds_cluster",
    "aws:rds/clusterInstance:ClusterInstance": "aws_rds_cluster_instance",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "aws_rds_cluster_parameter_group",
    "aws:rds/globalCluster:GlobalCluster": "aws_rds_global_cluster",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": "aws_rds_cluster_snapshot_copy",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (
        "aws_db_instance_automated_backups_replication"
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
    "aws:cloudwatch/eventRule:EventRule": "aws_cloudwatch_event_rule",
    "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": "aws_route53_hosted_zone_dnssec",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:ec2/launchTemplate:LaunchTemplate": "aws_launch_template",
}
"""Types whose name the modules do not give."""

_MAPS: Final = frozenset(
    {"tags", "tagsAll", "dimensions", "variables", "triggers", "defaultTags", "parameterOverrides"}
)
"""Objects that are maps in Terraform too, not blocks."""

_NAMES: Final = {
    "encryptionConfigurations": "encryption_configuration",
    "clientIdLists": "client_id_list",
    "thumbprintLists": "thumbprint_list",
    "aliases": "aliases",
    "ingress": "ingress",
    "egress": "egress",
    "statementIds": "statement_ids",
}
"""Names that the rules do not give, whatever is in them."""

_BLOCK_NAMES: Final = {"aliases": "alias", "metricQueries": "metric_query", "volumes": "volume"}
"""Names of blocks that the rules do not give."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One resource of the plan."""

    token: str
    """Its Pulumi type."""
    name: str
    """Unique in the plan."""
    inputs: Mapping[str, Any]
    references: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """By input, the (token, name) of what it refers to."""


def terraform_type(token: str) -> str:
    """The Terraform type of a Pulumi type: ``aws:rds/instance:Instance`` is ``aws_db_instance``."""
    if token in _TYPES:
        return _TYPES[token]
    module, _, rest = token.removeprefix("aws:").partition("/")
    kind = snake(rest.partition(":")[0])
    return f"{_MODULES.get(module, f'aws_{module}')}_{kind}"


def snake(name: str) -> str:
    """``kmsKeyId`` as ``kms_key_id``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def plan(blocks: Iterable[Block]) -> dict[str, Any]:
    """The plan, as ``terraform show -json`` prints it.

    Args:
        blocks: what the graph holds; types of other providers are left out.
    """
    listed = [block for block in blocks if block.token.startswith("aws:")]
    values = [(block, attributes(block.inputs)) for block in listed]
    return {
        "format_version": VERSION,
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{**_head(b), "values": v} for b, v in values]}},
        "resource_changes": [
            {**_head(b), "change": {"actions": ["create"], "before": None, "after": v, "after_unknown": {}}}
            for b, v in values
        ],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": _PROVIDER}},
            "root_module": {"resources": [_configured(block, v) for block, v in values]},
        },
    }


def attributes(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's inputs under Terraform's names."""
    return dict(_attributes(inputs))


def _attributes(inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in inputs.items():
        if value is None or key.startswith("__"):
            continue
        if isinstance(value, Mapping):
            if key in _MAPS:
                yield snake(key), {name: _scalar(item) for name, item in value.items()}
            else:
                yield _NAMES.get(key, snake(key)), [attributes(value)]
        elif isinstance(value, list | tuple):
            if any(isinstance(item, Mapping) for item in value):
                blocks = [attributes(item) for item in value if isinstance(item, Mapping)]
                yield _NAMES.get(key) or _BLOCK_NAMES.get(key) or _singular(snake(key)), blocks
            else:
                yield _NAMES.get(key, snake(key)), [_scalar(item) for item in value]
        else:
            yield snake(key), _scalar(value)


def _scalar(value: Any) -> Any:  # noqa: ANN401 - any plain value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _head(block: Block) -> dict[str, Any]:
    kind = terraform_type(block.token)
    return {
        "address": f"{kind}.{block.name}",
        "mode": "managed",
        "type": kind,
        "name": block.name,
        "provider_name": _PROVIDER,
        "schema_version": 0,
    }


def _configured(block: Block, values: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration's view, whose references connect resources."""
    expressions: dict[str, Any] = {}
    for key, value in values.items():
        expressions[key] = {"constant_value": value} if not isinstance(value, list) else _expression(value)
    for prop, targets in block.references.items():
        refs = [f"{terraform_type(token)}.{name}" for token, name in targets if token.startswith("aws:")]
        name = next((n for n in (_NAMES.get(prop, snake(prop)), _singular(snake(prop))) if n in expressions), None)
        if not refs or name is None:
            continue
        linked = [item for ref in refs for item in (f"{ref}.id", ref)]
        inner = expressions[name]
        if isinstance(inner, list):
            for item in inner:
                item["references"] = {"references": linked}
        else:
            expressions[name] = {"references": linked}
    return {**_head(block), "provider_config_key": "aws", "expressions": expressions}


def _expression(value: list[Any]) -> Any:  # noqa: ANN401 - a block's or an attribute's
    if value and all(isinstance(item, Mapping) for item in value):
        return [
            {
                key: _expression(inner) if isinstance(inner, list) else {"constant_value": inner}
                for key, inner in item.items()
            }
            for item in value
        ]
    return {"constant_value": value}


def write(blocks: Iterable[Block]) -> str:
    """The plan as JSON."""
    return json.dumps(plan(blocks), indent=1, default=str)
