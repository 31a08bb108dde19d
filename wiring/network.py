"""The network."""

from __future__ import annotations

from components.network import Nat, NetworkArgs
from settings import derived
from wiring.context import StackContext


def args(context: StackContext) -> NetworkArgs:
    """Return the network's arguments."""
    network = context.settings.network
    return NetworkArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        cidr=network.cidr,
        zones=network.zones,
        nat=Nat(network.nat),
        endpoints=network.endpoints,
        flow_log_days=network.flow_log_days,
        log_key_arn=context.log_key_arn,
        flows=derived.flows(context.settings) if network.acls else None,
        acl_rules=network.acl_rules,
    )
