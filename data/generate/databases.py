"""RDS: engine versions, and the classes that each region has, as cfn-lint keeps them."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from data.generate.tables import PACK, PROGRAM, Table, ordered, package_json, version_key

_ENGINES: Final = ("aurora-mysql", "aurora-postgresql", "mysql", "postgres")
_INSTANCES: Final = ("mysql", "postgres")
"""Engines whose versions the list of classes by version tells apart."""
_FOLDER: Final = "cfnlint/data/schemas/extensions/aws_rds_dbinstance"
_RETIRED: Final = frozenset({"m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2"})
"""Families on which RDS creates nothing any more, though its price list still has them (RDS user guide, "DB instance classes")."""


def versions() -> Table:
    """Make the table of engine versions: a row an engine."""
    known, closed = _enums("engine_version.json"), _enums("engine_version_deprecated.json", "if")
    return Table(
        path=PACK / "rds_versions.jsonl",
        packages=("cfn-lint",),
        about="an engine a line: every version that there was, and those of them on which RDS creates nothing any more",
        rows=tuple(
            {
                "engine": engine,
                "versions": sorted(known[engine], key=version_key),
                "closed": sorted(set(closed.get(engine, ())), key=version_key),
            }
            for engine in _ENGINES
        ),
    )


def classes() -> Table:
    """Make the table of instance classes: all of them, those that older versions lack, and those of each region."""
    regions = {engine: dict(_regions(engine)) for engine in _ENGINES}
    every = sorted(set().union(*(names for by_region in regions.values() for names in by_region.values())))
    return Table(
        path=PROGRAM / "rds_classes.jsonl",
        packages=("cfn-lint",),
        about="first all classes as {family: sizes}; then for an engine and major version what it lacks of them; "
        "then what a region has for an engine",
        rows=(
            {"all": "engines", "classes": families(every)},
            *(
                {"version": f"{engine} {major}", "without": families(lacking)}
                for engine in _INSTANCES
                for major, lacking in _lacking(engine, every)
            ),
            *(
                {"region": f"{engine} {region}", "classes": families(names)}
                for engine in _ENGINES
                for region, names in sorted(regions[engine].items())
            ),
        ),
    )


def _regions(engine: str) -> Iterator[tuple[str, frozenset[str]]]:
    for region, rules in package_json("cfn-lint", f"{_FOLDER}/dbinstanceclass_enum.json").items():
        names = {
            name
            for rule in rules["allOf"]
            if rule["if"]["properties"]["Engine"].get("const") == engine
            for name in rule["then"]["properties"]["DBInstanceClass"]["enum"]
        }
        yield region, frozenset(name for name in names if _is_of_today(name))


def _lacking(engine: str, every: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """For each major version the classes that others have and it has not. A class that none has is not known to this list."""
    has: dict[str, set[str]] = defaultdict(set)
    for version, names in _by_version(engine):
        if version in created(engine):
            has[_major(engine, version)] |= names
    anywhere = set().union(*has.values())
    for major in sorted(has, key=version_key):
        if lacking := [name for name in every if name in anywhere and name not in has[major]]:
            yield major, lacking


def _by_version(engine: str) -> Iterator[tuple[str, set[str]]]:
    """The classes of each version, as `8.4` or `12.22-rds`: this list does not tell one engine's from another's."""
    for rule in package_json("cfn-lint", f"{_FOLDER}/db_instance_class.json")["allOf"]:
        given = rule["if"]["properties"]
        if given["Engine"]["const"] == engine:
            version = given["EngineVersion"]["pattern"].rpartition("|")[2].removesuffix(")$").replace("\\", "")
            yield version, set(rule["then"]["properties"]["DBInstanceClass"]["enum"])


@functools.cache
def created(engine: str) -> frozenset[str]:
    """Return the versions that RDS creates as the list of classes calls them: MySQL's by their major version alone."""
    closed = set(_enums("engine_version_deprecated.json", "if")[engine])
    versions = [version for version in _enums("engine_version.json")[engine] if version not in closed]
    cut = [version.partition("-rds.")[0] + "-rds" * ("-rds." in version) for version in versions]
    return frozenset(cut) if engine == "postgres" else frozenset(_major(engine, version) for version in versions)


def _major(engine: str, version: str) -> str:
    parts = version.partition("-")[0].split(".")
    return parts[0] if engine == "postgres" else ".".join(parts[:2])


def _enums(file: str, branch: str = "then") -> dict[str, list[str]]:
    """The lists of versions in a file, by engine."""
    rules = package_json("cfn-lint", f"{_FOLDER}/{file}")["allOf"]
    return {
        rule["if"]["properties"]["Engine"]["const"]: rule[branch]["properties"]["EngineVersion"]["enum"]
        for rule in rules
        if "const" in rule["if"]["properties"]["Engine"]
    }


def _is_of_today(name: str) -> bool:
    parts = name.split(".")
    return len(parts) > 2 and parts[1] not in _RETIRED  # noqa: PLR2004 (db, family and size; db.serverless is Aurora's)


def families(names: Iterable[str]) -> Mapping[str, Any]:
    """Write classes such as `db.m5.large` in short: the sizes of each family, smallest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        _, family, size = name.split(".")
        found[family].append(size)
    return ordered((family, " ".join(sorted(sizes, key=_size))) for family, sizes in found.items())


_SIZES: Final = ("micro", "small", "medium", "large", "xlarge")


def _size(name: str) -> int:
    return _SIZES.index(name) if name in _SIZES else len(_SIZES) + int(name.removesuffix("xlarge"))
