"""What Lambda is to a function: a Runtime API on loopback, a package unpacked somewhere, and a process in it."""
import contextlib
import http.server
import json
import os
import queue
import shutil
import subprocess
import threading
import time
import uuid
import zipfile

SKIPPED = 77
MODE_SHIFT = 16
SECONDS_PER_ANSWER = 120


def unpack(package, folder):
    """As Lambda does it: with the modes that the package gives."""
    with zipfile.ZipFile(package) as archive:
        for entry in archive.infolist():
            archive.extract(entry, folder)
            (folder / entry.filename).chmod((entry.external_attr >> MODE_SHIFT) & 0o7777)


class EmptyRoot:
    """A root directory with a package, /dev/null, /dev/urandom, /etc/resolv.conf and /etc/hosts, and nothing else."""

    def __init__(self, package, folder, hosts):
        self.folder = folder
        for name in ("dev", "etc"):
            (folder / name).mkdir(parents=True)
        unpack(package, folder)
        for device in ("null", "urandom"):
            (folder / "dev" / device).touch()
        (folder / "etc/resolv.conf").write_text("nameserver 127.0.0.254\n")  # where nobody listens
        (folder / "etc/hosts").write_text("".join(f"127.0.0.1 {name}\n" for name in ("localhost", *hosts)))

    def command(self, program="/bootstrap"):
        """The devices are bound in a mount namespace of the process's own, which ends with it."""
        script = ('for device in null urandom; do mount --bind "/dev/$device" "$1/dev/$device" || exit 77; done\n'
                  'exec chroot "$1" "$2"')
        return [*namespace(), "sh", "-c", script, "sh", str(self.folder), program]

    @staticmethod
    def reason_to_skip():
        for program in ("unshare", "mount", "chroot"):
            if shutil.which(program) is None:
                return f"there is no {program} here"
        made = subprocess.run([*namespace(), "sh", "-c", "mount --bind /dev/null /dev/zero"], capture_output=True, text=True)
        return "" if made.returncode == 0 else f"neither root nor user namespaces are to be had: {made.stderr.strip()}"


def namespace():
    return ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]


class RuntimeApi:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html for one process."""

    def __init__(self):
        self.events, self.answers = queue.Queue(), queue.Queue()
        self.polled = threading.Event()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                api.polled.set()
                event = api.events.get()
                if event is None:  # the process is ended while it waits
                    self.close_connection = True
                    return
                deadline = int((time.time() + SECONDS_PER_ANSWER) * 1000)
                self.reply(200, json.dumps(event).encode(),
                           {"Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()), "Lambda-Runtime-Deadline-Ms": str(deadline),
                            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-west-2:123456789012:function:packaged"})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                api.answers.put((self.path.rsplit("/", 1)[1], json.loads(body)))
                self.reply(202, b"{}", {})

            def reply(self, status, body, headers):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a function that is ended resets its connection
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.events.put(None)
        self.server.shutdown()
        self.server.server_close()


class Answered:
    """What a function posted: `kind` is response or error; an error has errorType and errorMessage."""

    def __init__(self, kind, body):
        self.kind, self.body = kind, body

    def __repr__(self):
        return f"{self.kind}: {json.dumps(self.body)}"


class Function:
    """One packaged function as a process, from its start to the end of the `with` block."""

    def __init__(self, command, handler, environment, log):
        self.api = RuntimeApi()
        self.log = open(log, "ab")
        # Nothing of this machine's environment reaches the function, but PATH for what starts it.
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "_HANDLER": handler, "AWS_LAMBDA_FUNCTION_NAME": f"packaged-{handler}",
                 "AWS_LAMBDA_RUNTIME_API": self.api.address, **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.api.close()
        self.log.close()

    def invoke(self, event):
        self.api.events.put(event)
        deadline = time.monotonic() + SECONDS_PER_ANSWER
        while time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                return Answered(*self.api.answers.get(timeout=0.5))
            if self.process.poll() is not None:
                raise AssertionError(f"the function ended with {self.process.returncode}")
        raise AssertionError(f"no answer within {SECONDS_PER_ANSWER} s")
