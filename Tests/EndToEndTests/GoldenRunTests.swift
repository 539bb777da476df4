import Files
import SystemPackage
import TestSupport
import Testing

/// The commands that the real DVC was given, given to us: lock files, `.dvc` files, `.gitignore`, cache and run cache are
/// the same byte for byte.
@Suite struct GoldenRunTests {
    @Test(arguments: [
        "dir-dep", "dir-unicode", "dir-unicode-2x", "dotdvc-add", "dotdvc-add-2x", "dvcignore", "isexec",
        "metrics-plots",
        "persist", "yaml-scalars",
    ])
    func leavesWhatDVCLeft(_ name: String) throws {
        try replay(FilePath(#filePath).removingLastComponent().appending("Golden").appending(name))
    }

    /// Cases whose files the tests of the pipeline use as well.
    @Test(arguments: [
        "cmd-forms", "isexec-2x", "params-formats", "run-cache", "run-cache-2x", "single-stage", "single-stage-2x",
        "special-stages", "wdir",
    ])
    func leavesWhatDVCLeftInThePipeline(_ name: String) throws {
        let tests = FilePath(#filePath).removingLastComponent().removingLastComponent()
        try replay(tests.pushing("PipelineTests/Golden").appending(name))
    }

    /// A project that DVC 2 began and DVC 3 went on with. DVC 3 also leaves lists of files in the place of DVC 2 while it
    /// compares old folders; nothing refers to them.
    @Test func anOldProjectGoesOnInTheNewGeneration() throws {
        let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
            .pushing("PipelineTests/Golden/legacy-2x")
        let sandbox = try begin(folder, isOld: true)
        let commands = try commands(of: folder)
        let (old, new) = (commands.filter { !$0.hasSuffix("3.67.1") }, commands.filter { $0.hasSuffix("3.67.1") })
        let isEdit = { (command: String) in !command.hasPrefix("git exp") }
        try type(old.filter { !isEdit($0) && $0 != "git exp status" }, sandbox)
        try compare(sandbox, folder.appending("expected"))
        try sandbox.git("config", "exp.generation", "3")
        let edits = old.filter(isEdit)
        try type(Array(new[0..<2]) + [edits[0]] + new[2..<4] + [edits[1]] + new[4...], sandbox)
        let leftovers = ["26/3bad25bc052a3c2dccc2a415ae051e.dir", "2f/e3a701b3f0aa2f0f2aa89292e00cc6.dir"]
        try compare(sandbox, folder.appending("expected-after-3x"), without: leftovers)
    }

    private func replay(_ folder: FilePath) throws {
        let isOld = folder.string.hasSuffix("-2x")
        let sandbox = try begin(folder, isOld: isOld)
        try type(commands(of: folder), sandbox)
        try compare(sandbox, folder.appending("expected"))
    }

    private func begin(_ folder: FilePath, isOld: Bool) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        if isOld { try sandbox.git("config", "exp.generation", "2") }
        _ = try sandbox.run("sh", ["-c", "cp -R \"$1\"/. .", "sh", folder.appending("input").string])
        try undot(sandbox.root)
        return sandbox
    }

    private func type(_ commands: [String], _ sandbox: Sandbox) throws {
        for command in commands {
            let outcome = try sandbox.run("sh", ["-c", command])
            #expect(outcome.status == 0, "\(command): \(outcome)")
        }
    }

    private func compare(
        _ sandbox: Sandbox, _ expected: FilePath, without leftovers: [String] = []
    ) throws {
        for (path, bytes) in try files(below: expected) where isComparable(path) {
            let mine = try FileIO.read(sandbox.root.pushing(path))
            #expect(
                mine.map { String(decoding: $0, as: UTF8.self) } == String(decoding: bytes, as: UTF8.self), "\(path)")
        }
        try compareCache(sandbox, expected, leftovers)
    }

    private func compareCache(_ sandbox: Sandbox, _ expected: FilePath, _ leftovers: [String]) throws {
        let cache = sandbox.root.pushing(".dvc/cache")
        let listing = try sandbox.run(
            "sh", ["-c", "find . -type f -printf '%m %s %P\\n' | LC_ALL=C sort -k3"], in: cache)
        let list = try #require(try FileIO.read(expected.appending("cache.txt")))
        func sorted(_ text: String) -> [String] { text.split(separator: "\n").map { trimmed($0) }.sorted() }
        #expect(
            sorted(listing.output)
                == sorted(String(decoding: list, as: UTF8.self)).filter { line in
                    !leftovers.contains { line.hasSuffix($0) }
                })
        for (path, bytes) in try files(below: expected.appending("objects")) {
            let place = path.string.prefix(2) + "/" + path.string.dropFirst(2)
            if leftovers.contains(String(place)) { continue }
            let found = try ["", "files/md5/"].compactMap { try FileIO.read(cache.pushing(FilePath($0 + place))) }
            #expect(!found.isEmpty && found.allSatisfy { $0 == bytes }, "\(path)")
        }
        for (path, bytes) in try files(below: expected.appending("runs")) {
            let names = path.string.split(separator: ".")
            let place = FilePath("runs/\(names[0].prefix(2))/\(names[0])/\(names[1])")
            #expect(try FileIO.read(cache.pushing(place)) == bytes, "\(place)")
        }
    }

    /// What was typed, with our name for DVC's; without what only DVC has.
    private func commands(of folder: FilePath) throws -> [String] {
        let text = String(decoding: try FileIO.read(folder.appending("transcript.txt")) ?? [], as: UTF8.self)
        let typed = text.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
        return
            (typed.isEmpty ? ["dvc repro"] : typed)
            .filter { !$0.hasPrefix("dvc check-ignore") && !$0.contains("first.lock") }
            .map { $0.replacing("dvc ", with: "git exp ") }
    }

    private func isComparable(_ path: FilePath) -> Bool {
        let name = path.lastComponent?.string ?? ""
        return name == "dvc.lock" || name == ".gitignore" || name.hasSuffix(".dvc")
    }

    private func trimmed(_ line: Substring) -> String {
        line.split(separator: " ", maxSplits: 2).map { $0.drop { $0 == "0" } }.joined(separator: " ")
    }

    /// Gives stored names their dots again.
    private func undot(_ folder: FilePath) throws {
        for (name, kind) in try FileIO.list(folder) ?? [] where !name.hasPrefix(".") {
            var path = folder.appending(name)
            if name.hasPrefix("dot.") {
                path = folder.appending(String(name.dropFirst(3)))
                try FileIO.move(folder.appending(name), to: path)
            }
            if kind == .directory { try undot(path) }
        }
    }

    private func files(below folder: FilePath, _ prefix: FilePath = "") throws -> [(FilePath, [UInt8])] {
        try (FileIO.list(folder) ?? []).flatMap { name, kind -> [(FilePath, [UInt8])] in
            let plain = prefix.appending(name.hasPrefix("dot.") ? String(name.dropFirst(3)) : name)
            if kind == .directory {
                return ["objects", "runs"].contains(name) && prefix.isEmpty
                    ? [] : try files(below: folder.appending(name), plain)
            }
            return [(plain, try FileIO.read(folder.appending(name)) ?? [])]
        }
    }
}
