"""What a local restore costs beside the database's own work: python3 bench/overhead.py [RUNS]

Restores the demo's snapshot RUNS times (5) at natural pace and prints medians. A step's wall time is split into
- work: what the database does. For the waits, the time in which the step's function was answered late because the
  cluster or copy was still in the making (a describe call holds its answer until then); for the SQL steps, the
  time that the function itself took;
- rest: everything else: the interpreter, starting and reaching the function, its AWS calls, and waiting on after
  the work was done.
For steps without database work all of it is rest.
"""
import json
import pathlib
import statistics
import sys
from datetime import datetime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/e2e"))

from harness import Endpoint  # noqa: E402

SQL_STEPS = {"SetupDbUsers", "VerifyRestore"}
# The look that finds nothing to wait for costs this much; what a look takes beyond it is the resource's time.
LOOKS = {"CheckCopyStatus", "CheckRestoreStatus", "DeleteRds"}
WAITS = {"WaitForCopy": "CheckCopyStatus", "WaitForRestore": "CheckRestoreStatus", "WaitForDeletion": "DeleteRds"}


def seconds(event):
    return datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00")).timestamp()


def one_run(endpoint, number):
    operation = f"overhead-{number}"
    endpoint.run("run", "--snapshot-date", "today", "--operation-id", operation, "--set", "compare_with_source=checksums")
    events = [json.loads(line) for line in endpoint.run("history", operation, "--json").stdout.splitlines()]
    wall, functions, looks = {}, {}, {}
    entered = None
    for event in events:
        if "stateEnteredEventDetails" in event:
            entered = (event["stateEnteredEventDetails"]["name"], seconds(event))
        elif event["type"] == "TaskStarted":
            started = seconds(event)
        elif event["type"] == "TaskSucceeded":
            looks.setdefault(entered[0], []).append(seconds(event) - started)
        elif "stateExitedEventDetails" in event:
            name = event["stateExitedEventDetails"]["name"]
            name = WAITS.get(name, name)
            wall[name] = wall.get(name, 0) + seconds(event) - entered[1]
    for name, durations in looks.items():
        functions[name] = sum(durations)
    total = seconds(events[-1]) - seconds(events[0])
    return wall, functions, total


def main(runs):
    endpoint = Endpoint()
    try:
        endpoint.start()
        endpoint.run("local", "seed")
        results = [one_run(endpoint, number) for number in range(runs + 1)][1:]  # the first fills caches
    finally:
        endpoint.close()
    quick = statistics.median(result[1]["CopySnapshot"] for result in results)
    print(f"{'step':22} {'wall ms':>9} {'work ms':>9} {'rest ms':>9}")
    rest_total = 0
    for name in results[0][0]:
        wall = statistics.median(result[0].get(name, 0) for result in results)
        function = statistics.median(result[1].get(name, 0) for result in results)
        work = max(0.0, function - quick) if name in SQL_STEPS | LOOKS else 0.0
        rest_total += wall - work
        print(f"{name:22} {wall * 1000:9.0f} {work * 1000:9.0f} {(wall - work) * 1000:9.0f}")
    total = statistics.median(result[2] for result in results)
    print(f"{'all':22} {total * 1000:9.0f} {'':9} {rest_total * 1000:9.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
