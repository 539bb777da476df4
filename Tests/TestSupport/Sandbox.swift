import Files
import Processes
import SystemPackage

/// How a program ended and what it printed.
package struct Outcome: CustomStringConvertible, Sendable {
    package let exit: ProcessExit
    package let output: String
    package let errors: String

    package var status: Int32 { exit.code }
    package var description: String { "status \(status)\n--- stdout\n\(output)--- stderr\n\(errors)" }
}

/// A git repository in a fresh folder, with an environment that depends on nothing of the user's.
package final class Sandbox: Sendable {
    private let directory: TemporaryDirectory
    package let root: FilePath
    package let environment: [String: String]

    /// - Parameter git: Whether the folder is a repository with one commit.
    package init(git isRepository: Bool = true) throws {
        directory = try TemporaryDirectory()
        let home = directory.path.appending("home")
        root = directory.path.appending("work")
        try FileIO.makeDirectories(home)
        try FileIO.makeDirectories(root)
        let products = FilePath(CommandLine.arguments[0]).removingLastComponent().string
        environment = [
            "HOME": home.string, "PATH": "\(products):/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "SHELL": "/bin/sh", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "SWIFT_BACKTRACE": "enable=no",
            "GIT_PAGER": "cat", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "exp.durability",
            "GIT_CONFIG_VALUE_0": "process",
        ]
        guard isRepository else { return }
        try git("init", "-q", "-b", "main")
        try git("commit", "-q", "--allow-empty", "-m", "start")
    }

    /// Runs a program in the sandbox.
    package func run(
        _ program: String, _ arguments: [String], in folder: FilePath? = nil, environment extra: [String: String] = [:],
        input: String = ""
    ) throws -> Outcome {
        let result = try ProcessCall(
            executable: program, arguments: arguments, environment: environment.merging(extra) { $1 },
            directory: folder ?? root, input: Array(input.utf8)
        ).capture()
        return Outcome(
            exit: result.exit, output: String(decoding: result.output, as: UTF8.self),
            errors: String(decoding: result.error, as: UTF8.self))
    }

    /// Runs git, which must succeed, and returns what it printed.
    @discardableResult
    package func git(_ arguments: String...) throws -> String {
        let outcome = try run("git", arguments)
        guard outcome.exit.isSuccess else { throw SandboxError(text: "git \(arguments): \(outcome)") }
        return outcome.output
    }

    /// Runs `git exp …`.
    package func exp(_ arguments: String..., environment extra: [String: String] = [:]) throws -> Outcome {
        try run("git", ["exp"] + arguments, environment: extra)
    }

    /// Runs `git exp …`, which must succeed.
    @discardableResult
    package func expOK(_ arguments: String...) throws -> Outcome {
        let outcome = try run("git", ["exp"] + arguments)
        guard outcome.exit.isSuccess else { throw SandboxError(text: "git exp \(arguments): \(outcome)") }
        return outcome
    }

    package func write(_ path: String, _ text: String) throws {
        let file = root.pushing(FilePath(path))
        try FileIO.makeDirectories(file.removingLastComponent())
        try FileIO.replace(file, with: Array(text.utf8), sync: false)
    }

    package func read(_ path: String) throws -> String? {
        try FileIO.read(root.pushing(FilePath(path))).map { String(decoding: $0, as: UTF8.self) }
    }

    package func exists(_ path: String) throws -> Bool {
        try FileStatus.of(root.pushing(FilePath(path)), followingLinks: false) != nil
    }

    /// What a command that only reads, or only runs, must leave as it was.
    package struct Untouched: Equatable, Sendable {
        let head: String
        let index: [UInt8]
        let stash: String
        let status: String
        let log: String
    }

    /// - Parameter includingStatus: Whether the files of the workspace count, too.
    package func untouched(includingStatus: Bool = true) throws -> Untouched {
        let index = try FileIO.read(root.pushing(".git/index")) ?? []
        let head = try read(".git/HEAD") ?? ""
        // `status` may write the index, so it comes last and is told not to.
        let status = includingStatus ? try run("git", ["--no-optional-locks", "status", "--porcelain"]).output : ""
        return Untouched(
            head: head, index: index, stash: try git("stash", "list"), status: status,
            log: try run("git", ["reflog", "HEAD"]).output)
    }

    /// A project with one stage that asks for three checkpoints, committed.
    ///
    /// The model is one line a step; the metrics hold the number of steps.
    package func makeTrainingProject(steps: Int = 3) throws {
        try expOK("init", "-q")
        try write("params.yaml", "steps: \(steps)\nlr: 0.1  # how fast\n")
        try write(
            "train.sh",
            """
            lr=$(sed -n 's/^lr: *\\([^ ]*\\).*/\\1/p' params.yaml)
            steps=$(sed -n 's/^steps: *//p' params.yaml)
            n=$(wc -l < model.txt 2>/dev/null || echo 0)
            while [ "$n" -lt "$steps" ]; do
                n=$((n + 1))
                echo "step $n lr $lr" >> model.txt
                echo "{\\"step\\": $n, \\"loss\\": $((100 - n))}" > metrics.json
                git exp checkpoint || exit 9
            done
            # A continued run that has nothing left to do writes them, too.
            echo "{\\"step\\": $n, \\"loss\\": $((100 - n))}" > metrics.json

            """)
        try expOK(
            "stage", "add", "-q", "-n", "train", "-d", "train.sh", "-c", "model.txt", "-M", "metrics.json", "-p",
            "lr,steps", "sh", "train.sh")
        try git("add", ".")
        try git("commit", "-q", "-m", "project")
    }
}

package struct SandboxError: Error, CustomStringConvertible {
    package let text: String
    package var description: String { text }
}
