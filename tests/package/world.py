"""The world of a packaged function: an endpoint with the demo's snapshot, under a host name and behind TLS."""
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(ROOT / "scripts/lib")]

import make_package  # noqa: E402
from harness import BIN, Endpoint  # noqa: E402
from lambda_host import EmptyRoot, Function, unpack  # noqa: E402
from tls_front import Authority, TlsFront  # noqa: E402

HOST = "endpoint.aurora.test"
ALIAS = "alias.aurora.test"  # the same address, which the certificate does not name
STEPS = ["snapshot_check", "copy_snapshot", "check_copy_status", "delete_rds", "restore_snapshot", "check_restore_status",
         "setup_db_users", "verify_restore", "notify_completion", "cleanup"]
# Until when the state machine asks a step again, beside `retry_after`.
DONE = {"check_copy_status": ("copy_status", "available"), "delete_rds": ("deletion_status", "completed"),
        "check_restore_status": ("cluster_status", "available")}
LOOKS_MAX = 200
SNAPSHOT = f"dev-source-cluster-snapshot-{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"
# Where arm64's build is (cmake/aarch64-linux-gnu.cmake).
ARM64_BOOTSTRAP = BIN.parent / "arm64/bin/bootstrap"


def make(architecture, bootstrap, package, bundle=None):
    """The package as scripts/build_lambda_packages.sh makes it from that executable."""
    make_package.write_zip(package, make_package.files_of(architecture, bootstrap, bundle))


def reason_without_release():
    """Sanitizers and coverage link bootstrap with libraries, and debug builds leave symbols in."""
    said = subprocess.run(["readelf", "-lSW", str(BIN / "bootstrap")], capture_output=True, text=True)
    if said.returncode:
        return f"{BIN}/bootstrap is not there, or readelf is not: {said.stderr.strip()}"
    return "packages are made of a release build's bootstrap" if "INTERP" in said.stdout or ".symtab" in said.stdout else ""


class PackageTest(unittest.TestCase):
    """Each class has its endpoint, its authority, its package, and roots to run it in."""
    architecture, bootstrap = "x86_64", BIN / "bootstrap"
    engine = "aurora-postgresql"

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="aurora-package-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.endpoint.start()
        cls.endpoint.run("local", "seed", "--scale", "1", "--engine", cls.engine)
        cls.authority = Authority(cls.folder / "authority")
        cls.front = TlsFront(cls.endpoint.port, *cls.authority.issue([f"DNS:{HOST}", "IP:127.0.0.1"]))
        cls.addClassCleanup(cls.front.close)
        cls.package = cls.folder / "package.zip"
        # What RDS's bundle is on AWS, the endpoint's own authority is here.
        make(cls.architecture, cls.bootstrap, cls.package, cls.endpoint.data / "ca.crt")
        cls.root = cls.new_root("root")

    @classmethod
    def new_root(cls, name):
        root = EmptyRoot(cls.package, cls.folder / name, [HOST, ALIAS])
        (root.folder / "authority.pem").write_bytes(cls.authority.file.read_bytes())
        return root

    def environment(self, host=HOST, authority="/authority.pem", **more):
        return {"ENVIRONMENT": "dev", "REGION": "us-west-2", "AWS_REGION": "us-west-2", "POLL_INTERVAL_SECONDS": "1",
                "AWS_ENDPOINT_URL": f"https://{host}:{self.front.port}",
                **{key: self.endpoint.environment[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")},
                **({"AWS_CA_BUNDLE": authority} if authority else {}), **more}

    def function(self, handler, root=None, **environment):
        root = root or self.root
        return Function(root.command(), handler, self.environment(**environment), self.folder / "functions.log")

    def said(self):
        return (self.folder / "functions.log").read_text(errors="replace")[-4000:]

    def run_step(self, step, event, root=None):
        """Asks the step as the state machine does: again, as long as it answers that it is not done."""
        with self.function(step, root) as function:
            for _ in range(LOOKS_MAX):
                answer = function.invoke(event)
                if answer.kind != "response":
                    return answer
                field, wanted = DONE.get(step, (None, None))
                if answer.body.get(field) == wanted if field else "retry_after" not in answer.body:
                    return answer
                event = {"operation_id": event["operation_id"], **{k: event[k] for k in ("error",) if k in event}}
        raise AssertionError(f"{step} is not done after {LOOKS_MAX} looks: {answer}")

    def must(self, step, event):
        answer = self.run_step(step, event)
        self.assertEqual(answer.kind, "response", f"{step}: {answer}\n{self.said()}\n{self.endpoint.log_tail()}")
        return answer.body


class QemuRoot:
    """The arm64 package unpacked into a folder and run under qemu-user, with this machine's files around it."""

    def __init__(self, package, folder, *_):
        self.folder = folder
        folder.mkdir(parents=True)
        unpack(package, folder)

    def command(self):
        return ["qemu-aarch64-static", str(self.folder / "bootstrap")]


def reason_without_arm64():
    if not ARM64_BOOTSTRAP.is_file():
        return "arm64 is not built: scripts/build_lambda_packages.sh --arch arm64 builds it"
    try:
        subprocess.run(["qemu-aarch64-static", "--version"], check=True, capture_output=True)
    except OSError:
        return "there is no qemu-aarch64-static here; Debian's package is qemu-user-static"
    return ""
