"""What a stack is compared with: a git revision, another stack file, or an exported stack."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

_SKIPPED: Final = frozenset({"tests", "docs", "node_modules", "__pycache__", "build"})
_RECORDER: Final = frozenset({"preview", "compat"})
"""What records both sides is this project's own."""
_HOME: Final = Path(__file__).resolve().parents[2]
_NO_LFS: Final = ("-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false")
_SDKS: Final = re.compile(r"^(pulumi(?:-[a-z-]+)?)==([^\s;\\]+)", re.MULTILINE)
_SHORT: Final = 10


class InvalidBase(Exception):  # noqa: N818 - reads as what it says
    """There is nothing to compare with; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What a stack is compared with."""

    kind: Literal["revision", "file", "export"]
    text: str
    """As the user named it."""
    label: str
    """For people: `origin/main (1f2e3d4c5b)`, or the file."""
    root: Path
    """The project's folder. Of a revision: of the checkout, in which nothing is touched."""
    path: Path
    """The stack file or the exported stack. Of a revision: relative to the project's folder as it was there."""
    identity: str
    """A digest of all that the program and the stack file are."""
    commit: str = ""
    top: Path = Path()
    """Of a revision: the checkout's top folder."""
    prefix: str = ""
    """Of a revision: the project's folder from there, with a slash at its end, or empty."""

    def extract(self, folder: Path) -> Path:
        """Write a revision's files into an empty folder and return the project's folder in it.

        Neither the worktree nor the repository is touched: the index is one of its own, and nothing is checked out over anything.

        Raises:
            InvalidBase: git does not do it.
        """
        index = folder / "index"
        tree = folder / "tree"
        environment = {**os.environ, "GIT_INDEX_FILE": str(index), "GIT_OPTIONAL_LOCKS": "0"}
        names = ""
        for command in (
            ("read-tree", self.commit),
            ("ls-files", "-z"),
            (*_NO_LFS, "checkout-index", "--force", f"--prefix={tree}{os.sep}", "-z", "--stdin"),
        ):
            done = _git(self.top, *command, environment=environment, given=names)
            if done.returncode:
                raise InvalidBase(f"BASE={self.text}: git cannot write its files: {_last(done.stderr)}")
            names = "".join(f"{name}\0" for name in done.stdout.split("\0") if name and self._is_read(name))
        return tree / self.prefix

    def _is_read(self, name: str) -> bool:
        """Whether a program may read a file of the checkout; what is outside the project's folder counts as well."""
        return name.removeprefix(self.prefix).partition("/")[0] not in _SKIPPED

    def is_of_this_program(self) -> bool:
        """Tell whether the checkout's program is the base's: nothing that a program may read of its folder differs but the stack file."""
        if self.kind != "revision":
            return self.kind == "file"
        changed, new = _git_at_once(
            self.root,
            ("diff", "--name-only", "--relative", "-z", self.commit, "--", "."),
            ("ls-files", "--others", "--exclude-standard", "-z", "--", "."),
        )
        if changed.returncode or new.returncode:
            return False
        unread = _SKIPPED | _RECORDER if self.root == _HOME else _SKIPPED
        for name in filter(None, (changed.stdout + new.stdout).split("\0")):
            first, *rest = Path(name).parts
            is_below = bool(rest) or (self.root / first).is_dir()  # a link to a folder is a file to git
            if name != self.path.as_posix() and not (is_below and (first in unread or first.startswith("."))):
                return False
        return True

    def content(self) -> bytes:
        """Return a revision's stack file.

        Raises:
            InvalidBase: git does not do it.
        """
        place = f"{self.commit}:{self.prefix}{self.path.as_posix()}"
        done = subprocess.run(  # noqa: S603 - as `_git`
            ["git", "-C", str(self.top), *_NO_LFS, "cat-file", "--filters", place],  # noqa: S607 - as above
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise InvalidBase(
                f"BASE={self.text}: git cannot show its stack file: {_last(done.stderr.decode(errors='replace'))}"
            )
        return done.stdout

    def notes(self) -> Iterator[str]:
        """Say what a reader must know of a revision's comparison: uncommitted work, and other versions of the SDKs."""
        if self.kind != "revision":
            return
        status, shown = _git_at_once(
            self.top,
            ("status", "--porcelain", "--untracked-files=no", "--", self.prefix or "."),
            ("show", f"{self.commit}:{self.prefix}requirements.txt"),
        )
        if lines := status.stdout.splitlines():
            files = "a file" if len(lines) == 1 else f"{len(lines)} files"
            yield f"the worktree is compared as it stands, with {files} changed since the last commit"
        before = dict(_SDKS.findall(shown.stdout))
        now = self.root / "requirements.txt"
        after = dict(_SDKS.findall(now.read_text(encoding="utf-8"))) if now.exists() else {}
        other = [f"{name} {before[name]}" for name in sorted(before) if before[name] != after.get(name, before[name])]
        if other:
            yield f"the base was written for {', '.join(other)}; both sides ran with the versions of this checkout"


def find(text: str, root: Path, path: Path) -> Base:
    """Find out what a base is.

    Args:
        text: a git revision, `<revision>:<stack file>` where the stack file has another name there, a stack file (.yaml), or
            an exported stack (.json).
        root: the project's folder.
        path: the stack file that is compared with it.

    Raises:
        InvalidBase: it is not there.
    """
    if text.endswith(".json"):
        return _file(text, root, "export")
    if text.endswith((".yaml", ".yml")) and (":" not in text or Path(text).exists()):
        return _file(text, root, "file")
    return _revision(text, root.resolve(), path.resolve())


def differs_from_head(root: Path, path: Path) -> bool:
    """Tell whether a stack file is one that git knows, and is not as the last commit has it."""
    folder = root.resolve()
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)) or not shutil.which("git"):
        return False
    name = str(path.resolve())
    known = _git(folder, "diff", "--quiet", "HEAD", "--", name)
    return (
        known.returncode == 1
        and _git(folder, "cat-file", "-e", f"HEAD:./{os.path.relpath(name, folder)}").returncode == 0
    )


def _file(text: str, root: Path, kind: Literal["file", "export"]) -> Base:
    path = Path(text)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidBase(f"BASE={text}: {(error.strerror or str(error)).lower()}") from None
    if kind == "file" and not re.fullmatch(r"Pulumi\.[\w.-]+\.ya?ml", path.name):
        raise InvalidBase(
            f"BASE={text}: a stack file is called Pulumi.<stack>.yaml: give it such a name, such as Pulumi.{path.stem}.yaml"
        )
    program = _digest_of(root.resolve()) if kind == "file" else ""
    identity = hashlib.sha256(f"{kind}\n{program}\n{path.name}\n".encode() + data).hexdigest()
    return Base(kind=kind, text=text, label=text, root=root.resolve(), path=path.resolve(), identity=identity)


def _revision(text: str, root: Path, path: Path) -> Base:
    if not shutil.which("git"):
        raise InvalidBase(f"BASE={text}: a revision needs git, which is not installed; name a stack file or an export")
    revision, _, named = text.partition(":")
    shown, found = _git_at_once(
        root,
        ("rev-parse", "--show-toplevel", "--show-prefix"),
        ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"),
    )
    if shown.returncode:
        raise InvalidBase(f"BASE={text}: neither a .yaml nor a .json file, and {root} is in no git repository")
    top, prefix = (*shown.stdout.split("\n"), "")[:2]
    commit = found.stdout.strip()
    if found.returncode or not commit:
        raise InvalidBase(
            f"BASE={text}: git knows no revision {revision!r} here; a branch of a remote needs a fetch first: git fetch origin"
        )
    if not named and not path.is_relative_to(root):
        raise InvalidBase(
            f"BASE={text}: {path} is not in {root}, so the revision has none; name one: BASE={text}:<stack file>"
        )
    inside = named or path.relative_to(root).as_posix()
    tree, file = _git_at_once(
        root,
        ("rev-parse", "--verify", "--quiet", f"{commit}:{prefix}"),
        ("cat-file", "-e", f"{commit}:{prefix}{inside}"),
    )
    if tree.returncode:
        raise InvalidBase(f"BASE={text}: the project's folder {prefix} is not there yet")
    if file.returncode:
        raise InvalidBase(_no_file(text, revision, root, commit, prefix, inside))
    identity = hashlib.sha256(f"revision\n{tree.stdout.strip()}\n{inside}".encode()).hexdigest()
    return Base(
        kind="revision",
        text=text,
        label=f"{text} ({commit[:_SHORT]})" if not commit.startswith(text) else text[:_SHORT],
        root=root,
        path=Path(inside),
        identity=identity,
        commit=commit,
        top=Path(top),
        prefix=prefix,
    )


def _no_file(text: str, revision: str, root: Path, commit: str, prefix: str, inside: str) -> str:
    """Say that the stack file is not there, and which is there instead."""
    missing = f"BASE={text}: {inside} is not in {revision}"
    moved = _git(root, "diff", "--find-renames", "--diff-filter=R", "--name-status", "--relative", commit, "--")
    for line in moved.stdout.splitlines():
        _, old, new = (*line.split("\t"), "", "")[:3]
        if new == inside:
            return f"{missing}; it was {old} there: BASE={revision}:{old}"
    listed = _git(root, "ls-tree", "-r", "--name-only", f"{commit}:{prefix}").stdout.splitlines()
    there = [name for name in listed if re.fullmatch(r"Pulumi\.[A-Za-z0-9_.-]+\.ya?ml", name.rpartition("/")[2])]
    most = ", ".join(there[:6]) + (", ..." if len(there) > 6 else "")  # noqa: PLR2004 - as many as a line holds
    return (
        f"{missing}; there are {most}: BASE={revision}:{there[0]}" if there else f"{missing}, nor any other stack file"
    )


def _digest_of(root: Path) -> str:
    """Return a digest of all that a program may read of its folder."""
    return digest(root, files_of(root, lambda name: name in _SKIPPED or name.startswith(".")))


def files_of(root: Path, is_left_out: Callable[[str], bool]) -> Iterator[str]:
    """Yield the files in a folder and below, but for compiled ones.

    Args:
        root: the folder.
        is_left_out: whether a folder of this name is passed by.
    """
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_left_out(name)]
        yield from (f"{folder}{os.sep}{name}" for name in files if not name.endswith(".pyc"))


def digest(root: Path, files: Iterable[str]) -> str:
    """Return a digest of files: what they are called below a folder, and what they hold."""
    made = hashlib.sha256()
    for path in sorted(files):
        if os.path.isfile(path):  # noqa: PTH113 - hundreds of files, before anything else begins
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
                content = file.read()
            made.update(f"{path.removeprefix(f'{root}{os.sep}')}\n{len(content)}\n".encode())
            made.update(content)
    return made.hexdigest()


def _git(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - git, with arguments of our own and a revision behind --end-of-options
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - the git that the user's path has
        env=environment or {**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def _git_at_once(folder: Path, *commands: Sequence[str]) -> list[subprocess.CompletedProcess[str]]:
    """Run commands that only read, side by side."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    started = [
        subprocess.Popen(  # noqa: S603 - as `_git`
            ["git", "-C", str(folder), *command],  # noqa: S607 - as above
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    said = [process.communicate() for process in started]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, *texts)
        for process, texts in zip(started, said, strict=True)
    ]


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["it does not say why"])[-1]
