"""What operations leave in the tables: lists and trails by index, exports, archives, reports, stuck operations."""
import json
import pathlib
import unittest

from harness import EndpointTest
from test_restore import RUN

STATE = "aurora-restore-state-dev"
AUDIT = "aurora-restore-audit-dev"


class Tables(EndpointTest):
    def count(self, table):
        return self.endpoint.aws("dynamodb", "scan", "--table-name", table, "--select", "COUNT")["Count"]

    def put(self, operation, status, start, **more):
        item = {"operation_id": {"S": operation}, "status": {"S": status}, "start_time": {"S": start},
                "last_updated_time": {"S": start}, "timestamp": {"S": start}, **more}
        self.endpoint.aws("dynamodb", "put-item", "--table-name", STATE, "--item", json.dumps(item))

    def test_1_restore_leaves_its_story(self):
        self.endpoint.run(*RUN, "--operation-id", "told")
        listed = [json.loads(line) for line in self.endpoint.run("list", "--since", "1h", "--json").stdout.splitlines()]
        self.assertEqual([o["operation_id"] for o in listed], ["told"])
        self.assertEqual(self.endpoint.run("list", "--target", "another", "--json").stdout, "")
        self.assertIn("told", self.endpoint.run("list", "--target", "dev-target-cluster").stdout)
        trail = self.endpoint.run("audit", "--since", "1h", "--step", "copy_snapshot", "--json").stdout.splitlines()
        self.assertEqual({json.loads(e)["operation_id"] for e in trail}, {"told"})
        whole = self.endpoint.run("audit", "told", "--json").stdout.splitlines()
        self.assertEqual(len(whole), self.count(AUDIT))
        self.assertEqual(self.endpoint.run("audit", "--status", "failed", "--json").stdout, "")

    def test_2_log_bucket_has_the_report(self):
        listed = self.endpoint.aws("s3api", "list-objects-v2", "--bucket", "dev-aurora-restore-logs")
        names = sorted(pathlib.Path(o["Key"]).name for o in listed["Contents"] if "/told/" in o["Key"])
        self.assertEqual(names, ["audit.json", "report.html", "report.json", "state.json"])

    def test_3_report_is_one_page_and_one_object(self):
        out = self.endpoint.run("report", "told", "--dir", "reports").stdout.split()
        page = (self.endpoint.folder / out[0]).read_text()
        report = json.loads((self.endpoint.folder / out[1]).read_text())
        self.assertEqual(report["outcome"]["status"], "COMPLETED")
        self.assertEqual(len(report["timeline"]), 10)
        self.assertTrue(all(step["seconds"] is not None for step in report["timeline"]))
        self.assertIn("dev-target-cluster", [t["identifier"] for t in report["changes"]["tagged_now"]])
        self.assertIn({"name": "target_cluster_id", "value": "dev-target-cluster", "source": "event"},
                      report["configuration"])
        for outside in ("<script", "src=", "<link", "@import", "url("):
            self.assertNotIn(outside, page)
        self.assertEqual(json.loads(self.endpoint.run("report", "told", "--json").stdout)["operation_id"], "told")

    def test_4_export_to_s3_and_to_files_and_back(self):
        self.endpoint.aws("s3api", "create-bucket", "--bucket", "backups", "--create-bucket-configuration",
                          "LocationConstraint=us-west-2")
        for table, name in (("state", STATE), ("audit", AUDIT)):
            before = self.count(name)
            written = json.loads(self.endpoint.run("export", table, "--to", f"s3://backups/{table}", "--json").stdout)
            self.assertEqual(written["items"], before)
            written = json.loads(self.endpoint.run("export", table, "--to", f"dump-{table}", "--json").stdout)
            self.assertEqual(written["items"], before)
            again = json.loads(self.endpoint.run("import", table, "--from", f"dump-{table}", "--json").stdout)
            self.assertEqual((again["written"], again["kept"] + again["skipped"]), (0, before))
        self.endpoint.aws("dynamodb", "delete-item", "--table-name", STATE, "--key", '{"operation_id":{"S":"told"}}')
        back = json.loads(self.endpoint.run("import", "state", "--from", "s3://backups/state", "--json").stdout)
        self.assertEqual(back["written"], 1)
        self.assertEqual(self.state_of("told")["status"]["S"], "COMPLETED")
        wrong = self.endpoint.run("import", "state", "--from", "dump-audit", check=False)
        self.assertEqual(wrong.returncode, 2, wrong.stderr)
        self.assertIn("ExportMismatch", wrong.stderr)

    def test_5_table_that_is_gone_is_made_anew_from_s3(self):
        self.endpoint.aws("dynamodb", "delete-table", "--table-name", AUDIT)
        made = json.loads(self.endpoint.run("import", "audit", "--from", "s3://backups/audit", "--json").stdout)
        self.assertTrue(made["made_table"])
        self.assertGreater(made["written"], 10)
        self.assertIn("copy_snapshot", self.endpoint.run("audit", "--since", "1h").stdout)
        backups = self.endpoint.aws("dynamodb", "describe-continuous-backups", "--table-name", AUDIT)
        self.assertEqual(backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
                         ["PointInTimeRecoveryStatus"], "ENABLED")

    def test_6_archive_files_and_deletes(self):
        self.put("ancient", "FAILED", "2026-01-01T00:00:00.000Z")
        refused = self.endpoint.run("archive", "--before", "2026-02-01", "--delete-state", input_text="no\n", check=False)
        self.assertEqual(refused.returncode, 6, refused.stderr)
        row = json.loads(self.endpoint.run("archive", "--before", "2026-02-01", "--delete-state", "--yes", "--json").stdout)
        self.assertEqual((row["operation_id"], row["state_deleted"]), ("ancient", True))
        self.assertEqual(self.endpoint.run("list", "--until", "2026-02-01", "--json").stdout, "")
        body = self.endpoint.folder / "state.json"
        self.endpoint.aws("s3api", "get-object", "--bucket", "dev-aurora-restore-logs",
                          "--key", "aurora-restore-logs/ancient/state.json", str(body))
        self.assertEqual(json.loads(body.read_text())["status"], "FAILED")

    def test_7_stuck_operation_is_marked_and_the_target_is_free(self):
        self.endpoint.run("invoke", "snapshot_check", "--operation-id", "stuck", "--payload", json.dumps(
            {"snapshot_name": RUN[2], "target_cluster_id": "dev-target-cluster"}))
        locked = self.endpoint.run(*RUN, "--dry-run", check=False)
        self.assertIn("TargetLocked", locked.stdout + locked.stderr)
        marked = json.loads(self.endpoint.run("mark-failed", "stuck", "--reason", "lost", "--json").stdout)
        self.assertTrue(marked["lock_released"])
        error = self.state_of("stuck")["error"]["M"]
        self.assertEqual((error["code"]["S"], error["message"]["S"]), ("MANUAL_INTERVENTION", "lost"))
        self.assertIn("MANUAL_INTERVENTION", self.endpoint.run("audit", "stuck").stdout)
        self.endpoint.run(*RUN, "--dry-run")
        again = self.endpoint.run("mark-failed", "stuck", "--reason", "lost", check=False)
        self.assertEqual(again.returncode, 6, again.stderr)

    def test_8_documented_update_item_frees_the_target_too(self):
        self.endpoint.run("invoke", "snapshot_check", "--operation-id", "by-hand", "--payload", json.dumps(
            {"snapshot_name": RUN[2], "target_cluster_id": "dev-target-cluster"}))
        self.endpoint.aws(
            "dynamodb", "update-item", "--table-name", STATE, "--key", '{"operation_id": {"S": "by-hand"}}',
            "--update-expression", "SET #status = :status, #error = :error",
            "--expression-attribute-names", '{"#status": "status", "#error": "error"}',
            "--expression-attribute-values", json.dumps(
                {":status": {"S": "FAILED"},
                 ":error": {"M": {"message": {"S": "Manually marked as failed"}, "code": {"S": "MANUAL_INTERVENTION"}}}}))
        self.endpoint.run(*RUN, "--dry-run")

    def test_9_work_in_the_background_survives_a_kill(self):
        self.endpoint.kill()
        self.endpoint.start()
        self.assertIn("told", self.endpoint.run("list").stdout)
        exports = self.endpoint.aws("dynamodb", "list-exports")["ExportSummaries"]
        self.assertEqual({e["ExportStatus"] for e in exports}, {"COMPLETED"})


if __name__ == "__main__":
    unittest.main()
