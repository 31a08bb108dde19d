"""The network."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Output

from components.existing_network import AnyNetwork, ExistingNetwork, ExistingNetworkArgs
from components.network import Nat, NetworkArgs
from settings import derived
from wiring.context import StackContext


def existing(context: StackContext) -> ExistingNetwork | None:
    """Return the network that is there already, after asking AWS what it is; None where the stack makes one."""
    network, balancer = context.settings.network, context.settings.load_balancer
    given = network.existing
    if given is None:
        return None
    found = ExistingNetworkArgs(
        region=context.region,
        vpc_id=given.vpc_id,
        cidr=network.cidr,
        zones=network.zones,
        public_subnet_ids=given.public_subnet_ids,
        private_subnet_ids=given.private_subnet_ids,
        isolated_subnet_ids=given.isolated_subnet_ids,
        balancer_tiers=["private" if balancer and balancer.internal else "public"],
    )
    return ExistingNetwork(found, context.lookup)


def task_subnets(context: StackContext, network: AnyNetwork) -> Sequence[Output[str]]:
    """Return the subnets that tasks run in."""
    return network.public_subnet_ids if context.settings.network.tasks == "public" else network.private_subnet_ids


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
        nat_allocation_ids=network.nat_allocation_ids,
        endpoints=network.endpoints,
        flow_log_days=network.flow_log_days,
        log_key_arn=context.log_key_arn,
        flows=derived.flows(context.settings) if network.acls else None,
        acl_rules=network.acl_rules,
    )
