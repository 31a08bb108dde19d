"""Changed stack files, many of them: none ends in a trace, and each that is accepted can be recorded in both modes.

`python -m tests.field.mutations [COUNT] [SEED]` prints how many were refused, and every fault with what leads to it again.
"""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import settings
from preview.record import InvalidStack, record
from settings import checks
from tests.settings.files import ROOT, SHIPPED, config, places

ODD: Final[tuple[object, ...]] = (
    None, True, False, 0, 1, -1, 2**31, 10**30, 0.5, 1e309, "", " ", "x", "*", "*.example.com", "a" * 65, "a" * 5000, "ünï", "\ud800", "\x00",
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


def changed(seed: int) -> tuple[dict[str, Any], str]:
    """Return a shipped stack file with a few values replaced, taken out, moved or copied, and what was done in words."""
    chance = random.Random(seed)  # noqa: S311 - the same again for the same seed, no secret
    path = chance.choice(SHIPPED)
    values, done = config(path), [path.name]
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        every = list(places(values))
        place, other = chance.choice(every), chance.choice(every)
        kind = chance.choice(("replace", "replace", "remove", "copy", "rename"))
        _change(values, kind, place, chance.choice(ODD) if kind != "copy" else _at(values, other))
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


def _at(values: object, place: tuple[str | int, ...]) -> Any:
    for part in place:
        values = values[part]  # type: ignore[index] # a mapping or a list
    return values


def run(seeds: range, *, recorded: bool = True) -> Run:
    """Read the changed files of some seeds, and record those that are accepted."""
    result = Run()
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
        result.faults += [f"{seed}: {fault} ({done})" for fault in _recorded(values)] if recorded else []
    return result


def _recorded(values: dict[str, Any]) -> Iterator[str]:
    try:
        made = {mode: record(ROOT, "test", values, mode=mode) for mode in ("update", "preview")}
    except InvalidStack as error:
        yield f"a component refuses what the settings accept: {str(error)[:300]}"
    except Exception as error:  # noqa: BLE001 - as above
        yield f"{type(error).__name__}: {str(error)[:300]}"
    else:
        if len({len(graph.resources) for graph in made.values()}) > 1:
            yield "preview and update make different resources"


def main(count: int = 1000, seed: int = 1) -> int:
    """Print what comes of that many files; return 1 if there is a fault."""
    result = run(range(seed, seed + count))
    print(*result.faults, sep="\n")
    print(
        f"{count} changed files: {result.refused} refused in words, {result.accepted} accepted, {len(result.faults)} faults"
    )
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
