import ipaddress
import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from limits.subnets import ZoneSubnets, layout

CIDRS = st.builds(
    lambda prefix, position: f"10.{position}.0.0/{prefix}",
    st.integers(16, 22),
    st.integers(0, 255),
)
ZONES = st.lists(st.sampled_from([f"us-east-1{letter}" for letter in "abcdefgh"]), min_size=1, max_size=8, unique=True)


def networks(zones: Sequence[ZoneSubnets]) -> list[ipaddress.IPv4Network]:
    return [ipaddress.IPv4Network(cidr) for zone in zones for cidr in (zone.public, zone.private, zone.isolated)]


@given(CIDRS, ZONES)
def test_subnets_lie_in_the_range_and_apart(cidr: str, zones: list[str]) -> None:
    found = sorted(networks(list(layout(cidr, zones))))
    assert len(found) == 3 * len(zones)
    assert all(subnet.subnet_of(ipaddress.IPv4Network(cidr)) for subnet in found)
    assert all(one.broadcast_address < other.network_address for one, other in itertools.pairwise(found))


@given(CIDRS, ZONES)
def test_other_zones_move_nothing(cidr: str, zones: list[str]) -> None:
    every = {zone.zone: zone for zone in layout(cidr, [f"us-east-1{letter}" for letter in "abcdefgh"])}
    assert list(layout(cidr, zones)) == [every[zone] for zone in zones]


@given(CIDRS, ZONES)
def test_all_subnets_hold_a_load_balancer(cidr: str, zones: list[str]) -> None:
    assert all(subnet.prefixlen <= 27 for subnet in networks(list(layout(cidr, zones))))


def test_example() -> None:
    assert list(layout("10.0.0.0/16", ["us-east-1b"])) == [
        ZoneSubnets(zone="us-east-1b", private="10.0.32.0/20", public="10.0.48.0/21", isolated="10.0.56.0/21")
    ]
    assert layout("10.0.0.0/16", ["us-east-1b"])[0].letter == "b"
