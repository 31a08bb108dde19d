"""DNS records for mail, and a load balancer that passes the Host header on as it came."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from components.extension import Parts, StackResource

ZONE = "Z0123456789ABCDEFGHIJ"


def add(parts: Parts) -> None:
    """Say who may send mail for the domain, and what becomes of mail that others send."""
    records = {
        "mail-senders": ("dev.example.com", "v=spf1 -all"),
        "mail-policy": ("_dmarc.dev.example.com", "v=DMARC1; p=reject"),
    }
    for name, (host, text) in records.items():
        aws.route53.Record(name, zone_id=ZONE, name=host, type="TXT", ttl=3600, records=[text], opts=parts.options)


def change(resource: StackResource) -> Mapping[str, object] | None:
    """Keep the Host header as it came."""
    return {"preserve_host_header": True} if resource.type == "aws:lb/loadBalancer:LoadBalancer" else None
