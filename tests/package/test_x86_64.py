"""The x86_64 package in an empty root: a whole restore, a rollback, and what it does not trust."""
import json
import shutil
import subprocess

from lambda_host import EmptyRoot
from world import ALIAS, BIN, SNAPSHOT, STEPS, Authority, PackageTest, make_package, reason_without_release


def reason_to_skip():
    return reason_without_release() or EmptyRoot.reason_to_skip()


class PackagedRestore(PackageTest):
    def test_1_root_holds_the_package_and_nothing_else(self):
        files = sorted(str(p.relative_to(self.root.folder)) for p in self.root.folder.rglob("*") if not p.is_dir())
        roots = [f"amazon-roots/{name}" for name in sorted(make_package.amazon_roots())]
        self.assertEqual(files, [*roots, "authority.pem", "bootstrap", "dev/null", "dev/urandom", "etc/hosts",
                                 "etc/resolv.conf", "global-bundle.pem", "manifest.json"])

    def test_2_ten_functions_restore_a_cluster(self):
        event = {"operation_id": "packaged", "snapshot_name": SNAPSHOT, "target_cluster_id": "packaged-target",
                 "compare_with_source": "checksums"}
        for step in STEPS:
            if step == "setup_db_users":
                self.databases_of_another_authority_are_refused()
            answer = self.must(step, event if step == STEPS[0] else {"operation_id": "packaged"})
            self.assertEqual(answer["operation_id"], "packaged")
        cluster = self.endpoint.aws("rds", "describe-db-clusters", "--db-cluster-identifier", "packaged-target")
        self.assertEqual(cluster["DBClusters"][0]["Status"], "available")
        item = self.endpoint.aws("dynamodb", "get-item", "--table-name", "aurora-restore-state-dev",
                                 "--key", json.dumps({"operation_id": {"S": "packaged"}}))["Item"]
        self.assertEqual(item["status"]["S"], "COMPLETED")
        self.assertGreaterEqual(int(item["verification"]["M"]["tables_equal"]["N"]), 7)
        self.assertGreaterEqual(self.front.accepted, len(STEPS), "every function spoke TLS to the endpoint")

    def databases_of_another_authority_are_refused(self):
        """What the package has for RDS's bundle is what databases are verified by."""
        root = self.new_root("other-bundle")
        (root.folder / "global-bundle.pem").write_bytes(self.authority.file.read_bytes())
        answer = self.run_step("setup_db_users", {"operation_id": "packaged"}, root)
        self.assertEqual(answer.kind, "error", answer)
        self.assertIn("certificate", answer.body["errorMessage"])

    def test_3_handle_failure_puts_everything_back(self):
        event = {"operation_id": "rolled-back", "snapshot_name": SNAPSHOT, "target_cluster_id": "never-made"}
        for step in STEPS[:2]:
            self.must(step, event)
        rollback = self.must("handle_failure", {"operation_id": "rolled-back", "error": {
            "Error": "CopyFailed", "Cause": json.dumps({"errorMessage": "said by the test"})}})
        self.assertNotEqual(rollback["rollback_status"], "in-progress")
        left = self.endpoint.aws("rds", "describe-db-cluster-snapshots")["DBClusterSnapshots"]
        self.assertEqual([s["DBClusterSnapshotIdentifier"] for s in left], [], "the copy is gone")

    def test_4_handlers_may_have_a_module_before_their_name(self):
        with self.function("bootstrap.check-copy-status") as function:
            self.assertEqual(function.invoke({"operation_id": "nobody"}).body["errorType"], "OperationNotFound")

    def test_5_handler_without_a_step_is_reported_at_start(self):
        with self.function("no_such_step") as function:
            kind, body = function.api.answers.get(timeout=60)
            self.assertEqual((kind, body["errorType"]), ("error", "UnknownHandler"))


class PackagedRestoreOfMySql(PackageTest):
    """Its client library finds all it needs in the executable: ways to log in, character sets, TLS."""
    engine = "aurora-mysql"

    def test_ten_functions_restore_a_cluster(self):
        event = {"operation_id": "packaged", "snapshot_name": SNAPSHOT.replace("dev-source-cluster", "dev-mysql-source"),
                 "source_cluster_id": "dev-mysql-source", "target_cluster_id": "packaged-target",
                 "master_credentials_secret_id": "dev/mysql-master-credentials", "compare_with_source": "checksums"}
        for step in STEPS:
            self.must(step, event if step == STEPS[0] else {"operation_id": "packaged"})
        item = self.endpoint.aws("dynamodb", "get-item", "--table-name", "aurora-restore-state-dev",
                                 "--key", json.dumps({"operation_id": {"S": "packaged"}}))["Item"]
        self.assertEqual(item["status"]["S"], "COMPLETED")
        self.assertGreaterEqual(int(item["verification"]["M"]["tables_equal"]["N"]), 15)


class PackagedTrust(PackageTest):
    """Whom the packaged function believes to be AWS."""
    EVENT = {"operation_id": "nobody"}

    def invoke(self, root=None, **environment):
        with self.function("check_copy_status", root, **environment) as function:
            return function.invoke(self.EVENT)

    def refused(self, **environment):
        before = self.front.accepted
        answer = self.invoke(**environment)
        self.assertEqual((answer.kind, answer.body["errorType"]), ("error", "AwsUnreachable"), answer)
        self.assertIn("no trusted TLS connection", answer.body["errorMessage"])
        self.assertEqual(self.front.accepted, before, "no request went out")
        return answer.body["errorMessage"]

    def test_given_authority_is_trusted(self):
        self.assertEqual(self.invoke().body["errorType"], "OperationNotFound", self.said())

    def test_without_it_only_amazon_is_trusted(self):
        self.refused(authority=None)

    def test_other_authority_is_refused(self):
        other = Authority(self.folder / "other")
        (self.root.folder / "other.pem").write_bytes(other.file.read_bytes())
        self.refused(authority="/other.pem")

    def test_other_name_is_refused(self):
        self.assertIn(ALIAS, self.refused(host=ALIAS))

    def test_roots_beside_the_executable_are_what_is_trusted_by_default(self):
        root = self.new_root("own-roots")
        shutil.copy(self.authority.file, root.folder / "amazon-roots" / self.authority.hashed_name())
        self.assertEqual(self.invoke(root, authority=None).body["errorType"], "OperationNotFound", self.said())

    def test_local_executable_has_no_roots_beside_it(self):
        """There the system's store is asked, which knows the authorities of companies' proxies."""
        self.assertFalse((BIN / "amazon-roots").exists())

    def test_core_dumps_are_off(self):
        with self.function("check_copy_status") as function:
            function.invoke(self.EVENT)
            limits = subprocess.run(["cat", f"/proc/{function.process.pid}/limits"], capture_output=True, text=True).stdout
            self.assertRegex(limits, r"Max core file size\s+0\s+0")
