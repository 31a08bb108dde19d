"""Reading AWS's price list: recorded extracts in its documented form, and what must not be read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import limits
from preview.aws_prices.offers import OFFERS, ChangedFormatError, Offer, OfferPrices, read

EXTRACTS = Path(__file__).parent / "extracts"


def offer(code: str) -> Offer:
    (found,) = [offer for offer in OFFERS if offer.code == code]
    return found


def text(code: str) -> str:
    return (EXTRACTS / f"{code}.csv").read_text(encoding="utf-8")


def found(code: str, content: str | None = None) -> OfferPrices:
    return read(offer(code), (content or text(code)).splitlines(keepends=True))


@pytest.mark.parametrize(
    ("code", "prices"),
    [
        (
            "AmazonECS",
            {
                "fargate.linux.x86.vcpu_hour": "0.04656",
                "fargate.linux.x86.gb_hour": "0.00511",
                "fargate.linux.arm64.vcpu_hour": "0.03725",
                "fargate.linux.arm64.gb_hour": "0.00409",
                "fargate.ephemeral_storage.gb_hour": "0.000127",
            },
        ),
        (
            "AmazonRDS",
            {
                "rds.postgres.db_t4g_medium.single_az.hour": "0.077",
                "rds.postgres.db_t4g_medium.multi_az.hour": "0.153",
                "rds.mysql.db_t4g_medium.single_az.hour": "0.076",
                "rds.mysql.db_r8g_48xlarge.single_az.hour": "33.696",
                "rds.storage.gp3.single_az.gb_month": "0.137",
                "rds.storage.gp3.multi_az.gb_month": "0.274",
                "rds.storage.io2.single_az.gb_month": "0.149",
                "rds.storage.io2.single_az.iops_month": "0.119",
                "rds.storage.io1.single_az.iops_month": "0.119",
                "rds.storage.gp3.single_az.extra_iops_month": "0.023",
                "rds.aurora-postgresql.db_r6g_large.aurora.hour": "0.313",
                "rds.aurora-postgresql.db_r6g_large.aurora-iopt1.hour": "0.406",
                "rds.aurora-postgresql.aurora.acu_hour": "0.14",
                "rds.aurora-postgresql.aurora-iopt1.acu_hour": "0.182",
                "rds.storage.aurora.gb_month": "0.119",
                "rds.storage.aurora-iopt1.gb_month": "0.268",
                "rds.storage.aurora.io_per_million": "0.22",
                "rds.backup.aurora.extra_gb_month": "0.023",
                "rds.extended_support.aurora.year1.vcpu_hour": "0.131",
                "rds.proxy.acu_hour": "0.018",
                "rds.proxy.vcpu_hour": "0.018",
                "rds.extended_support.year1.vcpu_hour": "0.12",
                "rds.extended_support.year3.vcpu_hour": "0.24",
            },
        ),
        (
            "AmazonElastiCache",
            {
                "elasticache.redis.cache_t4g_small.node_hour": "0.038",
                "elasticache.valkey.cache_t4g_small.node_hour": "0.0304",
                "elasticache.valkey.cache_r8g_16xlarge.node_hour": "7.964",
            },
        ),
        ("AmazonEC2", {"nat_gateway.hour": "0.052", "nat_gateway.gb": "0.052"}),
        (
            "AmazonVPC",
            {
                "vpc_endpoint.interface.hour": "0.012",
                "vpc_endpoint.interface.gb": "0.01",
                "public_ipv4.hour": "0.005",
            },
        ),
        ("AWSELB", {"alb.hour": "0.027", "alb.lcu_hour": "0.008"}),
        ("awskms", {"kms.key_month": "1"}),
        ("awswaf", {"wafv2.web_acl_month": "5", "wafv2.rule_month": "1", "wafv2.requests.per_million": "0.6"}),
        ("AmazonS3", {"s3.standard.gb_month": "0.0245", "s3.requests.put.per_1k": "0.0054"}),
        ("AWSDataTransfer", {"data_transfer.internet_out.first_10tb_gb": "0.09"}),
    ],
)
def test_takes_what_estimates_use_and_nothing_else(code: str, prices: dict[str, str]) -> None:
    result = found(code)
    assert {key: price for key, (price, _) in result.prices.items()} == {
        key: Decimal(value) for key, value in prices.items()
    }
    assert result.version == "20261125101500"
    assert result.published == "2026-11-25T10:15:00Z"


def test_every_class_and_node_that_settings_accept_can_be_found() -> None:
    """The patterns must not leave out a family: a row is made for each that settings accept."""
    head = text("AmazonRDS").partition('"SKU00000"')[0]
    sample = next(line for line in text("AmazonRDS").splitlines() if "InstanceUsage:db.t4g.medium" in line)
    rows = [sample.replace("db.t4g.medium", name) for name in limits.RDS_CLASSES]
    prices = found("AmazonRDS", head + "\n".join(rows)).prices
    assert len(prices) == len(limits.RDS_CLASSES)
    head = text("AmazonElastiCache").partition('"SKU00000"')[0]
    sample = next(line for line in text("AmazonElastiCache").splitlines() if "Redis" in line)
    nodes = [sample.replace("cache.t4g.small", name) for name in limits.CACHE_NODES]
    assert len(found("AmazonElastiCache", head + "\n".join(nodes)).prices) == len(limits.CACHE_NODES)


def test_columns_are_found_by_name() -> None:
    content = text("AWSELB").replace('"SKU",', '"SKU","Brand New",').replace('\n"SKU0', '\n"x","SKU0')
    assert found("AWSELB", content).prices == found("AWSELB").prices


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"v1.0"', '"v2.0"', "AWSELB: the format is 'v2.0', not v1.0"),
        ('"OfferCode","AWSELB"', '"OfferCode","AmazonS3"', "AWSELB: the file is of 'AmazonS3'"),
        ('"PricePerUnit"', '"Price"', "AWSELB: there is no column PricePerUnit"),
        ('"usageType"', '"Usage"', "AWSELB: there is no column usageType"),
        ('"USD"', '"CNY"', "AWSELB: a price is in 'CNY', not in USD"),
        ('"0.0270000000"', '"a lot"', "AWSELB: 'a lot' is not a price"),
        ('Usage"', 'Used"', "AWSELB: none of the 2 prices looked for is in the file"),
        ('"SKU",', '"Stock",', "AWSELB: there is no line with the names of the columns"),
    ],
)
def test_a_changed_file_is_refused(old: str, new: str, problem: str) -> None:
    with pytest.raises(ChangedFormatError) as error:
        found("AWSELB", text("AWSELB").replace(old, new))
    assert str(error.value) == problem


@pytest.mark.parametrize("content", ["", "<html>not here</html>\n", "{}\n", '"a\n'])
def test_what_is_no_price_file_is_refused(content: str) -> None:
    with pytest.raises(ChangedFormatError):
        read(offer("AWSELB"), content.splitlines(keepends=True))


def test_memory_does_not_grow_with_the_file() -> None:
    """EC2's file has millions of lines, of which two are wanted."""
    start, _, rest = text("AmazonEC2").partition('"SKU00000"')
    row = '"SKU00000"' + rest.partition("\n")[0] + "\n"
    reserved = text("AmazonRDS").splitlines(keepends=True)

    def ec2() -> Iterator[str]:
        yield from start.splitlines(keepends=True)
        yield from (row for _ in range(200_000))
        yield from rest.partition("\n")[2].splitlines(keepends=True)

    def rds() -> Iterator[str]:
        yield from reserved[:6]
        yield from (line for line in [next(line for line in reserved if "Reserved" in line)] for _ in range(50_000))
        yield from reserved[6:]

    tracemalloc.start()
    assert len(read(offer("AmazonEC2"), ec2()).prices) == 2
    assert len(read(offer("AmazonRDS"), rds()).prices) == 23
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 2**20
