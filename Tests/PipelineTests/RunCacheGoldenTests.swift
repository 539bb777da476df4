import Cache
import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct RunCacheGoldenTests {
    /// Files that DVC left in its run cache: their names, and their bytes after we have read and written them.
    @Test(arguments: ["run-cache", "run-cache-2x", "single-stage", "params-formats", "wdir", "isexec-2x"])
    func sameNamesAndBytesAsDVC(_ name: String) throws {
        let folder = name + "/expected/runs"
        let files = try #require(try FileIO.list(Golden.folder.pushing(FilePath(folder))))
        #expect(!files.isEmpty)
        for file in files {
            let bytes = try Golden.bytes(folder + "/" + file.name)
            let value = try StageLock.parse(bytes, file: file.name).value
            let own = try #require(RunCacheName(of: value))
            #expect(own.key + "." + own.value == file.name)
            #expect(String(decoding: YAML.emitBytes(value), as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: [
        ("deps: [in]\n    outs: [out]", true),
        ("params: [lr]\n    outs: [out]", true),
        ("outs: [out]", false),
        ("deps: [in]", false),
        ("deps: [in]\n    outs: [out]\n    always_changed: true", false),
        ("deps: [in]\n    outs:\n    - out:\n        persist: true", false),
        ("deps: [in]\n    outs:\n    - out:\n        checkpoint: true", false),
        ("deps: [in]\n    outs:\n    - out:\n        cache: false", false),
        ("deps: [in]\n    outs: [out]\n    metrics:\n    - m.json:\n        cache: false", true),
        ("deps: [in]\n    outs: [out]\n    plots:\n    - p.csv:\n        cache: false", true),
        ("deps: [in]\n    outs: [out]\n    metrics:\n    - ../m.json:\n        cache: false", false),
        ("deps: [in]\n    outs: [out]\n    frozen: true", true),
    ])
    func whichRunsAreKept(_ text: String, _ expected: Bool) throws {
        let file = try parsed("stages:\n  a:\n    cmd: x\n    \(text)\n")
        #expect(StageRunCache.keeps(try #require(file.stages.first)) == expected)
    }
}
