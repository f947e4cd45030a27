"""TLS in front of a plain endpoint, with a certificate of an authority made for the test."""
import contextlib
import select
import socket
import ssl
import subprocess
import threading


class Authority:
    """A certificate authority in a folder: `file` is what its clients trust."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self.file = folder / "authority.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test authority",
                      "-keyout", "authority.key", "-out", "authority.pem")

    def issue(self, names):
        """A server's certificate for these names (DNS:… or IP:…); gives the paths of certificate and key."""
        (self.folder / "names").write_text(f"subjectAltName={','.join(names)}\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
                      "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem")
        return self.folder / "server.pem", self.folder / "server.key"

    def hashed_name(self):
        """What its certificate is called in a directory of roots."""
        return self._openssl("x509", "-noout", "-hash", "-in", "authority.pem").strip() + ".0"

    def _openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, text=True).stdout


class TlsFront:
    """Listens on loopback, ends TLS, and passes the bytes on to `port`. Counts the connections that came to be."""

    def __init__(self, port, certificate, key):
        self.upstream, self.accepted, self.refused = port, 0, 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                raw, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        try:
            client = self.context.wrap_socket(raw, server_side=True)
        except (ssl.SSLError, OSError):
            self.refused += 1
            raw.close()
            return
        self.accepted += 1
        with client, socket.create_connection(("127.0.0.1", self.upstream)) as server, contextlib.suppress(OSError):
            relay(client, server)

    def close(self):
        self.listener.close()


def relay(client, server):
    """In one thread: a TLS connection is not to be read and written at the same time."""
    while True:
        readable = [client] if client.pending() else select.select([client, server], [], [])[0]
        for source in readable:
            data = source.recv(65536)
            if not data:
                return
            (server if source is client else client).sendall(data)
