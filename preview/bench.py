"""`make bench`: how long the preview takes, for every shipped stack file and for growing numbers of services.

Each figure is the whole command as a person runs it: a new process, from its start to its end.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from limits import quotas
from preview import yaml

_ROOT: Final = Path(__file__).resolve().parents[1]
_RUNS: Final = 3
_SIZES: Final = (1, 10, 50, 200)
_COMPARED: Final = (50, 200)
_SERVICES: Final = "slipway:services"
_MOST_ROUTES: Final = quotas.TARGET_GROUPS_PER_BALANCER
"""How many services can have a route: of more than these the later ones are workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One stack file's figures."""

    name: str
    services: int
    resources: int
    seconds: float
    """Median wall time."""
    policy_seconds: float
    """Of it, waiting for the policy pack."""
    peak_mib: float
    """The command's largest resident memory."""


def measure(path: Path, name: str, runs: int = _RUNS) -> Result:
    """Run the preview of a stack file several times.

    Raises:
        RuntimeError: the preview could not be made; the text is what it said.
    """
    took: list[float] = []
    policy: list[float] = []
    peak = 0.0
    resources = 0
    for _ in range(runs):
        command = [sys.executable, "-m", "preview", "--file", str(path), "--format", "json", "--timings"]
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            begin = time.perf_counter()
            process = subprocess.Popen(command, cwd=_ROOT, stdout=output, stderr=errors)  # noqa: S603 - our own command
            _, status, usage = os.wait4(process.pid, 0)
            took.append(time.perf_counter() - begin)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            said = errors.read().decode()
            if process.returncode not in {0, 1} or "timings " not in said:
                raise RuntimeError(f"{path}: {said.strip()}")
            resources = sum(resource["custom"] for resource in json.loads(output.read())["resources"])
        peak = max(peak, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2))
        policy.append(json.loads(said.rpartition("timings ")[2])["policy"])
    return Result(
        name=name,
        services=len(_document(path)["config"].get(_SERVICES, {})),
        resources=resources,
        seconds=statistics.median(took),
        policy_seconds=statistics.median(policy),
        peak_mib=peak,
    )


def shipped() -> list[Path]:
    """Return the stack files of the project and its examples."""
    return [*sorted(_ROOT.glob("Pulumi.*.yaml")), *sorted(_ROOT.glob("examples/*/Pulumi.*.yaml"))]


def grown(source: Path, services: int) -> dict[str, Any]:
    """Return a stack file's content with this many services, all copies of its first one.

    Args:
        source: the stack file to start from.
        services: how many.
    """
    document = _document(source)
    first = next(iter(document["config"][_SERVICES].values()))
    copies: dict[str, Any] = {}
    for number in range(1, services + 1):
        name = f"svc-{number:03}"
        service = copy.deepcopy(first)
        # Names are each service's own, and one service migrates the database for all.
        for own in ("name", "family", "logGroup", "routes", "calls", *(["migrate"] if copies else [])):
            service.pop(own, None)
        if "environment" in service:
            others = {key: value for key, value in service["environment"].items() if "${services." not in str(value)}
            service["environment"] = others
        if "logRouter" in service:
            service["logRouter"]["routes"] = {kind: f"/{name}/{kind}" for kind in service["logRouter"]["routes"]}
        if number > _MOST_ROUTES:
            for asked in ("route", "port", "health", "healthCheck", "deployment", "scaling"):
                service.pop(asked, None)
        if "route" in service:
            service["route"] = {"paths": [f"/{name}/*"], "priority": 1000 + number}
        copies[name] = service
    document["config"][_SERVICES] = copies
    # A role's policies name what it deploys, and IAM allows ten: not enough for hundreds of services.
    document["config"].pop("slipway:delivery", None)
    for naming in ("slipway:jobs", "slipway:telemetry"):
        document["config"].pop(naming, None)  # they name services that are gone
    return document


def table(results: Sequence[Result]) -> str:
    """Lay the figures out; the last column is the growth since the line above, for each service more."""
    head = ("stack file", "services", "resources", "seconds", "policy", "share", "peak MiB", "ms/service")
    lines = [head, *_rows(results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    before: Result | None = None
    for result in results:
        growth = ""
        if before and before.name.startswith("generated") and result.services > before.services:
            growth = f"{1000 * (result.seconds - before.seconds) / (result.services - before.services):.1f}"
        yield (
            result.name,
            str(result.services),
            str(result.resources),
            f"{result.seconds:.2f}",
            f"{result.policy_seconds:.2f}",
            f"{result.policy_seconds / result.seconds:.0%}",
            f"{result.peak_mib:.0f}",
            growth,
        )
        before = result


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One preview's figures."""

    wall: float
    """Seconds from its start to its end."""
    cpu: float
    """Processor seconds, its own and its policy pack's."""
    peak: float
    """Its largest resident memory, in MiB."""


def ratios(checkout: Path, base: Path, path: Path, runs: int = _RUNS) -> dict[str, float]:
    """Preview a stack file in two checkouts in turn, and return the medians of the ratios, pair by pair, after a run that is not counted.

    Args:
        checkout: the one that is measured.
        base: the one it is compared with.
        path: the stack file.
        runs: how many pairs count.

    Raises:
        RuntimeError: a preview could not be made; the text is what it said.
    """
    # Compiled modules are kept beside neither, so that it does not matter whether a checkout may be written to.
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        pairs = [(_run(checkout, path, ours), _run(base, path, theirs)) for _ in range(runs + 1)][1:]
    return {
        name: statistics.median(getattr(own, name) / getattr(other, name) for own, other in pairs)
        for name in ("wall", "cpu", "peak")
    }


def _run(checkout: Path, path: Path, compiled: str) -> Run:
    command = [_python(checkout), "-m", "preview", "--file", str(path), "--format", "plain", "--timings"]
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=checkout, env=_keeping(compiled), stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode().strip()
        if process.returncode not in {0, 1} or "timings " not in said:
            raise RuntimeError(f"{checkout}: {path}: {said}")
    unit = 1024 if sys.platform == "linux" else 1024**2
    return Run(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / unit)


def _python(checkout: Path) -> str:
    own = checkout / ".venv" / "bin" / "python"
    return str(own if own.exists() else sys.executable)


def _keeping(compiled: str) -> dict[str, str]:
    """The environment of a process that keeps compiled modules in a folder."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled}


def pack_seconds(checkout: Path) -> float:
    """Return how many processor seconds a checkout's pack takes for the most resources that `tests.policy.load` makes.

    Raises:
        RuntimeError: it says nothing about that; the text is what it said.
    """
    command = [_python(checkout), "-m", "tests.policy.load"]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    found = re.findall(r"(?m)^ *\d+ resources +([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"{checkout}: {done.stderr.strip() or done.stdout.strip()}")
    return float(found[-1])


def suite_seconds(checkout: Path) -> float:
    """Return how long `make test` takes."""
    return _timed(["make", "test"], checkout)


def fresh_seconds(checkout: Path) -> float:
    """Return how long a copy without an environment takes to its first preview."""
    with tempfile.TemporaryDirectory() as folder:
        copy_ = Path(folder) / "checkout"
        shutil.copytree(checkout, copy_, ignore=shutil.ignore_patterns(".venv*", ".git", "__pycache__", ".*_cache"))
        return _timed(["make", "preview", "STACK=prod", "FORMAT=plain"], copy_)


def _timed(command: Sequence[str], folder: Path) -> float:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=inherited, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise RuntimeError(f"{folder}: {' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - begin


def compare(base: Path, rows: Sequence[str]) -> None:
    """Print ratios to another checkout.

    Args:
        base: the other checkout.
        rows: which, of `_COMPARISONS`.
    """
    print(f"ratios to {base}, median of {_RUNS} pairs in turn\n\n{'what':32}   wall    cpu   peak memory")
    with tempfile.TemporaryDirectory() as folder:
        paths = [base / "Pulumi.prod.yaml"] if "reference" in rows else []
        for size in _COMPARED if "generated" in rows else ():
            paths.append(Path(folder) / f"Pulumi.generated-{size}.yaml")
            paths[-1].write_text(json.dumps(grown(base / "Pulumi.prod.yaml", size)), encoding="utf-8")
        for path in paths:
            found = ratios(_ROOT, base, path)
            print(f"{path.name:32}   {found['wall']:.2f}   {found['cpu']:.2f}   {found['peak']:11.2f}", flush=True)
    if "pack" in rows:
        pairs = [(pack_seconds(_ROOT), pack_seconds(base)) for _ in range(_RUNS)]
        ratio = statistics.median(own / other for own, other in pairs)
        print(f"{'the policy pack alone':32}          {ratio:.2f}", flush=True)
    if "suite" in rows:
        for name, seconds in (("make test", suite_seconds), ("fresh copy to its first preview", fresh_seconds)):
            print(f"{name:32}   {seconds(_ROOT) / seconds(base):.2f}", flush=True)


def _document(path: Path) -> dict[str, Any]:
    document = yaml.load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise TypeError(f"{path}: no mapping")
    return document


def sizes() -> None:
    """Print the table of the shipped stack files and of growing numbers of services."""
    results = []
    for path in shipped():
        print(f"measuring {path.relative_to(_ROOT)} ...", file=sys.stderr)
        results.append(measure(path, str(path.relative_to(_ROOT))))
    with tempfile.TemporaryDirectory() as folder:
        for size in _SIZES:
            print(f"measuring {size} services ...", file=sys.stderr)
            path = Path(folder) / f"Pulumi.generated-{size}.yaml"
            path.write_text(json.dumps(grown(_ROOT / "Pulumi.prod.yaml", size)), encoding="utf-8")  # JSON is YAML
            results.append(measure(path, f"generated, {size}"))
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}, median of {_RUNS} runs\n")
    print(table(results))


_MEASURES: Final = {
    "sizes": None,
    "base": "preview.compare.bench",
    "watch": "preview.watch.bench",
    "all": "preview.bench_all",
    "pack": "tests.policy.load",
}
"""What is measured, and the module that prints it; None: this one."""
_COMPARISONS: Final = ("reference", "generated", "pack", "suite")
"""What is compared with another checkout."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, or with `--base` the ratios to another checkout."""
    parser = argparse.ArgumentParser(prog="python -m preview.bench", description=__doc__)
    parser.add_argument(
        "--base", type=Path, help="another checkout of the project, with its own .venv or for this Python"
    )
    parser.add_argument("--suite", action="store_true", help="with --base: also of make test and a fresh copy")
    parser.add_argument(
        "--rows", nargs="+", help=f"only these: {', '.join(_MEASURES)}; with --base {', '.join(_COMPARISONS)}"
    )
    options = parser.parse_args(arguments)
    known = _COMPARISONS if options.base else tuple(_MEASURES)
    rows = options.rows or [name for name in known if name != "suite" or options.suite]
    if unknown := [name for name in rows if name not in known]:
        parser.error(f"--rows: there is no {', '.join(unknown)}; there are {', '.join(known)}")
    if options.base:
        compare(options.base.resolve(), rows)
        return
    for name in rows:
        if module := _MEASURES[name]:
            subprocess.run([sys.executable, "-m", module], cwd=_ROOT, check=True)  # noqa: S603 - our own
        else:
            sizes()


if __name__ == "__main__":
    main()
