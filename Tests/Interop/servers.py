"""Servers that stand in for other machines: `sshd` and an S3 of PyPI's moto, on the loopback address alone."""

import base64
import contextlib
import http.server
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from harness import Failed, Skipped, end_session, expect


def need(*programs):
    """Skips the check where programs are missing; where everything is to be checked they must be there."""
    missing = [program for program in programs if not shutil.which(program, path=search_path())]
    if missing and os.environ.get("CI"):
        raise Failed(f"not installed: {', '.join(missing)}")
    if missing:
        raise Skipped(f"not installed: {', '.join(missing)}")


def search_path():
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_open(port, process, log, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"the server did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


@contextlib.contextmanager
def serving(arguments, port, log, environment=None):
    """Runs a server until the block ends."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=environment,
            start_new_session=True)
    try:
        wait_until_open(port, process, log)
        yield
    finally:
        end_session(process)


@contextlib.contextmanager
def ssh_server(folder, home):
    """An sshd with keys of its own; the client's key and the server's are known in `home`.

    Yields the address of `folder` there, and the file of the client's key.
    """
    need("sshd", "ssh-keygen")
    folder.mkdir(parents=True)
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "authorized").write_bytes((folder / "client.pub").read_bytes())
    port = free_port()
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\nMaxStartups 100\nSubsystem sftp internal-sftp\n")
    known = pathlib.Path(home) / ".ssh" / "known_hosts"
    known.parent.mkdir(exist_ok=True)
    key = " ".join((folder / "host.pub").read_text().split()[:2])
    known.write_text(f"[127.0.0.1]:{port} {key}\n")
    if os.geteuid() == 0:
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    user = pwd.getpwuid(os.geteuid()).pw_name
    server = shutil.which("sshd", path=search_path())
    with serving([server, "-D", "-e", "-f", folder / "config"], port, folder / "log"):
        yield f"ssh://{user}@127.0.0.1:{port}{folder}/store", folder / "client"


@contextlib.contextmanager
def s3_server(folder, environments):
    """An S3 with one bucket, `bucket`; yields its address for clients."""
    need("rclone")
    folder.mkdir(parents=True)
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PYTHON"))}
    program = environments.program("moto", "moto_server")
    if not pathlib.Path(program).exists():
        if os.environ.get("CI"):
            raise Failed("moto is not installed")
        raise Skipped("moto is not installed")
    with serving([program, "-H", "127.0.0.1", "-p", str(port)], port, folder / "log", environment):
        address = f"http://127.0.0.1:{port}"
        request = urllib.request.Request(f"{address}/bucket", method="PUT", headers={
            "Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, "
                             "SignedHeaders=host, Signature=0"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            expect(answer.status == 200, f"the bucket could not be made: {answer.status}")
        yield address


@contextlib.contextmanager
def web_server(folder, user, password):
    """A WebDAV that takes one user; yields host and port. It also serves plain requests for files."""
    need("rclone")
    folder.mkdir(parents=True)
    port = free_port()
    environment = os.environ | {"RCLONE_CONFIG": "/dev/null", "RCLONE_USER": user, "RCLONE_PASS": password}
    (folder / "files").mkdir()
    arguments = ["rclone", "serve", "webdav", "--addr", f"127.0.0.1:{port}", folder / "files"]
    with serving(arguments, port, folder / "log", environment):
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def git_web_server(folder, user, password):
    """Smart HTTP: `git http-backend` for the repositories in a folder, for one user; yields its address."""
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "HTTP_"))}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def body(self):
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def answer(self):
            body = self.body()
            if self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            variables = {
                "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "REMOTE_USER": user, "REMOTE_ADDR": "127.0.0.1",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
            result = subprocess.run(
                ["git", "http-backend"], input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=environment | variables, check=False)
            head, _, content = result.stdout.partition(b"\r\n\r\n")
            headers = [line.partition(": ") for line in head.decode().split("\r\n") if line]
            status = next((value for name, _, value in headers if name == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, _, value in headers:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    sys.exit("this is no program; see interop.py")
