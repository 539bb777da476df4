import Files
import Git
import SystemPackage

/// The drivers by which git merges and shows lock files, and the lines of `.gitattributes` that name them.
struct Drivers {
    private static let sections: [(section: String, values: [(key: String, value: String)])] = [
        merge("git-exp-lock", "dvc.lock, stage by stage"),
        merge("git-exp-yaml", "dvc.yaml, stage by stage"),
        merge("git-exp-dvc", ".dvc files, file by file"),
        ("diff.git-exp-lock", [("textconv", showing)]),
    ]

    /// What git runs with the name of a file behind it, through a shell. Git gives up where this fails.
    private static let showing = guarded("git exp textconv -- \"$1\"", otherwise: "cat <\"$1\"").inShellOfItsOwn

    /// Git takes a driver that it cannot start for one that found a conflict and left our side as it is: without what
    /// stands behind `else` theirs would be lost wherever this program is missing.
    private static let merging = guarded(
        "git exp merge-driver --marker-size=%L -- %O %A %B %P",
        otherwise: "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B")

    private static func guarded(_ call: String, otherwise: String) -> String {
        "if command -v git-exp >/dev/null 2>&1; then \(call); else \(otherwise); fi"
    }

    private static func merge(
        _ name: String, _ what: String
    ) -> (section: String, values: [(key: String, value: String)]) {
        ("merge." + name, [("name", "git exp: " + what), ("driver", merging)])
    }

    private static let attributes = [
        "dvc.lock merge=git-exp-lock diff=git-exp-lock", "dvc.yaml merge=git-exp-yaml", "*.dvc merge=git-exp-dvc",
    ]

    private static let decoration = (key: "log.excludeDecoration", value: "refs/exps/*")
    /// Notes what was added that could also have been the user's.
    private static let note = "exp.installed"

    private let installation: HookInstallation
    private let git: GitCommand
    private let file: FilePath

    init(_ installation: HookInstallation) {
        self.installation = installation
        git = GitCommand(in: installation.workTree)
        file = installation.workTree.appending(".gitattributes")
    }

    // MARK: Installing

    func installing() throws -> [HookInstallation.Step] {
        var steps: [HookInstallation.Step] = []
        for (section, values) in Self.sections {
            let missing = try values.filter { try !self.values(of: "\(section).\($0.key)").elementsEqual([$0.value]) }
            if missing.isEmpty { continue }
            steps.append(
                .init(text: "set '\(section)' in git's settings of this repository") {
                    for (key, value) in missing { try config("--replace-all", "\(section).\(key)", value) }
                })
        }
        if try !values(of: Self.decoration.key).contains(Self.decoration.value) {
            steps.append(
                .init(text: "set '\(Self.decoration.key)', so that 'git log' does not name experiments") {
                    try config("--add", Self.decoration.key, Self.decoration.value)
                    try config("--add", Self.note, "decoration")
                })
        }
        if let step = try attributesStep() { steps.append(step) }
        return steps
    }

    private func attributesStep() throws -> HookInstallation.Step? {
        let found = try FileIO.read(file)
        let old = found ?? []
        let lines = Self.lines(of: old)
        let missing = Self.attributes.filter { !lines.contains(ExactString($0)) }
        if missing.isEmpty { return nil }
        let needsLineEnd = old.last.map { $0 != 10 } ?? false
        return .init(text: "wrote lines into '.gitattributes'; commit it, so that others have them, too") {
            let added = (needsLineEnd ? "\n" : "") + missing.map { $0 + "\n" }.joined()
            try FileIO.replace(file, with: old + Array(added.utf8), sync: false)
            for line in missing { try config("--add", Self.note, "attribute " + line) }
            if needsLineEnd { try config("--add", Self.note, "line end") }
            if found == nil { try config("--add", Self.note, "file") }
        }
    }

    private static func lines(of bytes: [UInt8]) -> Set<ExactString> {
        Set(bytes.split(separator: 10).map { ExactString(String(decoding: $0, as: UTF8.self)) })
    }

    // MARK: Removing

    func uninstalling() throws -> [HookInstallation.Step] {
        var steps: [HookInstallation.Step] = []
        for (section, values) in Self.sections {
            guard try values.contains(where: { try !self.values(of: "\(section).\($0.key)").isEmpty }) else { continue }
            steps.append(
                .init(text: "removed '\(section)' from git's settings of this repository") {
                    try config("--remove-section", section)
                })
        }
        let notes = try values(of: Self.note)
        if notes.contains("decoration"), try self.values(of: Self.decoration.key).contains(Self.decoration.value) {
            steps.append(
                .init(text: "removed our value of '\(Self.decoration.key)'") {
                    try config("--unset", Self.decoration.key, "^refs/exps/[*]$")
                })
        }
        if let step = try attributesRemoval(notes) { steps.append(step) }
        if !notes.isEmpty {
            steps.append(.init(text: "forgot what was added") { try config("--unset-all", Self.note) })
        }
        return steps
    }

    private func attributesRemoval(_ notes: [String]) throws -> HookInstallation.Step? {
        let prefix = "attribute "
        let added = Set(
            notes.filter { $0.hasPrefix(prefix) }.map { ExactString(String($0.dropFirst(prefix.count))) })
        guard !added.isEmpty, let old = try FileIO.read(file) else { return nil }
        var rest: [UInt8] = []
        var position = 0
        for line in old.split(separator: 10, omittingEmptySubsequences: false) {
            let next = min(position + line.count + 1, old.count)
            if !added.contains(ExactString(String(decoding: line, as: UTF8.self))) { rest += old[position..<next] }
            position = next
        }
        if rest.count == old.count { return nil }
        // Where ours were the last lines, the one before ends again as it did.
        if notes.contains("line end"), old.starts(with: rest), rest.last == 10 { rest.removeLast() }
        let left = rest
        let isOurs = left.isEmpty && notes.contains("file")
        return .init(text: isOurs ? "removed '.gitattributes'" : "took our lines out of '.gitattributes'") {
            if isOurs { try FileIO.remove(file) } else { try FileIO.replace(file, with: left, sync: false) }
        }
    }

    // MARK: Settings

    private func values(of key: String) throws -> [String] {
        let answer = try git.run("config", "--local", "-z", "--get-all", key)
        return answer.output.split(separator: 0, omittingEmptySubsequences: true).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private func config(_ arguments: String...) throws {
        let answer = try git.run(["config", "--local"] + arguments)
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: ["config"], complaint: answer.complaint)
        }
    }
}

extension String {
    /// A script that gets the words behind it as its own; it has no apostrophes.
    fileprivate var inShellOfItsOwn: String { "sh -c '\(self)' -" }
}
