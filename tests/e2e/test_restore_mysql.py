"""Aurora MySQL through the whole system, with real MariaDB servers behind the clusters."""
import os
import pathlib
import subprocess
import unittest

from harness import EndpointTest, wait_until
from test_restore import today

SNAPSHOT = f"dev-mysql-source-snapshot-{today()}"
TARGET = "dev-mysql-target"
RUN = ["run", "--snapshot", SNAPSHOT, "--target-cluster", TARGET, "--target-region", "us-west-2",
       "--set", "master_credentials_secret_id=dev/mysql-master-credentials"]


with_mariadb = unittest.skipUnless(os.path.exists("/usr/sbin/mariadbd"), "MariaDB is not installed")


def sql(endpoint, cluster, user, password, statement):
    """The server's own client over verified TLS: what it prints, or its complaint."""
    answer = subprocess.run(
        ["mariadb", "--no-defaults", f"--host={cluster['Endpoint']}", f"--port={cluster['Port']}", f"--user={user}",
         f"--ssl-ca={endpoint.data / 'ca.crt'}", "--ssl-verify-server-cert", "--default-character-set=utf8mb4",
         "--batch", "--skip-column-names", "--execute", statement],
        env={**os.environ, "MYSQL_PWD": password}, capture_output=True, text=True, timeout=60)
    return answer.stdout.strip() if answer.returncode == 0 else answer.stderr.strip()


def secret(endpoint, name):
    return endpoint.run("secret", name, "--field", "password").stdout.strip()


@with_mariadb
class MySqlRestore(EndpointTest):
    engine = "aurora-mysql"

    def test_1_first_run_proves_every_row(self):
        self.endpoint.run(*RUN, "--operation-id", "first", "--set", "compare_with_source=checksums")
        verification = self.state_of("first")["verification"]["M"]
        self.assertTrue(verification["compared_with_source"]["BOOL"])
        self.assertGreaterEqual(int(verification["tables_equal"]["N"]), 14)
        self.assertGreater(int(verification["rows_equal"]["N"]), 400_000)
        self.assertEqual(self.clusters(), [TARGET])
        self.assertEqual(self.snapshots(), [], "the copy is deleted when it is not needed any more")

    def test_2_everything_came_along(self):
        cluster = self.cluster(TARGET)
        master = secret(self.endpoint, "dev/mysql-master-credentials")
        for statement, expected in (
                ("SELECT COUNT(*) FROM rental.rental", "200000"),
                ("SELECT name FROM rental.customer WHERE id = 1", "Zoë Groß 🎬"),
                ("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'rental'", "3"),
                ("SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema IN ('rental', 'reporting')", "4"),
                ("SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'reporting'", "1"),
                ("SELECT COUNT(*) > 0 FROM information_schema.referential_constraints "
                 "WHERE constraint_schema = 'rental'", "1"),
                ("SELECT rental.total_paid(1) > 0", "1")):
            self.assertEqual(sql(self.endpoint, cluster, "admin", master, statement), expected, statement)

    def test_3_users_may_what_their_privileges_say(self):
        cluster = self.cluster(TARGET)
        app = secret(self.endpoint, "dev/db-users/app_user")
        reader = secret(self.endpoint, "dev/db-users/readonly_user")
        self.assertEqual(sql(self.endpoint, cluster, "app_user", app, "SELECT COUNT(*) FROM rental.film"), "1000")
        self.assertTrue(sql(self.endpoint, cluster, "app_user", app, "SHOW STATUS LIKE 'Ssl_version'").split()[-1].startswith("TLSv1."))
        self.assertEqual(sql(self.endpoint, cluster, "app_user", app,
                                  "INSERT INTO reporting.changes (what, details) VALUES ('test', '{}'); SELECT ROW_COUNT()"), "1")
        self.assertIn("denied", sql(self.endpoint, cluster, "app_user", app, "DROP TABLE reporting.changes"))
        self.assertEqual(sql(self.endpoint, cluster, "readonly_user", reader, "SELECT COUNT(*) FROM rental.actor"), "200")
        self.assertIn("denied", sql(self.endpoint, cluster, "readonly_user", reader, "DELETE FROM reporting.changes"))
        self.assertIn("denied", sql(self.endpoint, cluster, "app_user", "wrong", "SELECT 1"))

    def test_4_printed_line_works_as_typed(self):
        summary = self.endpoint.run("status", "first").stdout
        line = next(l for l in summary.splitlines() if "mariadb --host" in l)
        self.assertIn("--ssl-verify-server-cert", line)
        answer = subprocess.run(["sh", "-c", line[line.index("MYSQL_PWD"):].strip() + " -Ne 'SELECT COUNT(*) FROM rental.film'"],
                                env={k: v for k, v in self.endpoint.environment.items() if not k.startswith("AWS_")},
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(answer.stdout.strip(), "1000", f"{line}\n{answer.stderr}")

    def test_5_second_run_replaces_the_cluster_of_the_first(self):
        before = self.cluster(TARGET)
        self.endpoint.run(*RUN, "--operation-id", "second")
        after = self.cluster(TARGET)
        self.assertNotEqual(before["DbClusterResourceId"], after["DbClusterResourceId"])
        wait_until(lambda: self.clusters() == [TARGET], 30, "the retired cluster is gone")
        # What was written into the first is not in the second.
        master = secret(self.endpoint, "dev/mysql-master-credentials")
        self.assertEqual(sql(self.endpoint, after, "admin", master, "SELECT COUNT(*) FROM reporting.changes"), "0")

    def test_6_postgresql_stands_beside_it(self):
        self.endpoint.run("local", "seed", "--scale", "1")
        self.endpoint.run("run", "--snapshot", f"dev-source-cluster-snapshot-{today()}", "--target-cluster",
                          "dev-target-cluster", "--operation-id", "beside")
        self.assertEqual(self.clusters(), [TARGET, "dev-target-cluster"])


@with_mariadb
class MySqlKill(EndpointTest):
    """kill -9 of the endpoint while it waits for the restore: the servers live on, and so does the execution."""
    engine = "aurora-mysql"
    pace = "restore=6s"

    def servers(self):
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes().decode()
            except (OSError, ValueError):
                continue
            if "mariadbd\0" in line and str(self.endpoint.data) in line:
                found.append(entry.name)
        return sorted(found)

    def test_restore_survives_and_servers_are_adopted(self):
        before = self.servers()
        self.assertEqual(len(before), 1, "the source's")
        self.endpoint.run("start", *RUN[1:], "--operation-id", "survivor")
        wait_until(lambda: "WaitForRestore" in self.endpoint.run("history", "survivor", "--json").stdout, 60,
                   "the execution waits for the restore")
        self.endpoint.kill()
        self.assertEqual(self.servers()[:1], before)
        self.endpoint.start()
        wait_until(lambda: self.state_of("survivor")["status"]["S"] in ("COMPLETED", "FAILED"), 120, "the restore ends")
        self.assertEqual(self.state_of("survivor")["status"]["S"], "COMPLETED", self.endpoint.log_tail())
        self.assertIn(before[0], self.servers(), "the source's server was left alone")


if __name__ == "__main__":
    unittest.main()
