import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

BUCKET = "s3/bucket:Bucket"
POLICY = "s3/bucketPolicy:BucketPolicy"
PLAN = "guardduty/malwareProtectionPlan:MalwareProtectionPlan"
FILES = res(BUCKET, "files", bucket="files", arn="arn:aws:s3:::files")
NOT_CLEAN = {"StringNotEquals": {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}}


def plan(status: str | None = "ENABLED") -> Sample:
    actions = [{"taggings": [{"status": status}]}] if status else []
    return res(PLAN, "scan", protectedResource={"s3Bucket": {"bucketName": Ref("files", "bucket")}}, actions=actions)


def policy(**changes: Any) -> Sample:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": "arn:aws:s3:::files/*",
        "Condition": {**NOT_CLEAN, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/scan"}},
        **changes,
    }
    return res(POLICY, "policy", bucket=Ref("files"), policy=json.dumps({"Statement": [statement]}))


CASES: list[Case] = [
    Case("malware-scan-blocks-reads", "pass", [FILES, plan(), policy()]),
    Case("malware-scan-blocks-reads", "pass", [FILES, plan(), policy(Principal={"AWS": "*"}, Action="s3:*")]),
    Case("malware-scan-blocks-reads", "fail", [FILES, plan()], "refuses to read what the scan has not found clean"),
    Case("malware-scan-blocks-reads", "fail", [FILES, plan(), policy(Effect="Allow")], "no policy of"),
    Case("malware-scan-blocks-reads", "fail", [FILES, plan(), policy(Action="s3:PutObject")], "no policy of"),
    Case("malware-scan-blocks-reads", "fail", [FILES, plan(), policy(Condition={})], "no policy of"),
    Case("malware-scan-blocks-reads", "fail", [FILES, plan(None), policy()], "it tags nothing"),
    Case("malware-scan-blocks-reads", "fail", [FILES, plan("DISABLED"), policy()], "it tags nothing"),
    Case(
        "malware-scan-blocks-reads",
        "unknown",
        [FILES, plan(), res(POLICY, "policy", bucket=Ref("files"), policy=UNKNOWN)],
    ),
    Case(
        "malware-scan-blocks-reads",
        "unknown",
        [FILES, res(PLAN, "scan", protectedResource=UNKNOWN, actions=[{"taggings": [{"status": "ENABLED"}]}])],
    ),
]
