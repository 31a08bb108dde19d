from tests.policy.harness import UNKNOWN, Case, res

CASES: list[Case] = [
    Case("file-system-encrypted", "pass", [res("efs/fileSystem:FileSystem", "x", encrypted=True)]),
    Case(
        "file-system-encrypted", "fail", [res("efs/fileSystem:FileSystem", "x", encrypted=False)], "encrypted is false"
    ),
    Case("file-system-encrypted", "unknown", [res("efs/fileSystem:FileSystem", "x", encrypted=UNKNOWN)]),
    Case(
        "file-system-under-own-key", "pass", [res("efs/fileSystem:FileSystem", "x", encrypted=True, kmsKeyId=UNKNOWN)]
    ),
    Case("file-system-under-own-key", "pass", [res("efs/fileSystem:FileSystem", "x", encrypted=False)]),
    Case(
        "file-system-under-own-key",
        "fail",
        [res("efs/fileSystem:FileSystem", "x", encrypted=True)],
        "kmsKeyId is not set",
    ),
    Case(
        "file-access-point-has-root",
        "pass",
        [res("efs/accessPoint:AccessPoint", "x", rootDirectory={"path": "/media"})],
    ),
    Case(
        "file-access-point-has-root",
        "fail",
        [res("efs/accessPoint:AccessPoint", "x", rootDirectory={"path": "/"})],
        "rootDirectory.path is /",
    ),
    Case(
        "file-access-point-has-root",
        "unknown",
        [res("efs/accessPoint:AccessPoint", "x", rootDirectory={"path": UNKNOWN})],
    ),
    Case("file-access-point-has-root", "fail", [res("efs/accessPoint:AccessPoint", "x")], "rootDirectory.path is /"),
    Case("file-access-point-has-user", "pass", [res("efs/accessPoint:AccessPoint", "x", posixUser=UNKNOWN)]),
    Case("file-access-point-has-user", "fail", [res("efs/accessPoint:AccessPoint", "x")], "posixUser is not set"),
]
