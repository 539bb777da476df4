import Cache
import Formats
import Testing

@testable import Pipeline

@Suite struct LockReadingTests {
    private func lock(_ text: String) throws -> LockFile { try LockFile.parse(Array(text.utf8), file: "dvc.lock") }

    @Test func firstKind() throws {
        let text = """
            train:
              cmd: x
              deps:
              - path: a
                md5: 60b725f10c9c85c70d97880dfe8191b3
            """
        let old = try lock(text)
        #expect(old.stages.map(\.name) == ["train"])
        #expect(old["train"]?.dependency("a")?.generation == .two)
        let entry = StageLock(command: .string("y"), dependencies: [], parameters: Mapping(), outputs: [])
        let update = try LockFile.updated(Array(text.utf8), file: "dvc.lock", stage: "eval", entry: entry)
        #expect(
            String(decoding: update.bytes, as: UTF8.self) == """
                schema: '2.0'
                stages:
                  train:
                    cmd: x
                    deps:
                    - path: a
                      md5: 60b725f10c9c85c70d97880dfe8191b3
                  eval:
                    cmd: y

                """)
    }

    @Test(arguments: [
        "../../../../etc/passwd", "60b725f10c9c85c70d97880dfe8191b", "60B725F10C9C85C70D97880DFE8191B3",
        "60b725f10c9c85c70d97880dfe8191b3.dir.dir", "60b725f10c9c85c70d97880dfe8191b3/../x",
    ])
    func refusesHashesThatAreNone(_ hash: String) {
        #expect(throws: FormatError.self) {
            try lock("schema: '2.0'\nstages:\n  a:\n    cmd: x\n    outs:\n    - path: p\n      md5: \(hash)\n")
        }
        #expect(!ObjectStore.isObjectName(hash))
    }

    @Test(arguments: [3, 40]) func ofTwoWithOneNameTheLastCounts(count: Int) {
        func entry(_ command: String) -> StageLock {
            StageLock(command: .string(command), dependencies: [], parameters: Mapping(), outputs: [])
        }
        var stages = (0..<count).map { (name: "s\($0)", entry: entry("first")) }
        stages.append((name: "s1", entry: entry("last")))
        let lock = LockFile(stages: stages)
        #expect(lock["s1"]?.isEqual(to: entry("last")) == true)
        #expect(lock["s2"]?.isEqual(to: entry("first")) == true)
        #expect(lock["s\(count)"] == nil)
    }

    @Test func hashOfDigitsWithoutQuotes() throws {
        let hash = String(repeating: "1", count: 32)
        let text = "{schema: '2.0', stages: {a: {cmd: x, outs: [{path: p, md5: \(hash)}]}}}"
        #expect(try lock(text)["a"]?.output("p")?.md5 == hash)
    }

    @Test func keepsWhatItDoesNotKnow() throws {
        let text = """
            schema: '2.0'
            stages:
              a:
                cmd: x
                outs:
                - path: p
                  hash: md5
                  md5: 60b725f10c9c85c70d97880dfe8191b3
                  size: 2
                  cloud:
                    s3:
                      etag: e
            """
        let entry = try #require(try lock(text)["a"])
        let update = try LockFile.updated(nil, file: "dvc.lock", stage: "a", entry: entry)
        #expect(String(decoding: update.bytes, as: UTF8.self) == text + "\n")
    }

    /// What was read before is not read again, and that makes no difference.
    @Test(arguments: [
        "", "schema: '2.0'\nstages:\n  a:\n    cmd: x\n", "schema: '2.0'\nstages:\n  b:\n    cmd: y  # kept\n",
        "a:\n  cmd: z\nb:\n  cmd: y\n",
    ])
    func whatIsKnownOfAFileMakesNoDifference(text: String) throws {
        let entry = try #require(try lock("schema: '2.0'\nstages: {a: {cmd: x}}\n")["a"])
        let bytes = Array(text.utf8)
        let known = try LockFile.parse(bytes, file: "dvc.lock")
        let one = try LockFile.updated(bytes, known: known, file: "dvc.lock", stage: "a", entry: entry)
        let other = try LockFile.updated(bytes, file: "dvc.lock", stage: "a", entry: entry)
        #expect(one.bytes == other.bytes && one.outcome == other.outcome)
        let isFirst = try LockFile.updated(nil, known: LockFile(), file: "dvc.lock", stage: "a", entry: entry)
        #expect(isFirst.outcome == .created)
    }

    @Test func otherVersionsAreRefused() {
        let error = #expect(throws: FormatError.self) { try lock("schema: '3.0'\nstages: {}\n") }
        #expect(error?.position?.line == 1)
        #expect(error?.position?.column == 9)
    }

    @Test func composedAndDecomposedStagesAreTwo() throws {
        let text = "schema: '2.0'\nstages:\n  \u{E9}:\n    cmd: one\n  e\u{301}:\n    cmd: two\n"
        let file = try lock(text)
        #expect(file["\u{E9}"]?.command.string == "one")
        #expect(file["e\u{301}"]?.command.string == "two")
    }

    @Test func textOfExperimentHash() throws {
        let file = try LockFile.parse(try Golden.bytes("single-stage-2x/expected/dvc.lock"), file: "dvc.lock")
        #expect(
            file.stages.hashText == """
                {"train": {"cmd": "sh train.sh data.txt", "deps": [{"md5": "b1946ac92492d2347c6235b4d2611184", \
                "path": "data.txt", "size": 6}, {"md5": "0c9bb2344fa35874fc705beea88bfb0c", "path": "train.sh", "size": 58}], \
                "outs": [{"md5": "e26523fedc4685d9c06d2683dc27f2d3", "path": "metrics.json", "size": 13}, \
                {"md5": "b1946ac92492d2347c6235b4d2611184", "path": "model.txt", "size": 6}], \
                "params": {"params.yaml": {"lr": 0.001, "train.epochs": 10}}}}
                """)
    }

    @Test func choosesTheGeneration() throws {
        let old = try LockFile.parse(try Golden.bytes("legacy-2x/expected/dvc.lock"), file: "dvc.lock")
        let mixed = try LockFile.parse(try Golden.bytes("legacy-2x/expected-after-3x/dvc.lock"), file: "dvc.lock")
        #expect(try Project.generation(setting: nil, locks: [old]) == .two)
        #expect(try Project.generation(setting: nil, locks: [old, mixed]) == .three)
        #expect(try Project.generation(setting: nil, locks: []) == .three)
        #expect(try Project.generation(setting: "3", locks: [old]) == .three)
        #expect(try Project.generation(setting: "2", locks: [mixed]) == .two)
        #expect(throws: PipelineError.self) { try Project.generation(setting: "4", locks: []) }
    }
}
