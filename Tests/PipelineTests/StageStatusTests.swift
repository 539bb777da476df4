import Cache
import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct StageStatusTests {
    private let old = String(repeating: "a", count: 32)
    private let new = String(repeating: "b", count: 32)

    private func hash(_ md5: String, _ generation: Generation = .three) -> OutputHash {
        OutputHash(md5: md5, size: 1, nfiles: nil, isExecutable: false, generation: generation)
    }

    /// A stage against a lock; `present` are the hashes of the files that exist.
    private func status(
        _ stage: String, lock: String?, present: [FilePath: String], cached: Set<String> = [], params: String? = nil
    ) throws -> StageStatus {
        let stage = try parsed("stages:\n  a: \(stage)\n").stages[0]
        let entry = try lock.map { try LockFile.parse(Array($0.utf8), file: "dvc.lock") }?["a"]
        let reader = ParameterReader(tree: MemoryTree(params.map { ["params.yaml": $0] } ?? [:]))
        let probe = StatusProbe(
            exists: { present[$0] != nil }, hash: { path, generation in present[path].map { hash($0, generation) } },
            isCached: { cached.contains($0.md5) }, parameters: { try reader.values(of: $0) })
        return try StageStatus.of(stage, lock: entry, probe: probe)
    }

    private func report(_ status: StageStatus) throws -> StatusReport {
        var report = StatusReport()
        report.add(try parsed("stages: {a: {cmd: x}}").stages[0], address: "a", status)
        return report
    }

    @Test func everyKindOfChange() throws {
        let status = try status(
            "{cmd: x, always_changed: true, deps: [d.txt], params: [lr, ep], outs: [b.txt]}",
            lock: """
                schema: '2.0'
                stages:
                  a:
                    cmd: x
                    deps:
                    - {path: d.txt, hash: md5, md5: \(old)}
                    params:
                      params.yaml: {lr: 1, ep: 2}
                    outs:
                    - {path: b.txt, hash: md5, md5: \(old)}
                """, present: ["d.txt": new], cached: [old], params: "lr: 2\n")
        let report = try report(status)
        #expect(
            report.text == """
                a:
                \tchanged deps:
                \t\tmodified:           d.txt
                \t\tparams.yaml:
                \t\t\tmodified:           lr
                \t\t\tdeleted:            ep
                \tchanged outs:
                \t\tdeleted:            b.txt
                \talways changed

                """)
        #expect(
            JSON.pythonDumps(report.json) == """
                {"a": [{"changed deps": {"d.txt": "modified", "params.yaml": {"lr": "modified", "ep": "deleted"}}}, \
                {"changed outs": {"b.txt": "deleted"}}, "always changed"]}
                """)
    }

    @Test func cleanStage() throws {
        let status = try status(
            "{cmd: x, deps: [d], outs: [o]}",
            lock: """
                stages:
                  a: {cmd: x, deps: [{path: d, md5: \(old)}], outs: [{path: o, md5: \(new)}, {path: gone, md5: \(new)}]}
                schema: '2.0'
                """, present: ["d": old, "o": new], cached: [new])
        #expect(!status.isChanged)
        #expect(try report(status).isClean)
    }

    @Test func dataAlone() throws {
        let lock = "{schema: '2.0', stages: {a: {cmd: x, outs: [{path: o, md5: \(old)}]}}}"
        let missing = try status("{cmd: x, outs: [o]}", lock: lock, present: ["o": old])
        #expect(missing.outputs == [.init(path: "o", change: .notInCache)])
        #expect(missing.lacksDataOnly)
        let uncached = try status("{cmd: x, outs: [{o: {cache: false}}]}", lock: lock, present: ["o": old])
        #expect(!uncached.isChanged)
    }

    @Test func withoutLock() throws {
        let status = try status(
            "{cmd: x, deps: [d, gone], params: [lr], outs: [o]}", lock: nil, present: ["d": old], params: "lr: 1")
        #expect(status.dependencies.map(\.change) == [.modified, .deleted])
        #expect(status.parameters.map(\.whole) == [.new])
        #expect(status.outputs.map(\.change) == [.deleted])
        #expect(!status.isCommandChanged)
    }

    @Test func commandsAndParameters() throws {
        let lock = "{schema: '2.0', stages: {a: {cmd: x, params: {params.yaml: {lr: 1, n: .nan, l: [1]}}}}}"
        let same = try status("{cmd: x, params: [lr, l]}", lock: lock, present: [:], params: "{lr: 1.0, l: [true]}")
        #expect(!same.isChanged)
        let nan = try status("{cmd: x, params: [n]}", lock: lock, present: [:], params: "n: .nan")
        #expect(nan.parameters.first?.keys.map(\.change) == [.modified])
        let list = try status("{cmd: [x], params: [lr]}", lock: lock, present: [:], params: "lr: 1")
        #expect(list.isCommandChanged)
        let gone = try status("{cmd: x, params: [lr]}", lock: lock, present: [:])
        #expect(gone.parameters.map(\.whole) == [.deleted])
        let whole = try status("{cmd: x, params: [{params.yaml: }]}", lock: lock, present: [:], params: "{z: 1, lr: 1}")
        #expect(whole.parameters.first?.keys.map { "\($0.path) \($0.change)" } == ["z new", "n deleted", "l deleted"])
    }

    @Test func frozenAndAlways() throws {
        let frozen = try status(
            "{cmd: x, frozen: true, deps: [d], outs: [o]}",
            lock: """
                schema: '2.0'
                stages: {a: {cmd: x, deps: [{path: d, md5: \(old)}], outs: [{path: o, md5: \(old)}]}}
                """,
            present: ["d": new, "o": old], cached: [old])
        #expect(!frozen.isChanged)
        #expect(try status("{cmd: x}", lock: nil, present: [:]).isAlwaysChanged)
        #expect(try status("{cmd: x, outs: []}", lock: nil, present: [:]).isAlwaysChanged)
        #expect(try !status("{cmd: x, params: [k]}", lock: nil, present: [:], params: "k: 1").isAlwaysChanged)
        #expect(try status("{cmd: x, outs: [{m: {checkpoint: true}}]}", lock: nil, present: [:]).isAlwaysChanged)
    }

    @Test func eachEntryInItsOwnWay() throws {
        var asked: [Generation] = []
        let stage = try parsed("stages: {a: {cmd: x, deps: [o, n]}}").stages[0]
        let lock = StageLock(
            command: .string("x"),
            dependencies: [LockEntry(path: "o", hash: hash(old, .two)), LockEntry(path: "n", hash: hash(new))],
            parameters: Mapping(), outputs: [])
        let probe = StatusProbe(
            exists: { _ in true },
            hash: { path, generation in
                asked.append(generation)
                return hash(path == "o" ? old : new, generation)
            }, isCached: { _ in true }, parameters: { _ in [] })
        #expect(try !StageStatus.of(stage, lock: lock, probe: probe).isChanged)
        #expect(asked == [.two, .three])
    }

    @Test(arguments: [
        (Value.int(1), Value.float(1), true), (.bool(true), .int(1), true), (.bool(true), .float(1), true),
        (.float(.nan), .float(.nan), false), (.string("\u{E9}"), .string("e\u{301}"), false),
        (.null, .bool(false), false),
        (.int(9_007_199_254_740_993), .float(9_007_199_254_740_992), false),
        (.bigInt("18446744073709551616"), .float(18_446_744_073_709_551_616), true), (.string("1"), .int(1), false),
        (.mapping(Mapping([("a", .int(1)), ("b", .null)])), .mapping(Mapping([("b", .null), ("a", .int(1))])), true),
    ])
    func equality(_ left: Value, _ right: Value, _ equal: Bool) {
        #expect(left.isEqualInPython(to: right) == equal)
        #expect(right.isEqualInPython(to: left) == equal)
    }
}
