"""The network."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Output

from components.existing_network import AnyNetwork, ExistingNetwork, ExistingNetworkArgs, Tier
from components.network import Nat, NetworkArgs
from settings import Settings, derived
from wiring.context import StackContext


def existing(context: StackContext) -> ExistingNetwork | None:
    """Return the network that is there already, after asking AWS what it is; None where the stack makes one."""
    network = context.settings.network
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
        balancer_tiers=_balancer_tiers(context.settings),
        verified=derived.shares(context.settings, "network"),
    )
    return ExistingNetwork(found, context.lookup)


def _balancer_tiers(settings: Settings) -> Sequence[Tier]:
    """Return which subnets load balancers stand in."""
    balancer = settings.load_balancer
    if balancer and balancer.internal:
        return ["private"]
    return ["public", "private"] if settings.internal_balancer else ["public"]


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
        protect=derived.offers(context.settings, "network") and context.settings.protection.protect,
    )
