"""ElastiCache: engine versions, and the node types that each region has, as cfn-lint keeps them."""

from typing import Final

from data.generate.databases import families
from data.generate.tables import PACK, PROGRAM, Table, package_json, version_key

_FOLDER: Final = "cfnlint/data/schemas/extensions/aws_elasticache_cachecluster"
_RETIRED: Final = frozenset({"c1", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2"})
"""Families that ElastiCache calls previous generation (ElastiCache user guide, "Supported node types")."""


def versions() -> Table:
    """Make the table of engine versions: a row an engine."""
    rules = package_json("cfn-lint", f"{_FOLDER}/engine_version.json")["allOf"]
    return Table(
        path=PACK / "cache_versions.jsonl",
        packages=("cfn-lint",),
        about="an engine a line: the versions that ElastiCache creates",
        rows=tuple(
            {
                "engine": rule["if"]["properties"]["Engine"]["const"],
                "versions": sorted(rule["then"]["properties"]["EngineVersion"]["enum"], key=version_key),
            }
            for rule in rules
            if "const" in rule["if"]["properties"]["Engine"]
        ),
    )


def nodes() -> Table:
    """Make the table of node types: all of them, and those of each region."""
    regions = {
        region: [name for name in rule["enum"] if name.split(".")[1] not in _RETIRED]
        for region, rule in package_json("cfn-lint", f"{_FOLDER}/cachenodetype_enum.json").items()
        if region != "description"
    }
    return Table(
        path=PROGRAM / "cache_nodes.jsonl",
        packages=("cfn-lint",),
        about="first all node types as {family: sizes}, then what each region has",
        rows=(
            {"all": "redis and valkey", "nodes": families(sorted(set().union(*regions.values())))},
            *({"region": region, "nodes": families(names)} for region, names in sorted(regions.items())),
        ),
    )
