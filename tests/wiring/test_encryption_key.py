import wiring
from tests.wiring.given import IN_FRONT, context


def test_logs_can_do_without_a_key_of_their_own() -> None:
    assert wiring.encryption_key.args(context({"slipway:logs": {"customerKey": False}})) == {}


def test_the_logs_of_the_edge_share_the_key_where_the_stack_is_in_its_region() -> None:
    assert {name: key.region for name, key in wiring.encryption_key.args(context(IN_FRONT)).items()} == {
        "logs": "us-east-1"
    }


def test_the_logs_of_the_edge_have_a_key_in_its_region() -> None:
    elsewhere = {
        **IN_FRONT,
        "aws:region": "eu-west-1",
        "slipway:network.zones": ["eu-west-1a", "eu-west-1b"],
    }
    keys = wiring.encryption_key.args(context(elsewhere))
    assert {name: key.region for name, key in keys.items()} == {"logs": "eu-west-1", "edge-logs": "us-east-1"}
    assert {key.alias for key in keys.values()} == {"storefront-production-logs", "storefront-production-edge-logs"}
