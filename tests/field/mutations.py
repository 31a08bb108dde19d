"""Changed stack files, many of them: none ends in a trace, and each that is accepted can be recorded in both modes, implies calls that
AWS's own models take, and resources that cfn-lint has nothing against.

`make fuzz COUNT=1000 SEED=1` prints how many were refused, and every fault with what leads to it again.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import settings
from crosscheck import cfn
from crosscheck.calls import refusals
from preview.graph import Graph
from preview.record import InvalidStack, record
from settings import checks
from tests.field import additions
from tests.settings.files import ROOT, SHIPPED, config, places

ODD: Final[tuple[object, ...]] = (
    None, True, False, 0, 1, -1, 2**31, 10**30, 0.5, 1e309, "", " ", "x", "*", "*.example.com", "a" * 65, "a" * 5000, "ünï", "\U0001f680", "\x00",
    "${database.host}",
    "${nothing}", "arn:aws:iam::12345678901:role/x", "arn:aws-cn:sqs:cn-north-1:123456789012:q",
    "10.0.0.0/8", "0.0.0.0/0", "us-east-9", "eu-central-1", "us-east-1h",
    "0 8 31 2 ? *",
    "99:99", "sun:23:30-mon:00:30", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "latest", "postgres", "17", "8.4",
    "db.t4g.micro", "https://ghcr.io/a/b:1", "[secret]",
    "2026-11-30", "1e5",
    [], {}, [None], [[]], {"": ""}, {"a": {"b": {"c": []}}}, ["x", "x"], {"image": {}}, {"enabled": False}, {"enabled": "no"},
)  # fmt: skip
"""What stands in a file by mistake: other types, bounds, other settings' values, things that look right."""
_MOST_CHANGES: Final = 2


@dataclass(kw_only=True, slots=True)
class Run:
    """What came of the changed files."""

    refused: int = 0
    accepted: int = 0
    faults: list[str] = field(default_factory=list)
    resources: dict[str, str] = field(default_factory=dict)
    """What the accepted files make, each once, as JSON `[type, inputs, region]`, and the first file that makes it."""


def changed(seed: int) -> tuple[dict[str, Any], str]:
    """Return a shipped stack file with a few settings added, values replaced, taken out, moved or copied, and what was done in words."""
    chance = random.Random(seed)  # noqa: S311 - the same again for the same seed, no secret
    path = chance.choice(SHIPPED)
    values, done = config(path), [path.name]
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        kind = chance.choice(("add", "add", "add", "replace", "replace", "remove", "copy", "rename", "nudge", "nudge"))
        if kind == "add":
            done.append(f"add {additions.add(values, chance)}")
            continue
        every = list(places(values))
        place, other = chance.choice(every), chance.choice(every)
        value = _at(values, other) if kind == "copy" else chance.choice(ODD)
        _change(values, kind, place, _nudged(_at(values, place), chance) if kind == "nudge" else value)
        done.append(f"{kind} {'.'.join(map(str, place))}")
    return values, "; ".join(done)


def _change(values: dict[str, Any], kind: str, place: tuple[str | int, ...], value: object) -> None:
    holder: Any = _at(values, place[:-1])
    if kind == "remove":
        del holder[place[-1]]
    elif kind == "rename" and isinstance(holder, dict):
        holder[f"{place[-1]}x"] = holder.pop(str(place[-1]))
    else:
        holder[place[-1]] = copy.deepcopy(value)


def _nudged(value: object, chance: random.Random) -> object:
    """Return nearly the same: what is still right, or just not any more."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return chance.choice((value - 1, value + 1, value * 2, value // 2, value * 10, value + 0.5, -value))
    if isinstance(value, str):
        cut, longer = value[: chance.randint(0, len(value))], value * chance.choice((2, 3, 20))
        return chance.choice(
            (cut, longer, f"{value}-2", f"{value}.", f"x{value}", value.upper(), f" {value}", value.replace("-", "_"))
        )
    if isinstance(value, list) and value:
        return chance.choice((value[:-1], [*value, value[0]], value[::-1], value * 30))
    if isinstance(value, dict) and value:
        last = list(value)[-1]
        extended = {f"{last}{number}": value[last] for number in range(chance.choice((1, 5, 60)))}
        return chance.choice(({key: value[key] for key in list(value)[:-1]}, {**value, **extended}))
    return value


def _at(values: object, place: tuple[str | int, ...]) -> Any:
    for part in place:
        values = values[part]  # type: ignore[index] # a mapping or a list
    return values


def run(seeds: range, *, recorded: bool = True, so_far: Run | None = None) -> Run:
    """Read the changed files of some seeds, and record those that are accepted."""
    result = so_far or Run()
    for seed in seeds:
        values, done = changed(seed)
        try:
            parsed = settings.parse(values, "test")
            checks.warnings(parsed)
        except settings.InvalidSettings as error:
            result.refused += 1
            result.faults += [f"{seed}: says nothing of what is wrong ({done})"] if not error.problems else []
            continue
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            result.faults.append(f"{seed}: {type(error).__name__}: {str(error)[:200]} ({done})")
            continue
        result.accepted += 1
        result.faults += [f"{seed}: {fault} ({done})" for fault in _recorded(values, done, result)] if recorded else []
    return result


def _recorded(values: dict[str, Any], done: str, result: Run) -> Iterator[str]:
    try:
        made = {mode: record(ROOT, "test", values, mode=mode) for mode in ("update", "preview")}
    except InvalidStack as error:
        # The settings open no files.
        if "slipway:extension.module: " not in str(error):
            yield f"a component refuses what the settings accept: {str(error)[:300]}"
    except Exception as error:  # noqa: BLE001 - as above
        yield f"{type(error).__name__}: {str(error)[:300]}"
    else:
        if len({len(graph.resources) for graph in made.values()}) > 1:
            yield "preview and update make different resources"
        yield from _refused_by_aws(made["update"], done, result)


def _refused_by_aws(graph: Graph, done: str, result: Run) -> Iterator[str]:
    """Yield what AWS's models have against resources that no file before this one made."""
    region = graph.one("pulumi:providers:aws").inputs["region"]
    for resource in graph.resources:
        key = json.dumps([resource.type, resource.inputs, region], sort_keys=True, default=repr)
        if not resource.custom or key in result.resources:
            continue
        result.resources[key] = done
        yield from (f"{resource.type} {resource.name}: {line}" for line in refusals(resource.type, resource.inputs))


def linted(result: Run) -> Iterator[str]:
    """Yield what cfn-lint has against what the accepted files make."""
    for (key, done), findings in zip(result.resources.items(), cfn.lint(result.resources), strict=True):
        yield from (f"{json.loads(key)[0]}: {line} ({done})" for line in findings)


def main(count: int = 1000, seed: int = 1) -> int:
    """Print what comes of that many files; return 1 if there is a fault."""
    result = run(range(seed, seed + count))
    result.faults += linted(result)
    print(*result.faults, sep="\n")
    print(
        f"{count} changed files: {result.refused} refused in words, {result.accepted} accepted with {len(result.resources)} different "
        f"resources, {len(result.faults)} faults"
    )
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
