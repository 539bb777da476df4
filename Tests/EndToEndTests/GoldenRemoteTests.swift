import Files
import SystemPackage
import TestSupport
import Testing

/// What a DVC left on a remote, and we leave there just so.
@Suite struct GoldenRemoteTests {
    /// The files of the remote with their permissions, as the transcript lists them after the last push.
    private func expected(_ folder: FilePath) throws -> [String] {
        let text = String(decoding: try #require(try FileIO.read(folder.appending("transcript.txt"))), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("444 ./") || $0.hasPrefix("644 ./") }.map(String.init)
    }

    @Test(arguments: ["remote-layout", "remote-layout-2x"]) func theLayoutIsThatOfDVC(name: String) throws {
        let folder = FilePath(#filePath).removingLastComponent().appending("Golden").appending(name)
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        if name.hasSuffix("-2x") { try sandbox.git("config", "exp.generation", "2") }
        _ = try sandbox.run("sh", ["-c", "cp -R \"$1\"/. .", "sh", folder.appending("input").string])
        let store = sandbox.root.removingLastComponent().appending("rem")
        try sandbox.expOK("remote", "add", "-q", "-d", "my", "../rem")
        try sandbox.expOK("add", "-q", "add.txt")
        try sandbox.expOK("repro", "-q")
        #expect(
            try sandbox.expOK("status", "-c").output.split(separator: "\n").allSatisfy { $0.hasPrefix("\tnew:") })
        try sandbox.expOK("data", "push", "-q")
        func list(_ format: String) throws -> [String] {
            let script = "find . -type f -printf '\(format)\\n' | LC_ALL=C sort -k2"
            return try sandbox.run("sh", ["-c", script], in: store).output.split(separator: "\n").map(String.init)
        }
        let files = try expected(folder)
        let runCache = files.filter { $0.contains("/runs/") }
        #expect(files.count > 5 && runCache.count == 1)
        let outputs = try #require(try FileIO.read(folder.appending("expected").appending("cache.txt")))
        #expect(try list("%p").allSatisfy { String(decoding: outputs, as: UTF8.self).contains($0.dropFirst(2)) })
        try sandbox.expOK("data", "push", "-q", "--run-cache")
        #expect(try list("%m %p") == files)

        // And what lies there so is found.
        for path in [".dvc/cache", "d", "o.txt", "add.txt"] {
            try FileIO.removeTree(sandbox.root.pushing(FilePath(path)))
        }
        #expect(try sandbox.expOK("status").output.contains("not in cache:       add.txt"))
        let pulled = try sandbox.expOK("data", "pull")
        #expect(
            pulled.output == "A\tadd.txt\nA\td/\nA\to.txt\n5 files fetched and 4 files added\n", "\(pulled)")
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }
}
