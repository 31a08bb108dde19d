"""How a base is recorded: in a copy of the preview's process, with the code of what did not change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.compare import bases, sides
from tests import stacks

CODE = """
import sys
from pathlib import Path
from preview.compare import bases, sides
root = Path(sys.argv[1])
sys.path.insert(0, str(root))
sides._compiled_once(root)
import limits
from limits import quotas, times
for module in (limits, quotas, times):
    assert Path(module.__file__).is_relative_to(root.resolve()), module.__file__
    code = module.__spec__.loader.get_code(module.__name__)
    print(module.__name__, Path(code.co_filename).is_relative_to(root.resolve()), getattr(module, "ADDED", None))
"""
FORKED = """
import os, sys, tempfile
from pathlib import Path
from preview.compare import bases, sides
assert sides._may_fork()
with tempfile.TemporaryFile() as errors:
    for job, code, words in (({}, 1, b"KeyError"), ({"base": 1, "config": {}}, 1, b"not a job")):
        process = sides._Forked(job, errors)
        assert process.wait() == process.wait() == code
        process.kill()
        errors.seek(0)
        assert words in errors.read()
import components
assert not sides._may_fork()
"""


TOGETHER = """
import sys
from pathlib import Path
from preview.compare import sides
import pulumi
before = pulumi.get_project(), pulumi.get_stack()
sides._import_program(Path(sys.argv[1]), *map(Path, sys.argv[2:]))
assert (pulumi.get_project(), pulumi.get_stack()) == before
module = sys.modules.get("parts")
print(getattr(module, "SAID", None))
"""
RECORDED = """
import sys
from pathlib import Path
from preview import evaluation
evaluation.stack_file(Path(), Path("Pulumi.prod.yaml"), Path("policy"), {}, evaluation.Progress())
for name, module in sys.modules.items():
    if name.partition(".")[0] in {"preview", "compat"}:
        print(module.__file__)
"""


def run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=stacks.ROOT,
        env={**os.environ, "PYTHONPATH": str(stacks.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_code_of_files_that_did_not_change_is_not_compiled_anew(tmp_path: Path) -> None:
    for folder in ("data", "limits", "policy"):
        shutil.copytree(stacks.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    changed = tmp_path / "limits" / "times.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\nADDED = 1\n", encoding="utf-8")
    assert run(CODE, str(tmp_path)).splitlines() == [
        "limits False None",
        "limits.quotas False None",
        "limits.times True 1",
    ]


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("pulumi.get_project()", ("toy", "toy")),
        ("pulumi.get_stack()", ("prod", None)),
        ("pulumi.Config('toy').get('days')", (None, None)),
    ],
)
def test_a_program_is_imported_for_both_sides_unless_it_asks_what_is_not_the_same(
    asks: str, said: tuple[str | None, str | None], toy: Callable[..., Path]
) -> None:
    root = toy("import parts\n")
    (root / "parts.py").write_text(f"import pulumi\nSAID = {asks}\n")
    same = run(TOGETHER, str(root), "Pulumi.prod.yaml", "elsewhere/Pulumi.prod.yaml")
    other = run(TOGETHER, str(root), "Pulumi.prod.yaml", "Pulumi.staging.yaml")
    assert (same.strip(), other.strip()) == (str(said[0]), str(said[1]))


def test_what_is_kept_hangs_on_every_module_that_records() -> None:
    counted = {path for pattern in sides.OF_RECORDER for path in stacks.ROOT.glob(pattern)}
    imported = set(map(Path, run(RECORDED).splitlines()))
    assert len(imported) > 20
    assert imported <= counted


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the base gets a process of its own")
def test_a_copy_of_the_process_says_what_is_wrong_and_ends() -> None:
    run(FORKED)


def test_a_digest_is_of_names_and_contents_alike(tmp_path: Path) -> None:
    def digest() -> str:
        return bases.digest(tmp_path, bases.files_of(tmp_path, lambda name: name == "left-out"))

    found = [digest()]
    for name, content in (
        ("a.py", b"x\n"),
        ("a.py", b"y\n"),
        ("b.py", b""),
        ("below/a.py", b"x\n"),
        ("no-ending", b"x\n"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        found.append(digest())
    (tmp_path / "a.py").rename(tmp_path / "c.py")
    found.append(digest())
    assert len(set(found)) == len(found)
    (tmp_path / "left-out").mkdir()
    (tmp_path / "left-out" / "a.py").write_bytes(b"x")
    (tmp_path / "a.pyc").write_bytes(b"x")
    (tmp_path / "gone").symlink_to("nowhere")
    assert digest() == found[-1]
