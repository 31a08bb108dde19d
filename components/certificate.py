"""A certificate that AWS issues and renews by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked

if TYPE_CHECKING:
    from pulumi_aws.acm.outputs import CertificateDomainValidationOption

_MOST_NAMES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateArgs(Checked):
    """What a certificate is for."""

    domain: str
    """The first host name, at most 64 characters; `*.` before it stands for one label. A change makes a new certificate before the old one goes."""
    alternative_names: Sequence[str] = ()
    """Further host names, together at most 100. A change makes a new certificate."""
    zone_id: Input[str]
    """The Route 53 hosted zone of all these names. It must be public and delegated: AWS looks for its records there."""
    region: str | None = None
    """The region; None: the provider's. CloudFront takes certificates of us-east-1 only."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "domain", limits.host(self.domain) or limits.certificate_name(self.domain)
        for name in self.alternative_names:
            yield "alternative_names", limits.host(name)
        names = [self.domain, *self.alternative_names]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "alternative_names", f"{name!r} is given twice"
        if len(names) > _MOST_NAMES:
            yield "alternative_names", f"{len(names)} host names are more than the {_MOST_NAMES} on one certificate"
        if self.region is not None:
            yield "region", limits.region(self.region)


class Certificate(pulumi.ComponentResource):
    """An ACM certificate, with the DNS records by which AWS sees that the names are ours."""

    arn: Output[str]
    """Its ARN, known only once it is issued."""

    def __init__(self, name: str, args: CertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Certificate", name, None, opts)
        certificate = aws.acm.Certificate(
            f"{name}-certificate",
            domain_name=args.domain,
            subject_alternative_names=list(args.alternative_names),
            validation_method="DNS",
            region=args.region,
            opts=ResourceOptions(parent=self),
        )
        records = [
            self._record(name, args, certificate, base)
            for base in dict.fromkeys(_base(host) for host in (args.domain, *args.alternative_names))
        ]
        validation = aws.acm.CertificateValidation(
            f"{name}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            region=args.region,
            opts=ResourceOptions(parent=self),
        )
        self.arn = validation.certificate_arn
        self.register_outputs({"arn": self.arn})

    def _record(
        self, name: str, args: CertificateArgs, certificate: aws.acm.Certificate, base: str
    ) -> aws.route53.Record:
        option = certificate.domain_validation_options.apply(lambda options: _record_for(options, base))
        return aws.route53.Record(
            # Doubled hyphens keep a-b.example.com and a.b.example.com apart.
            f"{name}-{base.replace('-', '--').replace('.', '-')}",
            zone_id=args.zone_id,
            name=option["name"],
            type=option["type"],
            records=[option["value"]],
            ttl=300,
            # Every certificate of the account for a name has the same record.
            allow_overwrite=True,
            # Another certificate may live by it, and would not be renewed without it.
            opts=ResourceOptions(parent=self, retain_on_delete=True),
        )


def _base(host: str) -> str:
    """Return the name that a record is made for: a wildcard shares the record of what it stands on."""
    return host.removeprefix("*.")


def _record_for(options: Sequence[CertificateDomainValidationOption], base: str) -> Mapping[str, str]:
    option = next(option for option in options if _base(str(option.domain_name)) == base)
    return {
        "name": str(option.resource_record_name),
        "type": str(option.resource_record_type),
        "value": str(option.resource_record_value),
    }
