"""The workflows: written from the stack files, in order, with least rights, and every step a target that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies

from operations.pipelines import write as pipelines
from operations.pipelines.write import InvalidPipelinesError

ROOT = Path(__file__).parents[2]
APPS = sorted(path.parent for path in (ROOT / "pipelines.yaml", *ROOT.glob("examples/*/pipelines.yaml")))
IDS = [str(app.relative_to(ROOT)) for app in APPS]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")


def workflow(app: Path, name: str) -> Mapping[Any, Any]:
    # YAML 1.1 reads the key `on` as true.
    found: Mapping[Any, Any] = yaml.safe_load(
        (app / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    )
    return found


def texts(app: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((app / ".github" / "workflows").glob("*.yml")):
        yield path.name, path.read_text(encoding="utf-8")


def steps(job: Mapping[str, Any]) -> list[str]:
    return [str(step.get("run", step.get("uses", ""))) for step in job["steps"]]


def targets(text: str) -> set[str]:
    words = [line for line in re.findall(r"\bmake (.*)", text) if not line.startswith("pipelines")]
    return {
        word
        for line in words
        for word in re.sub(r'\w+="[^"]*"|\w+=\S+|-C \S+|-s\b|[>|].*', "", line).split()
        if re.fullmatch(r"[a-z][a-z-]*", word)
    }


@pytest.mark.parametrize("app", APPS, ids=IDS)
class TestShipped:
    def test_not_stale(self, app: Path) -> None:
        for name, text in pipelines.workflows(app).items():
            assert (app / name).read_text(encoding="utf-8") == text, f"{name} is stale: make pipelines APP={app.name}"

    def test_nothing_is_allowed_that_a_job_does_not_ask_for(self, app: Path) -> None:
        for name, _ in texts(app):
            found = workflow(app, name.removesuffix(".yml"))
            assert found["permissions"] == {}, name
            for key, job in found["jobs"].items():
                assert "permissions" in job, f"{name}: {key}"
                assert "timeout-minutes" in job, f"{name}: {key}"

    def test_actions_are_pinned_by_commit(self, app: Path) -> None:
        for name, text in texts(app):
            for used in re.findall(r"uses: (.*)", text):
                assert PINNED.fullmatch(used), f"{name}: {used}"

    def test_no_long_lived_keys(self, app: Path) -> None:
        for name, text in texts(app):
            assert not re.search(r"(?i)aws_secret|access_key|aws-access|PULUMI_ACCESS_TOKEN", text), name
            assert set(re.findall(r"secrets\.(\w+)", text)) <= {"SLACK_WEBHOOK"}, name

    def test_only_jobs_that_reach_aws_may_ask_for_a_token_and_pull_requests_of_forks_never(self, app: Path) -> None:
        for name, _ in texts(app):
            for job in workflow(app, name.removesuffix(".yml"))["jobs"].values():
                reaches = any("configure-aws-credentials" in step for step in steps(job))
                assert (job["permissions"].get("id-token") == "write") == reaches
        preview = workflow(app, "preview")
        assert not any("id-token" in job["permissions"] for job in preview["jobs"].values())

    def test_every_target_exists(self, app: Path) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
        for name, text in texts(app):
            if app == ROOT or "deploy" in name:
                own = targets(re.sub(r'name: "make .*|run: make (?:-C \S+ )?test$', "", text, flags=re.MULTILINE))
                assert own - {"test"} <= known, name

    def test_a_deployment_goes_in_order_and_alone(self, app: Path) -> None:
        deploy = workflow(app, "deploy")
        jobs = {key: job for key, job in deploy["jobs"].items() if key.startswith("deploy-")}
        assert jobs
        for key, job in jobs.items():
            assert job["needs"] == "build"
            assert job["concurrency"] == {"group": key.removeprefix("deploy-"), "cancel-in-progress": False}
            run = " ".join(steps(job))
            wanted = ["configure-aws-credentials", "push", "state", "set-images", "guard", " up ", "record", "announce"]
            places = [run.index(word) for word in wanted]
            assert places == sorted(places), key
        assert deploy["jobs"]["build"]["needs"] == ["test", "security"]

    def test_production_waits_for_its_environment(self, app: Path) -> None:
        job = workflow(app, "deploy")["jobs"]["deploy-prod"]
        assert job["environment"] == "production"


class TestDocuments:
    """What the documents say of their own pipelines."""

    def test_rupaya_deploys_staging_by_develop_and_production_by_main(self) -> None:
        deploy = workflow(ROOT / "examples" / "rupaya", "deploy")
        assert deploy[True]["push"]["branches"] == ["develop", "main"]
        assert deploy["jobs"]["deploy-staging"]["if"] == "github.ref_name == 'develop'"
        roles = {key: str(job["steps"]) for key, job in deploy["jobs"].items()}
        assert "vars.AWS_OIDC_ROLE_STAGING" in roles["deploy-staging"]
        assert "vars.AWS_OIDC_ROLE_PROD" in roles["deploy-prod"]
        assert "backup" in roles["deploy-prod"]

    def test_rupaya_migrations_validate_dry_run_back_up_run_verify(self) -> None:
        found = workflow(ROOT / "examples" / "rupaya", "migrations")
        assert found[True]["push"]["paths"] == ["backend/migrations/**"]
        run = " ".join(steps(found["jobs"]["prod"]))
        order = [
            "ARGS=--dry-run",
            "backup",
            "migrate FILE=Pulumi.prod.yaml SERVICE=backend configure"[:7],
            "verify",
            "announce",
        ]
        places = [run.index(word) for word in order if word != "migrate"]
        assert places == sorted(places)
        assert run.count("make migrate") == 2
        # Production after staging, where both run.
        assert found["jobs"]["prod"]["needs"] == ["validate", "staging"]
        assert "!failure() && !cancelled()" in found["jobs"]["prod"]["if"]

    def test_power_pto_builds_by_commit_from_its_folders_in_its_region(self) -> None:
        app = ROOT / "examples" / "power-pto"
        deploy = (app / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
        assert 'TAG="$GITHUB_SHA"' in deploy
        assert "aws-region: us-east-1" in deploy
        built = pipelines.builds(pipelines.read(app), ["api", "worker", "frontend"])
        assert {key: build.context for key, build in built.items()} == {
            "api": "./backend",
            "worker": "./backend",
            "frontend": "./frontend",
        }

    def test_spendsense_tests_with_pytest_and_pylint_under_its_name(self) -> None:
        deploy = workflow(ROOT / "examples" / "spendsense", "deploy")
        assert deploy["name"] == "Deploy Backend"
        assert steps(deploy["jobs"]["test"])[2:] == ["pip install -r requirements.txt", "pytest", "pylint app/"]

    def test_mattilda_builds_its_production_dockerfile(self) -> None:
        app = ROOT / "examples" / "mattilda"
        assert pipelines.read(app).builds["api"].dockerfile == "Dockerfile.prod"

    def test_expense_app_gives_its_pages_the_address_of_the_api(self) -> None:
        app = ROOT / "examples" / "expense-app"
        assert pipelines.read(app).builds["frontend"].args == {"VITE_API_BASE_URL": "https://app.example.com"}


class TestMistakes:
    def given(self, tmp_path: Path, text: str) -> Path:
        (tmp_path / "pipelines.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "Pulumi.prod.yaml").write_text(
            (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        return tmp_path

    def written(self, tmp_path: Path, pipelines_yaml: str, **delivery: object) -> Mapping[str, str]:
        app = self.given(tmp_path, pipelines_yaml)
        file = app / "Pulumi.prod.yaml"
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        found["config"]["slipway:delivery"] |= delivery
        file.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
        return pipelines.workflows(app)

    def test_credentials_last_as_long_as_the_role_lets_them(self, tmp_path: Path) -> None:
        usual = self.written(tmp_path, "stages: [{stack: prod}]\n")
        assert "role-duration-seconds" not in usual[".github/workflows/deploy.yml"]
        longer = self.written(tmp_path, "stages: [{stack: prod}]\n", sessionHours=3)
        for name in ("deploy", "drift", "environment"):
            found = yaml.safe_load(longer[f".github/workflows/{name}.yml"])
            logins = [
                step["with"]
                for job in found["jobs"].values()
                for step in job["steps"]
                if "configure-aws-credentials" in step.get("uses", "")
            ]
            assert logins
            assert {login["role-duration-seconds"] for login in logins} == {10800}, name

    @pytest.mark.parametrize(
        "command", ["npm test -- --grep 'a: b'", 'echo "#1" # one', "make: test", "true", "- x", "a, b"]
    )
    def test_commands_and_names_are_yaml_whatever_they_hold(self, tmp_path: Path, command: str) -> None:
        text = yaml.safe_dump({"name": command, "test": [command], "stages": [{"stack": "prod", "branches": ["1.0"]}]})
        files = self.written(tmp_path, text)
        deploy = yaml.safe_load(files[".github/workflows/deploy.yml"])
        assert deploy["name"] == command
        assert deploy[True]["push"]["branches"] == ["1.0"]
        assert deploy["jobs"]["test"]["steps"][2] == {"name": command, "run": command}

    def test_a_look_for_drift_takes_no_waiting_deployments_place(self, tmp_path: Path) -> None:
        files = self.written(tmp_path, "stages: [{stack: prod}]\n")
        groups = {
            name: yaml.safe_load(files[f".github/workflows/{name}.yml"])["jobs"][job]["concurrency"]["group"]
            for name, job in (("deploy", "deploy-prod"), ("drift", "prod"))
        }
        assert groups["deploy"] != groups["drift"]

    def test_the_comment_that_is_brought_up_to_date_is_its_own(self, tmp_path: Path) -> None:
        preview = self.written(tmp_path, "name: Ship --> it\nstages: [{stack: prod}]\n")[
            ".github/workflows/preview.yml"
        ]
        (comment,) = [
            step
            for step in yaml.safe_load(preview)["jobs"]["preview"]["steps"]
            if step.get("name", "").startswith("One comment")
        ]
        mark = comment["env"]["MARK"]
        assert mark.count("-->") == 1
        assert "startswith(env.MARK)" in comment["run"]
        assert "head.repo.full_name == github.repository" in comment["if"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("stages: [{stack: prod}]\nbuild: {}\n", ["build: Extra inputs are not permitted"]),
            ("stages: []\n", ["stages: "]),
            ("stages: [{stack: prod}, {stack: other, branches: [main]}]\n", ["the branch 'main' stands twice"]),
            ("stages: [{stack: nope}]\n", ["Pulumi.nope.yaml"]),
            (
                "stages: [{stack: prod}]\nbuilds: {web: {}}\nmigrations: {paths: [a], service: db}\n",
                [
                    "builds.web: no such service; there are: api, frontend, worker",
                    "migrations.service: 'db' is no service",
                ],
            ),
            (
                "stages: [{stack: prod}]\nbuilds: {api: {context: '../../etc; rm'}}\n",
                ["builds.api.context: String should match"],
            ),
            ("stages: [\n", ["not valid YAML"]),
        ],
        ids=["unknown key", "no stage", "branch twice", "no stack file", "unknown services", "folder", "no YAML"],
    )
    def test_told(self, tmp_path: Path, text: str, words: list[str]) -> None:
        with pytest.raises(InvalidPipelinesError) as error:
            pipelines.workflows(self.given(tmp_path, text))
        for word in words:
            assert word in str(error.value)

    def test_a_stale_workflow_is_told_and_left_alone(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        app = self.given(tmp_path, "stages: [{stack: prod}]\n")
        assert pipelines.main(["--app", str(app), "--check"]) == 1
        assert "deploy.yml is stale" in capsys.readouterr().err
        assert not (app / ".github").exists()
        assert pipelines.main(["--app", str(app)]) == 0
        assert pipelines.main(["--app", str(app), "--check"]) == 0
        assert pipelines.main(["--app", str(tmp_path / "nowhere")]) == 2
