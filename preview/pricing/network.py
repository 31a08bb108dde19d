"""What ways out of the network cost: NAT gateways and endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from preview.pricing.meter import CostComponent, PricedResource


def nat_gateway(priced: PricedResource) -> Iterator[CostComponent]:
    """A zonal one has an address that is priced by itself; a regional one is billed, with an address, for each zone it serves."""
    if priced.text("availabilityMode") != "regional":
        yield CostComponent(what="NAT gateway", key="nat_gateway.hour", quantity=priced.hours())
        return
    subnets = [subnet for subnet in priced.graph.of("aws:ec2/subnet:Subnet") if subnet.parent == priced.resource.parent]
    zones = len({str(subnet.inputs.get("availabilityZone")) for subnet in subnets}) or 1
    yield CostComponent(
        what=f"regional NAT gateway in {zones} zones", key="nat_gateway.hour", quantity=priced.hours(zones)
    )
    yield CostComponent(what=f"{zones} public IPv4 addresses", key="public_ipv4.hour", quantity=priced.hours(zones))


def endpoint(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter an interface endpoint by its zones; a gateway endpoint costs nothing."""
    if priced.text("vpcEndpointType", "Gateway") == "Interface":
        zones = priced.count("subnetIds")
        service = priced.text("serviceName").rpartition(".")[2]
        what = f"{service} endpoint in {zones} zones"
        yield CostComponent(what=what, key="vpc_endpoint.interface.hour", quantity=priced.hours(zones))
