"""The arm64 package under qemu-user: every function starts, asks for work, and answers after a signed call by TLS; and
the ten of them restore a cluster."""
from world import ARM64_BOOTSTRAP, SNAPSHOT, STEPS, PackageTest, QemuRoot, reason_without_arm64


def reason_to_skip():
    return reason_without_arm64()


class Arm64(PackageTest):
    architecture, bootstrap = "arm64", ARM64_BOOTSTRAP

    @classmethod
    def new_root(cls, name):
        return QemuRoot(cls.package, cls.folder / name)

    def environment(self, **more):
        # qemu-user gives the program this machine's /etc/hosts, where the test's names are not.
        return super().environment(host="127.0.0.1", authority=str(self.authority.file), **more)

    def test_1_every_function_answers_after_a_signed_call(self):
        for step in [*STEPS, "handle_failure"]:
            with self.subTest(step), self.function(step) as function:
                before = self.front.accepted
                answer = function.invoke({"operation_id": "nobody"})
                self.assertIn(answer.kind, ("response", "error"))
                self.assertIn(answer.body.get("errorType", "none"), ("OperationNotFound", "InvalidInput", "none"), answer)
                self.assertGreater(self.front.accepted, before, self.said())

    def test_2_wrong_signature_is_what_the_endpoint_says_it_is(self):
        with self.function("check_copy_status", AWS_SECRET_ACCESS_KEY="wrong") as function:
            self.assertEqual(function.invoke({"operation_id": "nobody"}).body["errorType"], "InvalidSignatureException")

    def test_3_without_the_authority_nothing_is_trusted(self):
        with self.function("check_copy_status", AWS_CA_BUNDLE="") as function:
            self.assertIn("no trusted TLS connection", function.invoke({"operation_id": "nobody"}).body["errorMessage"])

    def test_4_ten_functions_restore_a_cluster(self):
        event = {"operation_id": "packaged", "snapshot_name": SNAPSHOT, "target_cluster_id": "packaged-target"}
        for step in STEPS:
            self.must(step, event if step == STEPS[0] else {"operation_id": "packaged"})
        cluster = self.endpoint.aws("rds", "describe-db-clusters", "--db-cluster-identifier", "packaged-target")
        self.assertEqual(cluster["DBClusters"][0]["Status"], "available")
