"""The pack as its own process, over the public protocol, from any folder and under any name."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc  # type: ignore[import-untyped] # has no stubs among our dependencies
import pytest
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policy import pack
from policy.rules import CONTROLS
from tests.policy.harness import analyze_request, res, stack_request

PACK = Path(__file__).resolve().parents[2] / "policy"


@contextmanager
def running(folder: Path, cwd: Path, config: str = "{}") -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    stack = {"PULUMI_PROJECT": "shop", "PULUMI_STACK": "blue", "PULUMI_DRY_RUN": "true", "PULUMI_CONFIG": config}
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(folder)]
    with subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **stack}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            port = process.stdout.readline().strip()
            assert port.isdigit(), process.stderr.read()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()


@pytest.mark.parametrize(("folder", "cwd"), [(PACK, PACK.parent), (Path(), PACK)], ids=["repository", "pack"])
def test_runs_from_the_repository_and_from_its_own_folder(folder: Path, cwd: Path) -> None:
    sample = res("rds/instance:Instance", "db", publiclyAccessible=True)
    with running(folder, cwd) as stub:
        info = stub.GetAnalyzerInfo(analyzer_pb2.AnalyzeRequest())
        reply = stub.Analyze(analyze_request(sample, preview=True))
        stack = stub.AnalyzeStack(stack_request([sample], preview=True))
    assert len(info.policies) == len(CONTROLS) + len(pack.OWN)
    assert "database-not-public" in {item.policyName for item in reply.diagnostics}
    assert "database-in-private-subnets" in {item.policyName for item in stack.diagnostics}


@pytest.mark.parametrize(
    ("config", "level"),
    [("{}", analyzer_pb2.MANDATORY), ('{"slipway:environment": "staging"}', analyzer_pb2.ADVISORY)],
)
def test_published_alone_with_levels_by_environment(
    tmp_path: Path, config: str, level: analyzer_pb2.EnforcementLevel
) -> None:
    alone = tmp_path / "package-1"
    shutil.copytree(PACK, alone, ignore=shutil.ignore_patterns("__pycache__"))
    with running(alone, tmp_path, config) as stub:
        info = stub.GetAnalyzerInfo(analyzer_pb2.AnalyzeRequest())
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert levels["database-multi-az"] == level
    assert levels["database-storage-encrypted"] == analyzer_pb2.MANDATORY
