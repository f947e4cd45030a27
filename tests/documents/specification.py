"""The five documents, each in its world; two worlds at a time, since a command line mostly waits."""
import concurrent.futures
import json

from documents import Run, infrastructure
from rows import Expectations
from sequence import SequenceRun
from shell import Shell
from worlds import Moto, World, date, wait_until

# The operations guide's fixed names, which the environment gives (DECISIONS 3 and 23).
FIXED_NAMES = {"STATE_TABLE_NAME": "AuroraRestoreState", "AUDIT_TABLE_NAME": "AuroraRestoreAudit",
               "STATE_MACHINE_NAME": "aurora-restore-state-machine", "FUNCTION_NAME_PATTERN": "aurora-restore-{step}"}
STUCK = "restore-20230615-123456"
# Not the one that the guide restores: RDS queues copies of one snapshot behind each other.
SNAPSHOT_OF_STUCK = "dev-source-cluster-snapshot-2023-06-14"


def usage_and_sequence(moto, expected, pending):
    world = World(moto)
    try:
        world.start()
        world.seed()
        world.snapshots_of_names(["aurora-snapshot-2023-01-01", f"aurora-snapshot-{date(1)}",
                                  "dev-source-cluster-snapshot-2023-06-01"])
        world.cluster_of_name("source-cluster")
        shell = Shell(world.environment, world.work)
        rows = Run(world, shell, "usage-guide.md", expected, pending).run()
        shell.close()
        # The sequence guide prints answers of work in progress, which must take longer than a look at it.
        restart(world, f"copy={world.seconds_of_a_call() * 8 + 3:.0f}s,remove=1s")
        shell = Shell(world.environment, world.work)
        rows += SequenceRun(world, shell, "running-the-functions-in-sequence.md", expected, pending).run()
        shell.close()
        return rows
    finally:
        world.close()


def configuration(moto, ids, expected, pending):
    """The reader's own Region, us-east-1, with nothing in it."""
    world = World(moto, region="us-east-1", variables={"MOTO_IDS": json.dumps(ids)})
    try:
        world.start()
        infrastructure(world)
        shell = Shell(world.environment, world.work)
        rows = Run(world, shell, "configuration-guide.md", expected, pending).run()
        shell.close()
        return rows
    finally:
        world.close()


def operations(moto, expected, pending):
    world = World(moto, variables=FIXED_NAMES)
    try:
        world.start()
        world.seed()
        world.snapshots_of_names(["dev-source-cluster-snapshot-2023-06-15", SNAPSHOT_OF_STUCK])
        world.buckets(["aurora-restore-archives", "aurora-restore-dr-backup"])
        world.client("sns").create_topic(Name="aurora-restore-notifications")
        world.client("rds").create_db_subnet_group(
            DBSubnetGroupName="default-vpc-subnet-group", DBSubnetGroupDescription="default VPC",
            SubnetIds=["subnet-12345678", "subnet-87654321"])
        infrastructure(world)
        shell = Shell(world.environment, world.work)
        run = Run(world, shell, "operations-guide.md", expected, pending)
        run.kept_running = (STUCK,)
        run.ended |= earlier_operations(world)
        rows = run.run()
        shell.close()
        return rows
    finally:
        world.close()


def earlier_operations(world):
    """The guide's operation, which waits for its copy for an hour, to be looked at, marked, and stopped; and one that
    failed, for those who look for errors. Gives the names of those that are over."""
    machine = FIXED_NAMES["STATE_MACHINE_NAME"]
    if machine not in [m["name"] for m in world.client("stepfunctions").list_state_machines()["stateMachines"]]:
        return set()
    request = {"source_region": "us-east-1", "target_region": "us-west-2"}
    restart(world, "copy=1h")
    world.start_execution(machine, STUCK, {**request, "snapshot_name": SNAPSHOT_OF_STUCK,
                                           "target_cluster_id": "stuck-cluster", "poll_interval_seconds": 3600})
    world.start_execution(machine, "failed-before", {**request, "snapshot_name": "never-made",
                                                     "target_cluster_id": "never-made"})
    wait_until(lambda: "WaitForCopy" in world.run("history", STUCK, check=False).stdout, 60, f"{STUCK} waits")
    over = {name for name in world.settle((STUCK,)) if name != STUCK}
    restart(world, None)
    return over


def restart(world, pace):
    world.run("local", "stop")
    world.pace = pace
    world.start()


def run_all():
    """Gives the rows of all documents in their order, and entries of the expectations that no command met."""
    expected, pending = Expectations("expectations.yaml"), Expectations("pending.yaml")
    moto = Moto()
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            first = workers.submit(usage_and_sequence, moto.url, expected, pending)
            ids = moto.prepare()
            second = workers.submit(lambda: configuration(moto.url, ids, expected, pending)
                                    + operations(moto.url, expected, pending))
            rows = second.result()
            rows = first.result() + rows
    finally:
        moto.close()
    order = ["usage-guide.md", "running-the-functions-in-sequence.md", "configuration-guide.md", "operations-guide.md"]
    rows.sort(key=lambda row: order.index(row.document))
    return rows, expected.unmet() + pending.unmet(), pending
