import Cache
import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct LockGoldenTests {
    /// Rebuilds DVC's lock from `dvc.yaml`, the parameter files and the hashes alone, stage by stage in the order in
    /// which DVC ran them.
    private func rebuilt(
        _ folder: String, input: String, lock: String, pipeline: FilePath = "dvc.yaml"
    ) throws -> String {
        let tree = Golden.tree(folder + "/" + input)
        let file = try #require(try PipelineFile.load(pipeline, from: tree))
        let expected = try LockFile.parse(try Golden.bytes(folder + "/" + lock), file: lock)
        let reader = ParameterReader(tree: tree)
        var bytes: [UInt8]?
        for (name, entry) in expected.stages {
            let stage = try #require(file.stages.first { $0.name == name })
            let values = try reader.values(of: stage)
            for value in values { try value.requireAll() }
            func hashed(_ paths: [String], _ find: (String) -> LockEntry?) throws -> [LockEntry] {
                // Reversed, so that nothing comes out sorted because it went in sorted.
                try paths.reversed().map { LockEntry(path: $0, hash: try #require(find($0)?.hash)) }
            }
            let fresh = StageLock(
                stage: stage, dependencies: try hashed(stage.dependencies.map(\.path), entry.dependency),
                parameters: values, outputs: try hashed(stage.outputs.map(\.path), entry.output))
            let update = try LockFile.updated(bytes, file: "dvc.lock", stage: name, entry: fresh)
            #expect(update.outcome == (bytes == nil ? .created : .changed))
            bytes = update.bytes
            let again = try LockFile.updated(bytes, file: "dvc.lock", stage: name, entry: fresh)
            #expect(again.outcome == .unchanged)
        }
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    @Test(arguments: [
        "single-stage", "single-stage-2x", "params-formats", "wdir", "cmd-forms", "legacy-2x", "isexec-2x",
        "special-stages",
    ])
    func sameBytesAsDVC(_ name: String) throws {
        #expect(
            try rebuilt(name, input: "input", lock: "expected/dvc.lock") == Golden.text(name + "/expected/dvc.lock"))
    }

    @Test func sameBytesBelowAFolder() throws {
        let text = try rebuilt(
            "wdir", input: "input", lock: "expected/sub/dvc.lock", pipeline: "sub/dvc.yaml")
        #expect(try text == Golden.text("wdir/expected/sub/dvc.lock"))
    }

    @Test func mixedGenerations() throws {
        let text = try rebuilt("legacy-2x", input: "input", lock: "expected-after-3x/dvc.lock")
        #expect(try text == Golden.text("legacy-2x/expected-after-3x/dvc.lock"))
    }

    @Test func updatesInPlace() throws {
        var bytes = try Golden.bytes("lock-update/edited-dvc.lock")
        let after = try LockFile.parse(try Golden.bytes("lock-update/expected-2/dvc.lock"), file: "dvc.lock")
        for name in ["one", "two", "four"] {
            let entry = try #require(after[name])
            let update = try LockFile.updated(bytes, file: "dvc.lock", stage: name, entry: entry)
            #expect(update.outcome == (name == "one" ? .unchanged : .changed))
            bytes = update.bytes
        }
        #expect(try String(decoding: bytes, as: UTF8.self) == Golden.text("lock-update/expected-2/dvc.lock"))
    }

    /// Every lock file among the fixtures, and some that are spelled otherwise.
    @Test func scanningReadsTheSame() throws {
        var scanned = 0
        for name in [
            "single-stage", "single-stage-2x", "params-formats", "wdir", "wdir/sub", "cmd-forms", "legacy-2x",
            "isexec-2x",
            "special-stages", "yaml-aliases", "repro-messages", "live-2.10",
        ] {
            let folder = name == "wdir/sub" ? "wdir/expected/sub" : name + "/expected"
            let bytes = try Golden.bytes(folder + "/dvc.lock")
            let expected = try LockFile.parse(bytes, file: "dvc.lock").stages
            let entries = try LockFile.entries(of: bytes, file: "dvc.lock")
            #expect(entries.map(\.name) == expected.map(\.name))
            #expect(entries.map { $0.dependencies.map(\.value) } == expected.map { $0.entry.dependencies.map(\.value) })
            #expect(entries.map { $0.outputs.map(\.value) } == expected.map { $0.entry.outputs.map(\.value) })
            if LockScanner.scan(bytes) != nil { scanned += 1 }
        }
        #expect(scanned == 12)
    }

    @Test(arguments: [
        "outs: [{path: a, md5: b}]", "outs:\n    - path: a b", "outs:\n    - path: 'a'", "outs:\n    - path: a # no",
        "outs:\n    - path: a\n      md5: ../../x", "outs: &o\n    - path: a", "deps: *o",
        "outs:\n    - path: a\n      etag: x",
        "outs:\n    # no\n    - path: a", "outs:\n    - md5: 60b725f10c9c85c70d97880dfe8191b3\n      path: a", "outs:",
        "cmd: x\n    # outs:", "<<: *o", "outs:\n    - path: a:b", "outs:\n    - path: a\n        b",
    ])
    func otherSpellingsAreLeftToTheParser(_ part: String) {
        #expect(LockScanner.scan(Array("schema: '2.0'\nstages:\n  a:\n    \(part)\n".utf8)) == nil)
    }

    @Test func readsAnchors() throws {
        let lock = try LockFile.parse(try Golden.bytes("yaml-aliases/expected/dvc.lock"), file: "dvc.lock")
        let values = try #require(lock["a"]?.parameters(of: "params.yaml"))
        let tree = Golden.tree("yaml-aliases/input")
        let stage = try #require(try PipelineFile.load("dvc.yaml", from: tree)?.stages.first)
        let now = try ParameterReader(tree: tree).values(of: stage)
        #expect(now[0].values.isEqualInPython(to: values))
        #expect(values["train.opt.betas"] == .list([.float(0.9)]))
    }

    @Test func takesAStageOut() throws {
        let bytes = try Golden.bytes("lock-update/expected-2/dvc.lock")
        let rest = try #require(try LockFile.removing(stage: "three", from: bytes, file: "dvc.lock"))
        #expect(try LockFile.parse(rest, file: "dvc.lock").stages.map(\.name) == ["one", "two", "four"])
        let single = try Golden.bytes("single-stage/expected/dvc.lock")
        #expect(try LockFile.removing(stage: "train", from: single, file: "dvc.lock") == nil)
    }
}
