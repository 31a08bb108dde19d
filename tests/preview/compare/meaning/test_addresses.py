"""Addresses that change."""

from __future__ import annotations

import dataclasses

from preview.compare.meaning import addresses
from tests.preview.compare.graphs import DATABASE, resource, said

EIP = "aws:ec2/eip:Eip"
RECORD = "aws:route53/record:Record"


def test_an_address_that_goes_cannot_be_had_again() -> None:
    ((level, text),) = said(addresses.say, [resource(EIP, "nat-c-address", {"domain": "vpc"})], [])
    assert level == "danger"
    assert "by which services reach the outside (nat-c-address)" in text
    assert "allow-list" in text


def test_what_is_deployed_says_its_address() -> None:
    eip = resource(EIP, "nat-c-address", {"domain": "vpc"})
    deployed = dataclasses.replace(eip, outputs={**eip.outputs, "publicIp": "198.51.100.7"})
    assert "198.51.100.7" in said(addresses.say, [deployed], [])[0][1]


def test_a_new_address_has_to_be_let_in() -> None:
    ((level, text),) = said(addresses.say, [], [resource(EIP, "a", {}), resource(EIP, "b", {})])
    assert level == "caution"
    assert text.startswith("2 public addresses (a, b): each is new")


def test_a_host_name_that_changes() -> None:
    old, new = (resource(DATABASE, "d", {"identifier": name}) for name in ("d", "e"))
    assert any("gets another host name" in text for _, text in said(addresses.say, [old], [new]))
    same = resource(DATABASE, "d", {"identifier": "d", "storageEncrypted": "true"})
    assert not said(addresses.say, [old], [same])


def test_a_name_that_is_not_resolved_any_more() -> None:
    record = resource(RECORD, "media", {"name": "media.example.com", "type": "A", "zoneId": "Z1"})
    ((_, text),) = said(addresses.say, [record], [])
    assert text.startswith("media.example.com (A) is not resolved any more")
    other = resource(RECORD, "other", {"name": "media.example.com", "type": "A", "zoneId": "Z1"})
    assert not said(addresses.say, [record], [other])
