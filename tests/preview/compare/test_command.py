"""`--base` as a person uses it: a checkout, a revision or a file, and what is said and left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from preview import evaluation, export
from preview.compare import bases, command, sides
from tests.preview.compare.graphs import LOG_GROUP, graph, resource
from tests.preview.exports import export_of

Toy = Callable[..., Path]
REPOSITORY = Path(__file__).parents[3]
PROJECT = "name: toy\nruntime: python\nconfig:\n  aws:region: {value: us-east-1}\n"
PROGRAM = """
days = pulumi.Config().require_int("days")
if days > 99:
    raise pulumi.RunError("toy:days: 100 is outside 1..99")
aws.cloudwatch.LogGroup("log", name="/toy", retention_in_days=days)
"""


def git(root: Path, *arguments: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, env={**os.environ, **identity}
    )
    return done.stdout


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "slipway" / "bases"


@pytest.fixture
def root(toy: Toy, cache: Path) -> Path:
    assert not cache.exists()
    made = toy(
        PROGRAM,
        project=PROJECT,
        stack_files={"prod": "config: {'toy:days': 60}\n", "bad": "config: {'toy:days': 100}\n"},
    )
    (made / ".gitignore").write_text("cache/\n__pycache__/\n")
    git(made, "init", "--quiet", "--initial-branch=main")
    git(made, "add", ".")
    git(made, "commit", "--quiet", "--message=first")
    return made


def run(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "preview", "--root", str(root), *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def request(root: Path, base: str) -> command.CompareRequest:
    return command.CompareRequest(
        root=root,
        path=root / "Pulumi.prod.yaml",
        base=base,
        pack=root / "policy",
        policy_config=None,
        format="json",
        gate=False,
        waivers=root / "waivers.yaml",
    )


def compared(root: Path, base: str) -> dict[str, object]:
    """The JSON document of a comparison, with the head recorded in this process."""
    path = root / "Pulumi.prod.yaml"
    head = lambda meanwhile: evaluation.stack_file(root, path, root / "policy", {}, evaluation.Progress(), meanwhile)  # noqa: E731 - as the command gives it
    text, code = command.run(request(root, base), head)
    assert code == evaluation.OK
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def edit(root: Path, days: int) -> None:
    (root / "Pulumi.prod.yaml").write_text(f"config: {{'toy:days': {days}}}\n")


def test_a_revision_is_compared_with_its_own_program_and_file(root: Path, cache: Path) -> None:
    edit(root, 30)
    program = root / "__main__.py"
    program.write_text(program.read_text() + "aws.kms.Key('key', enable_key_rotation=True)\n")
    index = (root / ".git" / "index").read_bytes()
    found = compared(root, "HEAD")
    assert found["counts"] == {"created": 1, "updated": 1, "replaced": 0, "deleted": 0, "renamed": 0, "kept": 0}
    assert found["settings"] == [{"path": "toy:days", "before": "60", "after": "30"}]
    assert any("2 files changed since the last commit" in str(note) for note in found["notes"])  # type: ignore[attr-defined] # a list
    # Nothing is touched but the cache, and that only its owner reads.
    assert (root / ".git" / "index").read_bytes() == index
    assert sorted(git(root, "status", "--porcelain").split()) == ["M", "M", "Pulumi.prod.yaml", "__main__.py"]
    assert git(root, "worktree", "list").count("\n") == 1
    (kept,) = cache.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def recording(root: Path) -> sides.Recording:
    path = root / "Pulumi.prod.yaml"
    return sides.Recording(bases.find("HEAD", root, path), path, root / "policy", {})


def test_a_base_is_recorded_once(root: Path) -> None:
    with recording(root) as first:
        graph_ = first.side().graph
    with recording(root) as second:
        assert (first.cached, second.cached) == (False, True)
        again = second.side().graph
    assert graph_ is not None
    assert again is not None
    assert [vars_of(item) for item in again.resources] == [vars_of(item) for item in graph_.resources]
    git(root, "commit", "--quiet", "--allow-empty", "--message=second")
    with recording(root) as third:
        assert third.cached  # the same content
    edit(root, 61)
    git(root, "commit", "--quiet", "--all", "--message=third")
    with recording(root) as fourth:
        assert not fourth.cached


def vars_of(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in item.__slots__}  # type: ignore[attr-defined] # a dataclass with slots


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Pulumi.prod.yaml", True),
        ("docs/new.md", True),
        ("tests/test_new.py", True),
        (".github/workflows/deploy.yml", True),
        ("Pulumi.bad.yaml", False),
        ("Pulumi.yaml", False),
        ("__main__.py", False),
        ("words.txt", False),
        ("preview/words.py", False),  # another project's own, which its program may import
        ("cache/kept", True),  # git ignores it
    ],
)
def test_a_base_is_of_the_same_program_if_nothing_else_differs(root: Path, name: str, *, same: bool) -> None:
    base = bases.find("HEAD", root, root / "Pulumi.prod.yaml")
    assert base.is_of_this_program()
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "\n# changed\n")
    assert base.is_of_this_program() == same
    assert base.content() == b"config: {'toy:days': 60}\n"


def test_a_link_to_an_environment_is_no_part_of_the_program(root: Path, tmp_path: Path) -> None:
    base = bases.find("HEAD", root, root / "Pulumi.prod.yaml")
    (tmp_path / "environment").mkdir()
    (root / ".venv").symlink_to(tmp_path / "environment")
    assert base.is_of_this_program()
    (root / ".env").write_text("which a program may read\n")
    assert not base.is_of_this_program()


def test_a_base_of_the_same_program_is_recorded_like_one_of_another(root: Path, tmp_path: Path) -> None:
    edit(root, 30)
    together = run(root, "--base=HEAD", "--format=json", XDG_CACHE_HOME=str(tmp_path / "first"))
    (root / "words.txt").write_text("which a program may read\n")
    apart = run(root, "--base=HEAD", "--format=json", XDG_CACHE_HOME=str(tmp_path / "second"))
    assert (together.returncode, apart.returncode) == (evaluation.OK, evaluation.OK)
    assert together.stdout == apart.stdout
    kept = [next((tmp_path / name / "slipway" / "bases").iterdir()).read_bytes() for name in ("first", "second")]
    assert kept[0] == kept[1]


def test_a_program_that_asks_for_its_configuration_at_once_is_compared_all_the_same(root: Path, tmp_path: Path) -> None:
    program = root / "__main__.py"
    program.write_text("import early\n" + program.read_text())
    (root / "early.py").write_text('import pulumi\n\nDAYS = pulumi.Config("toy").require_int("days")\n')
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=asks")
    edit(root, 30)
    done = run(root, "--base=HEAD", "--format=json", XDG_CACHE_HOME=str(tmp_path / "asks"))
    assert done.returncode == evaluation.OK, done.stderr
    assert json.loads(done.stdout)["settings"] == [{"path": "toy:days", "before": "60", "after": "30"}]


@pytest.mark.parametrize("left", [0, 20, -1])
def test_a_broken_cache_is_recorded_anew(root: Path, cache: Path, left: int) -> None:
    edit(root, 30)
    before = compared(root, "HEAD")
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:left])
    assert compared(root, "HEAD") == before
    assert kept.read_bytes() == whole


WAITING_PACK = """
import pathlib, time
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy

def wait(args, report):
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    report("looked at")

PolicyPack("toy", [StackValidationPolicy("waits", "Waits.", wait, EnforcementLevel.ADVISORY)])
"""


def test_a_bases_graph_is_known_before_its_verdict_and_not_compared_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.1.0\n")
    (pack / "__main__.py").write_text(WAITING_PACK)
    path = root / "Pulumi.prod.yaml"
    base = bases.find("HEAD", root, path)
    edit(root, 30)
    head = evaluation.stack_file(root, path, root / "policy", {}, evaluation.Progress())
    with sides.Recording(base, path, pack, {}) as recording_:
        comparing = command.Comparing(request(root, "HEAD"), base, recording_)
        comparing.begin(head.graph)  # too early: there is nothing to compare with
        end = time.monotonic() + 60
        while recording_.graph() is None and time.monotonic() < end:
            time.sleep(0.01)
        comparing.begin(head.graph)
        monkeypatch.setattr(command, "compared", None)
        (pack / "go").touch()
        found = comparing.edit(head)
    assert found.situation.verdict_before is not None
    assert [finding.policy for finding in found.situation.verdict_before.findings] == ["waits"]
    assert [change.kind for change in found.comparison.changed] == ["updated"]


def test_another_stack_file(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "Pulumi.other.yaml"
    other.write_text("config: {'toy:days': 90}\n")
    found = compared(root, str(other))
    assert found["counts"]["updated"] == 1  # type: ignore[index] # an object
    assert any("the base is stack other, this is prod" in str(note) for note in found["notes"])  # type: ignore[attr-defined] # a list


def test_a_program_that_asks_for_its_stack_at_once_is_told_it_on_each_side(root: Path, tmp_path: Path) -> None:
    (root / "__main__.py").write_text(
        "import pulumi\nimport pulumi_aws as aws\nimport early\n"
        'aws.cloudwatch.LogGroup("log", name=f"/{early.STACK}", retention_in_days=7)\n'
    )
    (root / "early.py").write_text("import pulumi\n\nSTACK = pulumi.get_stack()\n")
    (root / "Pulumi.other.yaml").write_text("config: {'toy:days': 60}\n")
    done = run(root, f"--base={root / 'Pulumi.other.yaml'}", "--format=json", XDG_CACHE_HOME=str(tmp_path / "asks"))
    assert done.returncode == evaluation.OK, done.stderr
    (change,) = json.loads(done.stdout)["changes"]
    assert [(item["path"], item["before"], item["after"]) for item in change["properties"]] == [
        ("name", "/other", "/prod")
    ]


def deployed(root: Path, project: str = "toy") -> Path:
    group = resource(LOG_GROUP, "log", {"name": "/toy", "retentionInDays": 60})
    made = graph(group)
    text = json.dumps(export_of(made)).replace("::shop::", f"::{project}::").replace("shop-prod", f"{project}-prod")
    path = root / "export.json"
    path.write_text(text)
    return path


def test_what_is_deployed(root: Path) -> None:
    edit(root, 30)
    found = compared(root, str(deployed(root)))
    (change,) = [item for item in found["changes"] if item["name"] == "log"]  # type: ignore[attr-defined] # a list
    assert [(item["path"], item["before"], item["after"]) for item in change["properties"]] == [
        ("retentionInDays", 60, 30)
    ]


def test_secrets_that_an_export_shows_are_not_shown(root: Path) -> None:
    path = deployed(root)
    document = json.loads(path.read_text())
    document["deployment"]["resources"][1]["inputs"]["tags"] = {
        "note": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"very-hidden"'}
    }
    path.write_text(json.dumps(document))
    assert "very-hidden" in export.read(path).plaintexts
    assert "very-hidden" not in json.dumps(compared(root, str(path)))


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("Pulumi.yaml", "BASE=Pulumi.yaml: a stack file is called Pulumi.<stack>.yaml: give it such a name"),
        ("nowhere", "git knows no revision 'nowhere' here"),
        ("-x", "git knows no revision '-x' here"),
        ("HEAD:Pulumi.none.yaml", "Pulumi.none.yaml is not in HEAD; there are Pulumi.bad.yaml, Pulumi.prod.yaml"),
        ("HEAD:Pulumi.bad.yaml", "the base's program does not run: Pulumi.bad.yaml: toy:days: 100 is outside 1..99"),
        ("none.yaml", "BASE=none.yaml: no such file or directory"),
        ("none.json", "BASE=none.json: no such file or directory"),
    ],
)
def test_a_base_that_is_none_is_one_sentence(
    root: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory, base: str, said: str
) -> None:
    before = git(root, "status", "--porcelain")
    temporary = tmp_path_factory.mktemp("tmp")
    done = run(root, f"--base={base}", TMPDIR=str(temporary))
    assert done.returncode == evaluation.INVALID
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert str(root) not in done.stderr
    assert done.stdout == ""
    assert not cache.exists()
    assert git(root, "status", "--porcelain") == before
    assert not list(temporary.iterdir())


def test_a_stack_file_that_moved(root: Path) -> None:
    (root / "deep").mkdir()
    git(root, "mv", "Pulumi.prod.yaml", "deep/Pulumi.prod.yaml")
    with pytest.raises(bases.InvalidBase, match=r"it was Pulumi\.prod\.yaml there: BASE=HEAD:Pulumi\.prod\.yaml"):
        bases.find("HEAD", root, root / "deep" / "Pulumi.prod.yaml")


def test_a_file_outside_the_project_names_its_counterpart(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "Pulumi.prod.yaml"
    with pytest.raises(bases.InvalidBase, match="name one: BASE=HEAD:<stack file>"):
        bases.find("HEAD", root, outside)
    assert bases.find("HEAD:Pulumi.prod.yaml", root, outside).path == Path("Pulumi.prod.yaml")


def test_no_repository_and_no_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(root / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    with pytest.raises(bases.InvalidBase, match="is in no git repository"):
        bases.find("main", root, root / "Pulumi.prod.yaml")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(bases.InvalidBase, match="needs git, which is not installed"):
        bases.find("main", root, root / "Pulumi.prod.yaml")


def test_an_export_of_another_project_or_version(root: Path) -> None:
    path = deployed(root, "elsewhere")
    with pytest.raises(evaluation.StoppedError, match="export of project elsewhere, and this is toy"):
        compared(root, str(path))
    path.write_text('{"version": 1, "deployment": {}}')
    with pytest.raises(evaluation.StoppedError, match="version is 1; known are 3 and 4"):
        compared(root, str(path))


def test_a_program_that_breaks_says_why(root: Path) -> None:
    program = root / "__main__.py"
    good = program.read_text()
    program.write_text("import not_there_at_all\n")
    git(root, "commit", "--quiet", "--all", "--message=broken")
    program.write_text(good)
    with pytest.raises(evaluation.StoppedError, match="the base's program does not run") as stopped:
        compared(root, "HEAD")
    assert "No module named 'not_there_at_all'" in str(stopped.value)
    assert stopped.value.code == evaluation.INVALID


def test_other_versions_of_the_sdks_are_named(root: Path) -> None:
    (root / "requirements.txt").write_text("pulumi==3.100.0 \\\n  --hash=x\npulumi-aws==7.51.1\n")
    git(root, "add", "requirements.txt")
    git(root, "commit", "--quiet", "--message=versions")
    (root / "requirements.txt").write_text("pulumi==3.272.0\npulumi-aws==7.51.1\n")
    notes = list(bases.find("HEAD", root, root / "Pulumi.prod.yaml").notes())
    assert any("the base was written for pulumi 3.100.0; both sides ran" in note for note in notes)


def test_the_gate_stops_what_destroys(root: Path) -> None:
    program = root / "__main__.py"
    program.write_text(program.read_text().replace('aws.cloudwatch.LogGroup("log"', 'aws.cloudwatch.LogGroup("other"'))
    stopped = run(root, "--base=HEAD", "--gate=destructive", "--format=json")
    assert stopped.returncode == 3
    assert json.loads(stopped.stdout)["destroyed"] == ["urn:pulumi:prod::toy::aws:cloudwatch/logGroup:LogGroup::log"]
    assert "aws:cloudwatch/logGroup:LogGroup::log is deleted; if it is meant, waive it in" in stopped.stderr


def test_only_a_stack_file_is_compared(root: Path) -> None:
    assert run(root, "--base=HEAD", "--policy").returncode == evaluation.INVALID
    assert "--base compares what a stack file builds" in run(root, "--base=HEAD", "--format=sarif").stderr


def test_a_preview_ends_with_what_the_edit_would_change(root: Path) -> None:
    assert "Against HEAD" not in run(root, "--stack=prod").stdout
    edit(root, 30)
    first, second = run(root, "--stack=prod").stdout.splitlines()[-2:]
    assert first.startswith("Against HEAD (")
    assert first.endswith("): 1 updated; the same cost")
    assert second.startswith("caution: log group log: retentionInDays from 60 days to 30 days")
    assert second.endswith("make preview STACK=prod BASE=HEAD shows all of it")
    assert "\n> Against HEAD" in run(root, "--stack=prod", "--format=markdown").stdout
    json.loads(run(root, "--stack=prod", "--format=json").stdout)


def test_a_last_commit_that_does_not_run_takes_nothing_from_the_preview(root: Path) -> None:
    edit(root, 100)
    git(root, "commit", "--quiet", "--all", "--message=bad")
    edit(root, 60)
    done = run(root, "--stack=prod")
    assert done.returncode == evaluation.OK
    assert done.stdout.splitlines()[-1].endswith("toy:days: 100 is outside 1..99")


def test_a_file_that_git_does_not_know_is_not_compared(root: Path) -> None:
    (root / "Pulumi.new.yaml").write_text("config: {'toy:days': 5}\n")
    assert "Against" not in run(root, "--stack=new").stdout
