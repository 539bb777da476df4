"""Experiments between clones: what DVC pushes we pull and the reverse, over a path, ssh and smart HTTP."""

import stat

from harness import Repository, expect, expect_equal, plain_pipeline
from servers import git_web_server, ssh_server

THREE, TWO = "3.67.1", "2.58.2"


def bare(repository):
    """A bare repository beside the project, with its branch, as `origin`; and the data remote `store`."""
    origin = repository.root.with_name("origin.git")
    repository.git("init", "-q", "--bare", str(origin))
    repository.git("remote", "add", "origin", str(origin))
    repository.git("push", "-q", "origin", "HEAD:refs/heads/main")
    return origin


def project(check, by, generation=3, pipeline=None):
    repository = check.toy(by, generation, pipeline=pipeline)
    repository.tool(by, "remote", "add", "-d", "store", str(repository.root.with_name("store")))
    repository.git("commit", "-qam", "Add the data remote")
    return repository, bare(repository)


def clone(repository, address, name="clone", **options):
    other = Repository(repository.tools, repository.root.with_name(name))
    repository.git("clone", "-q", str(address), str(other.root), **options)
    return other


def there(repository, origin):
    """The experiments in the bare repository, by name."""
    listing = repository.git("-C", str(origin), "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps")
    return {line.split()[0].split("/", 4)[4]: line.split()[1] for line in listing.splitlines()}


def pushed_by_us_pulled_by(check, version, generation):
    repository, origin = project(check, "ours" if generation == 3 else TWO, generation,
                                 plain_pipeline() if generation == 3 else None)
    repository.exp("run", "-n", "alpha", "-S", "params.yaml:lr=0.2")
    repository.exp("run", "-n", "omega", "--reset", "-S", "params.yaml:lr=0.3")
    repository.exp("push", "origin", "alpha", "omega")
    tips = repository.experiments()
    expect_equal(there(repository, origin), tips, "what is on the remote")
    other = clone(repository, origin)
    pulled = other.tool(version, "exp", "pull", "origin", "alpha")
    expect("Missing cache files" not in pulled.text, f"data is missing:\n{pulled}")
    expect_equal(other.experiments(), {"alpha": tips["alpha"]}, "what DVC pulled")
    other.tool(version, "exp", "apply", "alpha")
    expect_equal(other.read("model.txt"), repository.model_of(3, "0.2"), "the model")
    again = repository.tool(version, "exp", "push", "origin", "alpha")
    expect("up to date" in again.text, f"DVC does not find it up to date:\n{again}")


def pushed_by_pulled_by_us(check, version, generation):
    repository, origin = project(check, version, generation, plain_pipeline() if generation == 3 else None)
    repository.tool(version, "exp", "run", "-n", "alpha", "-S", "params.yaml:lr=0.2")
    repository.tool(version, "exp", "run", "-n", "omega", *(["--reset"] if version == TWO else []),
                    "-S", "params.yaml:lr=0.3")
    repository.tool(version, "exp", "push", "origin", "alpha", "omega")
    tips = repository.experiments()
    other = clone(repository, origin)
    expect_equal(sorted(other.exp("list", "origin", "--name-only").output.split()), ["alpha", "omega"], "our list")
    pulled = other.exp("pull", "origin")
    expect("neither in the cache" not in pulled.text, f"data is missing:\n{pulled}")
    expect_equal(other.experiments(), tips, "what we pulled")
    other.exp("apply", "omega")
    expect_equal(other.read("model.txt"), repository.model_of(3, "0.3"), "the model")
    expect("up to date" in repository.exp("push", "origin", "alpha").text, "not up to date for us")
    other.exp("remove", "-g", "origin", "omega")
    listed = repository.tool(version, "exp", "list", "origin", "--name-only").output.split()
    expect_equal(listed, ["alpha"], "what DVC lists after our removal")


def check_experiments_that_we_pushed_are_pulled_by_3(check):
    pushed_by_us_pulled_by(check, THREE, 3)


def check_experiments_that_we_pushed_are_pulled_by_2(check):
    pushed_by_us_pulled_by(check, TWO, 2)


def check_experiments_that_3_pushed_are_pulled_by_us(check):
    pushed_by_pulled_by_us(check, THREE, 3)


def check_experiments_that_2_pushed_are_pulled_by_us(check):
    pushed_by_pulled_by_us(check, TWO, 2)


def exchange(repository, origin, address, **options):
    """Both ways over an address: push, list, pull, force, rename and remove."""
    repository.git("remote", "set-url", "origin", address)
    repository.exp("run", "-n", "alpha")
    pushed = repository.exp("push", "origin", **options)
    expect("Pushed experiment alpha to Git remote 'origin'." in pushed.output, f"not pushed:\n{pushed}")
    tips = repository.experiments()
    expect_equal(there(repository, origin), tips, "what is on the remote")
    other = clone(repository, address, **options)
    expect_equal(other.exp("list", "origin", "--name-only", **options).output, "alpha\n", "the list")
    other.exp("pull", "origin", **options)
    expect_equal(other.experiments(), tips, "what was pulled")
    other.exp("apply", "alpha@1")
    expect_equal(other.read("model.txt"), repository.model_of(1), "the first checkpoint")
    repository.exp("run", "-n", "alpha", "-f", "--reset", "-S", "params.yaml:lr=0.5")
    expect("has diverged" in repository.exp("push", "origin", **options).text, "not told that it diverged")
    repository.exp("push", "--force", "origin", **options)
    expect_equal(there(repository, origin), repository.experiments(), "what is on the remote after --force")
    # Many words, many references, and a pack of more than a megabyte.
    repository.write("noise", "".join(f"{number * 7919 % 1000003:x}" for number in range(900_000)))
    tree = repository.git("commit-tree", "-m", "noise", "-p", repository.head(), with_file(repository, "noise"))
    base = repository.head()
    lines = "".join(f"create refs/exps/{base[:2]}/{base[2:]}/many{number} {tree}\n" for number in range(300))
    repository.write("references", lines)
    repository.run("sh", "-c", "git update-ref --stdin < references")
    repository.exp("push", "--no-cache", "-q", "origin", **options)
    expect_equal(len(there(repository, origin)), 301, "how many are on the remote")
    repository.exp("rename", "-g", "origin", "alpha", "beta", **options)
    repository.exp("remove", "-f", "-g", "origin", *(f"many{number}" for number in range(300)), **options)
    expect_equal(list(there(repository, origin)), ["beta"], "what is left")


def with_file(repository, name):
    """A tree of HEAD with one more file, without touching the index."""
    variables = {"GIT_INDEX_FILE": str(repository.root.with_name("index"))}
    repository.git("read-tree", "HEAD", variables=variables)
    repository.git("add", "-f", name, variables=variables)
    return repository.git("write-tree", variables=variables)


def check_experiments_travel_over_a_path(check):
    repository, origin = project(check, "ours")
    exchange(repository, origin, str(origin))


def check_experiments_travel_over_ssh(check):
    repository, origin = project(check, "ours")
    with ssh_server(check.folder / "ssh", check.tools.home) as (address, key):
        place = address.split("/", 3)
        command = f"ssh -i {key} -o UserKnownHostsFile={check.tools.home}/.ssh/known_hosts -o BatchMode=yes"
        exchange(repository, origin, "/".join(place[:3]) + str(origin), variables={"GIT_SSH_COMMAND": command})
        refused = repository.exp("push", "origin", status=128, variables={"GIT_SSH_COMMAND": "false"})
        expect("can be reached" in refused.text, f"other words:\n{refused}")


def check_experiments_travel_over_smart_http(check):
    repository, origin = project(check, "ours")
    repository.git("-C", str(origin), "config", "http.receivepack", "true")
    helper = repository.root.with_name("helper")
    helper.write_text("#!/bin/sh\n[ \"$1\" = get ] && printf 'username=ada\\npassword=secret\\n'\n")
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
    credentials = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper", "GIT_CONFIG_VALUE_0": str(helper)}
    with git_web_server(origin.parent, "ada", "secret") as address:
        exchange(repository, origin, f"{address}/{origin.name}", variables=credentials)
        wrong = repository.exp("push", "origin", status=128, variables={"GIT_TERMINAL_PROMPT": "0"})
        expect("can be reached" in wrong.text and "secret" not in wrong.text, f"other words:\n{wrong}")
