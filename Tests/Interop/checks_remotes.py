"""Remotes: what DVC pushes we pull and the reverse, in folders, over sftp, and in an S3."""

import os
import pathlib
import shutil
import signal
import stat
import time

from harness import expect, expect_equal
from servers import need, s3_server, ssh_server, web_server

THREE, TWO = "3.67.1", "2.58.2"
PIPELINE = """stages:
  make:
    cmd: cat raw one > made; cat data/a > own; echo '{"n":1}' > m.json
    deps:
    - data
    - one
    - raw
    outs:
    - made
    - own:
        push: false
    metrics:
    - m.json:
        cache: false
"""


def project(check, by):
    """A project with tracked data and a stage that ran, committed, with a remote beside it."""
    repository = check.empty()
    repository.tool(by, "init")
    for name, text in {"data/a": "a\n", "data/s/b": "b\r\nB\r\n", "data/é": "", "one": "1\n", "raw": "r\r\n"}.items():
        path = repository.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    repository.tool(by, "add", "data", "one", "raw")
    repository.write("dvc.yaml", PIPELINE)
    repository.tool(by, "repro")
    repository.tool(by, "remote", "add", "-d", "store", "../store")
    repository.git("add", ".")
    repository.git("commit", "-qm", "Add the project")
    return repository


def clone(repository, name):
    other = repository.copy(name)
    shutil.rmtree(other.root)
    repository.git("clone", "-q", str(repository.root), str(other.root))
    return other


def files(folder):
    """Every file below a folder with its bytes."""
    folder = pathlib.Path(folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def data(repository):
    return {name: (repository.root / name).read_bytes()
            for name in ("data/a", "data/s/b", "data/é", "one", "raw", "made")}


def arguments(which, *words):
    return ["data", *words] if which == "ours" else list(words)


def there_and_back(check, writer, reader, *, run_cache=False):
    """One tool makes and pushes, the other one pulls in a clone, changes, and pushes; the first pulls that."""
    repository = project(check, writer)
    options = ["--run-cache"] if run_cache else []
    repository.tool(writer, *arguments(writer, "push", *options))
    store = files(repository.root.parent / "store")
    expect(store, "nothing was pushed")
    for name in store:
        mode = stat.S_IMODE(os.lstat(repository.root.parent / "store" / name).st_mode)
        if not name.startswith("runs/"):
            expect_equal(oct(mode), oct(0o444), f"the mode of {name}")
    # The other tool pushes the same into an empty folder.
    shutil.move(repository.root.parent / "store", repository.root.parent / "first")
    repository.tool(reader, *arguments(reader, "push", *options))
    mine = files(repository.root.parent / "store")
    expect_equal(sorted(mine), sorted(store), "what the other tool pushes")
    expect(mine == store, "the other tool pushes other bytes")
    other = clone(repository, "clone")
    other.tool(reader, *arguments(reader, "pull", *options), status=None)
    expect_equal(data(other), data(repository), "what was pulled")
    in_sync = other.tool(reader, *arguments(reader, "status", "-c")).text
    expect("in sync" in in_sync, f"the clone is not in sync:\n{in_sync}")
    other.write("data/new", "new\n")
    other.tool(reader, "add", "data")
    other.git("commit", "-qam", "More data")
    other.tool(reader, *arguments(reader, "push", "data"))
    repository.git("pull", "-q", str(other.root))
    repository.tool(writer, *arguments(writer, "pull", "data"))
    expect_equal(repository.read("data/new"), "new\n", "the new file")


def check_remote_folder_dvc3_then_ours(check):
    there_and_back(check, THREE, "ours")


def check_remote_folder_ours_then_dvc3(check):
    there_and_back(check, "ours", THREE)


def check_remote_folder_dvc2_then_ours(check):
    there_and_back(check, TWO, "ours")


def check_remote_folder_with_the_run_cache(check):
    there_and_back(check, THREE, "ours", run_cache=True)


def check_remote_folder_with_the_run_cache_of_dvc2(check):
    there_and_back(check, TWO, "ours", run_cache=True)


def check_remote_folder_ours_then_dvc2(check):
    """In a project of DVC 2, what we push DVC 2 pulls."""
    repository = project(check, TWO)
    repository.write("data/ours", "ours\r\n")
    repository.exp("add", "data")
    repository.exp("data", "push")
    expect(not (repository.root.parent / "store" / "files").exists(), "objects of DVC 3 were pushed")
    repository.git("commit", "-qam", "More data")
    other = clone(repository, "clone")
    other.dvc2("pull", status=None)
    expect_equal(data(other), data(repository), "what was pulled")
    expect_equal((other.root / "data/ours").read_bytes(), b"ours\r\n", "the new file")


def check_remote_settings_are_those_of_dvc(check):
    """The same commands leave the same files, and the same answers."""
    script = [
        ["add", "-d", "my", "../store"], ["add", "Cloud", "s3://bucket/path"], ["list"], ["default"],
        ["modify", "cloud", "endpointurl", "http://127.0.0.1:1"], ["modify", "cloud", "profile", "team"],
        ["modify", "--local", "cloud", "secret_access_key", "s,e#c"], ["add", "--local", "ssh", "ssh://me@host:22/p"],
        ["modify", "--local", "ssh", "keyfile", "k/id"], ["list"], ["default", "cloud"],
        ["default"], ["rename", "my", "yours"], ["list"], ["modify", "--unset", "cloud", "profile"],
        ["add", "-f", "yours", "/elsewhere"], ["remove", "--local", "ssh"], ["default", "yours"], ["default", "-u"], ["list"],
    ]
    repositories = {which: check.empty() for which in ("ours", THREE)}
    for which, repository in repositories.items():
        repository.tool(which, "init")
    for words in script:
        answers = {which: repository.tool(which, "remote", *words) for which, repository in repositories.items()}
        ours = answers["ours"].output.replace(str(repositories["ours"].root.parent), "")
        theirs = answers[THREE].output.replace(str(repositories[THREE].root.parent), "")
        if words[0] in ("list", "default") and len(words) < 3:
            expect_equal(sorted(ours.splitlines()), sorted(theirs.splitlines()), f"the answer to 'remote {' '.join(words)}'")
        for name in ("config", "config.local"):
            contents = {which: settings(repository.root / ".dvc" / name) for which, repository in repositories.items()}
            expect_equal(contents["ours"], contents[THREE], f"{name} after 'remote {' '.join(words)}'")
    # DVC reads what we wrote.
    expect_equal(
        repositories["ours"].dvc3("remote", "list").output, repositories["ours"].exp("remote", "list").output,
        "what DVC reads of our files")


def settings(path):
    """The sections of a file with their lines; their order means nothing."""
    sections, name = {}, ""
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("["):
            name = line
        elif line.strip():
            sections.setdefault(name, []).append(line)
    return {name: sorted(lines) for name, lines in sections.items()}


def check_remote_over_ssh(check):
    """Over sftp: there and back, damage is found, a killed push is completed."""
    need("rclone")
    with ssh_server(check.folder / "ssh", check.tools.home) as (address, key):
        repository = project(check, "ours")
        repository.exp("remote", "add", "-d", "host", address)
        repository.exp("remote", "modify", "--local", "host", "keyfile", key)
        over_the_network(check, repository, check.folder / "ssh" / "store")
        unknown = check.tools.home / ".ssh" / "known_hosts"
        unknown.write_text("")
        refused = repository.exp("data", "status", "-c", status=None)
        expect(refused.status == 128 and "key" in refused.error, f"an unknown host is trusted:\n{refused}")


def check_remote_s3(check):
    """In an S3: there and back with DVC's names of the settings, and a key that is not valid for another bucket."""
    with s3_server(check.folder / "s3", check.tools.environments) as address:
        repository = project(check, "ours")
        repository.exp("remote", "add", "-d", "cloud", "s3://bucket/some/where")
        for option, value in {"endpointurl": address, "region": "us-east-1"}.items():
            repository.exp("remote", "modify", "cloud", option, value)
        for option, value in {"access_key_id": "key", "secret_access_key": "secret"}.items():
            repository.exp("remote", "modify", "--local", "cloud", option, value)
        over_the_network(check, repository, None)
        repository.exp("remote", "modify", "cloud", "url", "s3://nosuch/where")
        refused = repository.exp("data", "push", status=None)
        expect(refused.status == 128 and "NoSuchBucket" in refused.error, f"there is no such bucket:\n{refused}")


def check_remote_on_the_web(check):
    """In a WebDAV: there and back; as plain http what is there can be read, and nothing written."""
    with web_server(check.folder / "web", "me", "secret, word") as server:
        repository = project(check, "ours")
        repository.exp("remote", "add", "-d", "dav", f"webdav://{server}/some/where")
        repository.exp("remote", "modify", "dav", "user", "me")
        refused = repository.exp("data", "push", status=None)
        expect(refused.status == 128, f"nobody is let in without a password:\n{refused}")
        repository.exp("remote", "modify", "--local", "dav", "password", "secret, word")
        store = check.folder / "web" / "files" / "some" / "where"
        over_the_network(check, repository, store)
        (store / "files/md5/60/b725f10c9c85c70d97880dfe8191b3").write_text("a\n")
        repository.exp("remote", "add", "web", f"http://{server}/some/where")
        repository.exp("remote", "modify", "web", "user", "me")
        repository.exp("remote", "modify", "--local", "web", "password", "secret, word")
        shutil.rmtree(repository.root / ".dvc" / "cache")
        repository.exp("data", "fetch", "-r", "web")
        expect("in sync" in repository.exp("data", "status", "-c").output, "not all of it was fetched")
        repository.write("one", "3\n")
        repository.exp("add", "one")
        refused = repository.exp("data", "push", "-r", "web", status=None)
        expect(refused.status == 128 and "only be read" in refused.error, f"written to the web:\n{refused}")


def over_the_network(check, repository, store):
    """
    - `store`: Where the remote's files are on this machine; None where that cannot be seen.
    """
    repository.git("commit", "-qam", "Name the remote")
    wanted = repository.exp("data", "status", "-c", "--json").output
    expect('"data/a": "new"' in wanted, f"nothing is new:\n{wanted}")
    process = repository.start(check.tools.program, "data", "push")
    time.sleep(0.4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if store and store.exists():
        for name, contents in files(store).items():
            if name.startswith("files/") and not name.endswith(".dir"):
                expect(contents in {b"a\n", b"b\r\nB\r\n", b"", b"1\n", b"r\r\n", b"r\r\n1\n"}, f"half a file: {name}")
    repository.exp("data", "push", "--run-cache")
    expect_equal(repository.exp("data", "push", "--run-cache").output, "Everything is up to date.\n", "a second push")
    other = clone(repository, "clone")
    if (repository.root / ".dvc/config.local").exists():
        shutil.copy(repository.root / ".dvc/config.local", other.root / ".dvc/config.local")
    process = other.start(check.tools.program, "data", "pull")
    time.sleep(0.4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    other.exp("data", "pull", "--run-cache")
    expect_equal(data(other), data(repository), "what was pulled")
    expect(files(other.root / ".dvc/cache/runs"), "the run cache was not pulled")
    left = [name for name in os.listdir(other.root / ".dvc/cache") if name.startswith(".git-exp")]
    expect(not left, f"left behind in the cache: {left}")
    if store:
        names = sorted(name for name in files(store))
        expect(all(name.startswith(("files/md5/", "runs/")) for name in names), f"left behind: {names}")
        (store / "files/md5/60/b725f10c9c85c70d97880dfe8191b3").chmod(0o644)
        (store / "files/md5/60/b725f10c9c85c70d97880dfe8191b3").write_text("x\n")
        shutil.rmtree(other.root / ".dvc/cache")
        damaged = other.exp("data", "fetch", status=128)
        expect("60/b725f10c9c85c70d97880dfe8191b3" in damaged.error, f"the damage is not named:\n{damaged}")
    # Garbage goes, the rest stays.
    repository.write("one", "2\n")
    repository.exp("add", "one")
    repository.exp("data", "push")
    repository.git("checkout", "--", ".")
    repository.exp("checkout", "--force")
    removed = repository.exp("data", "gc", "--workspace", "--cloud", "--force")
    expect("Removed 1 object (2 B) from the remote" in removed.error, f"not removed:\n{removed}")
    if not store:
        expect("in sync" in repository.exp("data", "status", "-c").output, "too much was removed")
