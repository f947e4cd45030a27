"""A shell that lives as long as a document: what one block sets, the next one has, as for a reader who types along."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent


@dataclass
class Result:
    code: int
    output: str
    errors: str
    calls: list = field(default_factory=list)  # of the AWS CLI: service, operation, where, code, error

    def failed(self):
        """Also when only a call within a pipe or a substitution failed, which the shell does not tell."""
        return self.code != 0 or any(call["code"] != 0 for call in self.calls)

    def text(self):
        return (self.output + self.errors).strip()


class Shell:
    """Commands are sourced one after the other by one bash; `folder` is where they run."""

    def __init__(self, environment, folder):
        self.folder = pathlib.Path(folder)
        self.notes = pathlib.Path(tempfile.mkdtemp(prefix=".shell-", dir=self.folder))
        self.calls = self.notes / "calls"
        self.count = 0
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], env={**environment, "AWS_CALLS": str(self.calls)}, cwd=self.folder,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, start_new_session=True)

    def run(self, text, timeout=120, stop_at_failure=False):
        """Runs one command or a whole block as it is printed. With `stop_at_failure` the first command that fails ends
        the block and is named in `errors`."""
        self.count += 1
        script, out, err, code = (self.notes / f"{self.count}.{kind}" for kind in ("sh", "out", "err", "code"))
        script.write_text(text)
        self.calls.write_text("")
        trap = """trap 'failed=$?; echo "failed with $failed: $BASH_COMMAND" >&2; return $failed' ERR""" if stop_at_failure else ":"
        # A command that ends the shell (`exit 1`) still leaves its code behind.
        self.process.stdin.write(f"trap 'echo $? >{code}' EXIT\n{trap}\nsource {script} >{out} 2>{err} </dev/null\n"
                                 f"echo $? >{code}.part; trap - ERR; mv {code}.part {code}\n")
        self.process.stdin.flush()
        deadline = time.monotonic() + timeout
        while not (code.exists() and code.read_text().strip()):
            if time.monotonic() > deadline:
                self.close()
                return Result(124, read(out), read(err) + f"\nstill running after {timeout} s\n")
            time.sleep(0.02)
        calls = [json.loads(line) for line in self.calls.read_text().splitlines()]
        return Result(int(code.read_text()), read(out), read(err), calls)

    def value(self, name):
        return self.run(f'printf %s "${{{name}}}"').output

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()


def read(path):
    return path.read_text(errors="replace") if path.exists() else ""
