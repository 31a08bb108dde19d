"""The base, recorded in a process of its own while this one records the head, or read from the cache.

The two share nothing: the base's program has its own folder, modules and working directory. Only the recorder and the policy pack are
the head's, so that what differs is what the programs register.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import hashlib
import importlib
import importlib.machinery
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
import types
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from preview import early, evaluation, pack_process
from preview import verdict as verdicts
from preview.compare import bases
from preview.compare.bases import Base, InvalidBase
from preview.graph import Graph, Message, Resource

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_FORMAT: Final = 2
_KEPT: Final = 24
"""How many recorded bases stay in the cache."""
_HOME: Final = Path(__file__).parents[2]
_TOLD: Final = 15
_GRAPH, _REST = "graph", "rest"
"""The parts in which a base is written, each by itself: what its program registered is known before what the pack says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A recorded base."""

    graph: Graph | None
    """None for an exported stack: who compares reads it."""
    verdict: verdicts.Verdict | None
    config: Mapping[str, object] | None = None
    """The `config:` section of its stack file, if it has one."""


class Recording:
    """A base that is being recorded. Use it as a context manager: leaving it ends the process and removes its folder."""

    def __init__(self, base: Base, path: Path, pack: Path, config: verdicts.Config) -> None:
        """Start, unless the cache has it.

        Args:
            base: what to record.
            path: the stack file that is compared with it.
            pack: the policy pack's folder.
            config: levels and parameters of its policies.
        """
        self._base = base
        self._place = cache_folder() / f"{_key(base, pack, config)}.z"
        self._kept = _read(self._place)
        self._graph: Graph | None = None
        self._side: Side | None = None
        self._process: subprocess.Popen[bytes] | _Forked | None = None
        self._folder: Path | None = None
        self._errors: IO[bytes] | None = None
        self.cached = self._kept is not None
        """Whether the cache had it."""
        self._pack: pack_process.LoadedPack | None = None
        """What both sides' packs are copies of."""
        self._compared = path, pack, config
        if self._kept is None:
            self._start(*self._compared)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._errors:
            self._errors.close()
        if self._pack:
            pack_process.Process.kept = None
            self._pack.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def graph(self) -> Graph | None:
        """Return what the base registered, if that is known by now; what it is judged by may come later."""
        if self._kept is not None:
            self._take_kept()
        if self._graph is None and self._folder and (written := self._folder / _GRAPH).exists():
            self._graph = _graph(zlib.decompress(written.read_bytes()))
        return self._graph

    def side(self) -> Side:
        """Wait for the base and return it.

        Raises:
            evaluation.StoppedError: its program does not run; the text is its own error.
        """
        if self._kept is not None:
            self._take_kept()
        if self._side:
            return self._side
        if not self._process or not self._folder:  # pragma: no cover - there is always one or the other
            raise RuntimeError("no base was started")
        code = self._process.wait()
        result = self._folder / _REST
        if code or not result.exists():
            raise evaluation.StoppedError(f"BASE={self._base.text}: {self._said()}", evaluation.INVALID)
        graph, rest = (self._folder / _GRAPH).read_bytes(), result.read_bytes()
        self._side = _side(self.graph(), zlib.decompress(rest))
        _keep(self._place, graph + rest)
        return self._side

    def _take_kept(self) -> None:
        """Read what the cache had; what is not whole is recorded anew."""
        kept, self._kept = self._kept or b"", None
        first = zlib.decompressobj()
        try:
            graph = _graph(first.decompress(kept))
            self._side = _side(graph, zlib.decompress(first.unused_data))
            self._graph = graph
        except (ValueError, KeyError, TypeError, zlib.error):
            self.cached = False
            self._start(*self._compared)

    def _start(self, path: Path, pack: Path, config: verdicts.Config) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="slipway-base-"))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the recording is left
        base = asdict(self._base)
        job = {
            "base": {name: str(value) for name, value in base.items()},
            "folder": str(self._folder),
            "pack": str(pack.resolve()),
            "config": config,
            "together": self._base.is_of_this_program(),
        }
        if _may_fork():
            if (pack / "PulumiPolicy.yaml").exists():
                self._pack = pack_process.Process.kept = pack_process.LoadedPack(pack, copied=True)
            _import_for_both()
            if job["together"]:
                _import_program(self._base.root, path, self._base.path)
            self._process = _Forked(job, self._errors)
            return
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "preview.compare.sides", json.dumps(job)],
            cwd=_HOME,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
        )

    def _said(self) -> str:
        if self._errors is None:  # pragma: no cover - a process has it
            return ""
        self._errors.seek(0)
        text = self._errors.read().decode(errors="replace").strip()
        for place in (f"{self._folder}/tree/{self._base.prefix}", f"{self._base.root}{os.sep}", f"{_HOME}{os.sep}"):
            text = text.replace(place, "")
        lines = text.splitlines() or ["its program ended without a word"]
        more = [] if len(lines) <= _TOLD else ["..."]
        return "the base's program does not run: " + "\n  ".join([*more, *lines[-_TOLD:]])


def _may_fork() -> bool:
    """Whether a copy of this process can record the base: it could become a pack, and has no program of its own yet."""
    return pack_process.may_fork() and not {"pulumi_aws", "settings", "components"} & sys.modules.keys()


class _Forked:
    """A base's process that is a copy of this one, with what both sides import."""

    def __init__(self, job: Mapping[str, object], errors: IO[bytes]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._code: int | None = None
        self._id = os.fork()
        if self._id:
            return
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor, target in ((nothing, 0), (nothing, 1), (errors.fileno(), 2)):
                os.dup2(descriptor, target)
            os.chdir(_HOME)
            _run(job)
        except BaseException:  # noqa: BLE001 - as an interpreter prints it
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(1)

    def kill(self) -> None:
        """End it."""
        if self._code is None:
            os.kill(self._id, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it has ended, and return its exit code."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._id, 0)[1])
        return self._code


def _import_for_both() -> None:
    """Import what both sides need, and neither has of its own."""
    import pydantic  # noqa: PLC0415 - only where a base is recorded

    from preview import lazy_imports, record  # noqa: F401, PLC0415 - as above

    pydantic.BaseModel  # noqa: B018 - it loads what it is made of when it is asked for
    lazy_imports.install()
    importlib.import_module("pulumi_aws")


def _import_program(root: Path, *paths: Path) -> None:
    """Import what both sides' program imports, where it is the same one."""
    from preview import ahead, project  # noqa: PLC0415 - only where a base is recorded

    stacks = {path.name.partition(".")[2].rpartition(".")[0] for path in paths}
    with contextlib.suppress(project.InvalidProject):  # each side says so
        name = project.read(root).name
        ahead.imported(ahead.named(root), root, name, stacks.pop() if len(stacks) == 1 else None)


def cache_folder() -> Path:
    """Return where recorded bases are kept: in the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "slipway" / "bases"


def _key(base: Base, pack: Path, config: verdicts.Config) -> str:
    """Return the digest of all that the recording hangs on; of the day as well, as findings may end or begin with it."""
    site = next((Path(path) for path in sys.path if path.endswith("site-packages")), None)
    installed = sorted(path.name for path in site.glob("pulumi*.dist-info")) if site else []
    parts = (
        str(_FORMAT),
        base.identity,
        base.path.name,
        sys.version,
        *installed,
        dt.datetime.now(tz=dt.UTC).date().isoformat(),
        json.dumps(config, sort_keys=True),
        bases.digest(_HOME, (str(path) for pattern in OF_RECORDER for path in _HOME.glob(pattern))),
        bases.digest(pack, bases.files_of(pack, lambda name: name == "__pycache__")),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
        os.utime(path)
    except OSError:  # not there
        return None
    return data


def _keep(path: Path, data: bytes) -> None:
    """Put a recorded base into the cache. It may hold what a stack file has in clear text, so only its owner reads it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
        old = sorted(path.parent.glob("*.z"), key=lambda item: item.stat().st_mtime)[:-_KEPT]
        for item in old:
            item.unlink(missing_ok=True)
    except OSError:
        return  # a cache that cannot be written only costs time


def _written(document: object) -> bytes:
    return zlib.compress(json.dumps(document).encode(), 1)


def _put(folder: Path, name: str, document: object) -> None:
    """Give the other process a part of the side, whole or not at all."""
    part = folder / f"{name}.part"
    part.write_bytes(_written(document))
    part.replace(folder / name)


def plain(side: Side) -> dict[str, object]:
    """Return a recorded side as plain data, which `side_of` reads."""
    return {"graph": side.graph and _plain_graph(side.graph), **_plain_rest(side)}


def _plain_rest(side: Side) -> dict[str, object]:
    return {"verdict": side.verdict and {**asdict(side.verdict), "catalogue": []}, "config": side.config}


def _plain_graph(graph: Graph) -> dict[str, object]:
    return {
        "project": graph.project,
        "stack": graph.stack,
        "exports": graph.exports,
        "secret_exports": sorted(graph.secret_exports),
        "registered_outputs": graph.registered_outputs,
        "messages": [asdict(message) for message in graph.messages],
        "resources": [
            {name: _plain(getattr(resource, name)) for name in _FIELDS if getattr(resource, name)}
            for resource in graph.resources
        ],
    }


_FIELDS: Final = tuple(field.name for field in fields(Resource))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _graph(text: bytes) -> Graph | None:
    document = json.loads(text)
    return document and graph_of(document)


def _side(graph: Graph | None, text: bytes) -> Side:
    return _whole(graph, json.loads(text))


def side_of(document: Mapping[str, Any]) -> Side:
    """Return the recorded side that `plain` wrote."""
    return _whole(document["graph"] and graph_of(document["graph"]), document)


def _whole(graph: Graph | None, rest: Mapping[str, Any]) -> Side:
    verdict = rest["verdict"]
    return Side(graph=graph, verdict=verdict and _verdict(verdict), config=rest["config"])


def graph_of(document: Mapping[str, object]) -> Graph:
    """Return the graph that a recorded side holds as plain data."""
    given = dict(document)
    resources = given.pop("resources")
    messages = given.pop("messages")
    secret = given.pop("secret_exports")
    if not isinstance(resources, list) or not isinstance(messages, list) or not isinstance(secret, list):
        raise TypeError("not a recorded graph")
    return Graph(
        **given,  # type: ignore[arg-type] # plain data that `_written` wrote
        secret_exports=frozenset(secret),
        messages=tuple(Message(**message) for message in messages),
        resources=tuple(
            Resource(**{"custom": False, **{name: _typed(name, value) for name, value in resource.items()}})  # type: ignore[arg-type] # as above
            for resource in resources
        ),
    )


def _typed(name: str, value: object) -> object:
    if name == "secrets" and isinstance(value, list):
        return frozenset(value)
    return tuple(value) if isinstance(value, list) else value


def _verdict(document: Mapping[str, object]) -> verdicts.Verdict:
    def findings(name: str) -> tuple[verdicts.Finding, ...]:
        listed = document[name]
        return tuple(verdicts.Finding(**item) for item in listed) if isinstance(listed, list) else ()

    rule_errors = document["rule_errors"]
    return verdicts.Verdict(
        **{  # type: ignore[arg-type] # plain data that `_written` wrote
            **document,
            "findings": findings("findings"),
            "undecided": findings("undecided"),
            "rule_errors": tuple(rule_errors) if isinstance(rule_errors, list) else (),
            "catalogue": (),
        }
    )


_RECORDERS: Final = ("preview", "compat")
"""The packages that record: the head's, for both sides."""
OF_RECORDER: Final = ("preview/*.py", "preview/provider_fakes/*.py", "compat/*.py")
"""Their modules that a recording hangs on."""


class _Unchanged(importlib.machinery.SourceFileLoader):
    """Loads a module of a base's folder; one that this project has just so is not compiled anew."""

    folder: ClassVar[Path]

    def get_code(self, fullname: str) -> types.CodeType | None:
        """Return a module's code."""
        own = Path(self.path)
        ours = _HOME / own.relative_to(self.folder)
        if ours.is_file() and ours.stat().st_size == own.stat().st_size and ours.read_bytes() == own.read_bytes():
            return early.code_of(fullname, ours)
        return super().get_code(fullname)


def _compiled_once(root: Path) -> None:
    """Take the code of modules under a folder from this project, where it has the same."""
    folder = root.resolve()

    class Loader(_Unchanged):
        pass

    Loader.folder = folder

    def hook(entry: str) -> importlib.machinery.FileFinder:
        if not Path(entry).resolve().is_relative_to(folder):
            raise ImportError(f"{entry} is not the base's", path=entry)
        return importlib.machinery.FileFinder(str(Path(entry).resolve()), (Loader, importlib.machinery.SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, hook)
    importlib.invalidate_caches()


class _Recorder:
    """Finds the recorder's packages in this project, and nothing else."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module, as the import system asks for it."""
        if name in _RECORDERS:
            return importlib.machinery.PathFinder.find_spec(name, [str(_HOME)], target)
        return (
            importlib.machinery.PathFinder.find_spec(name, path, target)
            if name.partition(".")[0] in _RECORDERS
            else None
        )


def _alone() -> None:
    """Leave only the recorder of this project importable: all else comes from the base's folder."""
    sys.meta_path.insert(0, _Recorder())
    sys.path[:] = [path for path in sys.path if path and Path(path).resolve() != _HOME]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and name != "__main__" and name.partition(".")[0] not in _RECORDERS:
            path = Path(file)
            if path.is_relative_to(_HOME) and "site-packages" not in path.parts:
                del sys.modules[name]


def _main(job: Mapping[str, object]) -> None:
    given = job["base"]
    config = job["config"]
    if not isinstance(given, dict) or not isinstance(config, dict):
        raise TypeError("not a job")
    paths = {name: Path(given[name]) for name in ("root", "path", "top")}
    base = Base(**{**given, **paths})
    folder, pack, steps = Path(str(job["folder"])), Path(str(job["pack"])), evaluation.Progress()

    def told(graph: Graph | None) -> None:
        _put(folder, _GRAPH, graph and _plain_graph(graph))

    if base.kind == "export":
        side = Side(graph=None, verdict=evaluation.exported(base.path, pack, config, steps).verdict)
    elif job["together"]:
        content = base.content() if base.kind == "revision" else None
        evaluated = evaluation.stack_file(base.root, base.root / base.path, pack, config, steps, told, content)
        side = Side(graph=evaluated.graph, verdict=evaluated.verdict, config=evaluated.config)
    else:
        root = base.extract(folder) if base.kind == "revision" else base.root
        path = root / base.path if base.kind == "revision" else base.path
        _alone()
        if base.kind == "revision":
            _compiled_once(root)
        evaluated = evaluation.stack_file(root, path, pack, config, steps, told)
        side = Side(graph=evaluated.graph, verdict=evaluated.verdict, config=evaluated.config)
    if not (folder / _GRAPH).exists():
        told(side.graph)
    _put(folder, _REST, _plain_rest(side))


def _run(job: Mapping[str, object]) -> NoReturn:
    """Record a base, to the end of the process."""
    try:
        _main(job)
    except (evaluation.StoppedError, InvalidBase) as stop:
        print(stop, file=sys.stderr)
        sys.stderr.flush()
        os._exit(evaluation.INVALID)
    early.save()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    gc.disable()
    _run(json.loads(sys.argv[1]))
