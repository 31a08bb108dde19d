"""The pack on a program in plain resources: what it finds, where, and what it leaves alone, before and after the update."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from preview import policies
from preview.record import Mode, record
from preview.verdict import Verdict

PROGRAM = Path(__file__).parent / "foreign"
PACK = Path(__file__).resolve().parents[2] / "policy"

FAULTS: Mapping[str, set[str]] = {
    "database-in-private-subnets": {"bookings"},
    "database-ingress-from-groups-only": {"bookings"},
    "database-password-not-in-state": {"bookings"},
    "database-multi-az": {"bookings"},
    "bucket-public-access-blocked": {"posters"},
    "load-balancer-http-redirects": {"site"},
    "load-balancer-drops-invalid-headers": {"site"},
    "load-balancer-behind-firewall": {"site"},
    "container-logs-sent": {"site"},
    "task-roles-differ": {"site"},
    "no-administrator-attachments": {"task"},
    "container-secrets-not-in-environment": {"site"},
    "container-images-pinned": {"site"},
    "services-without-public-ip": {"site"},
    "services-in-private-subnets": {"site"},
}
"""What is wrong, by control: exactly these resources."""

MERITS: Mapping[str, set[str]] = {
    "database-storage-encrypted": {"bookings"},
    "subnet-groups-span-zones": {"bookings", "sessions"},
    "cache-in-private-subnets": {"sessions"},
    "load-balancer-in-matching-subnets": {"site"},
    "services-ingress-from-groups-only": {"site"},
    "execution-role-reads-named-secrets": {"task"},
    "cache-ingress-from-groups-only": {"sessions"},
    "cache-encrypted-in-transit": {"sessions"},
    "cache-multi-az": {"sessions"},
    "bucket-encrypted": {"tickets"},
    "bucket-versioned": {"tickets", "posters"},
}
"""What is right, by control."""


@cache
def verdict(mode: Mode) -> Verdict:
    graph = record(PROGRAM, "prod", {"aws:region": "eu-west-1"}, mode=mode)
    with policies.Pack(PACK, project="booking", stack="prod", values={}, dry_run=mode == "preview") as pack:
        return pack.evaluate(graph)


def found(mode: Mode, control: str) -> set[str]:
    return {finding.urn.rpartition("::")[2] for finding in verdict(mode).findings if finding.policy == control}


@pytest.mark.parametrize("mode", ["update", "preview"])
@pytest.mark.parametrize("control", FAULTS)
def test_faults_are_found_where_they_are(mode: Mode, control: str) -> None:
    assert found(mode, control) == FAULTS[control]


@pytest.mark.parametrize("mode", ["update", "preview"])
@pytest.mark.parametrize("control", MERITS)
def test_merits_are_left_alone(mode: Mode, control: str) -> None:
    assert not found(mode, control) & MERITS[control]


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_no_rule_breaks_and_no_word_of_the_program_is_repeated(mode: Mode) -> None:
    said = verdict(mode)
    assert not said.rule_errors
    assert "rules-without-defects" not in {finding.policy for finding in said.findings}
    assert "correct horse" not in " ".join(finding.message for finding in said.findings)
