import Files
import SystemPackage
import TestSupport
import Testing

/// Projects that were made to do harm: outside of them nothing may change, and nothing may take for ever.
@Suite struct HostileProjectTests {
    private let outside: TemporaryDirectory

    init() throws { outside = try TemporaryDirectory() }

    /// A folder outside with a file in it, and a link to it in the project.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try FileIO.replace(outside.path.appending("x"), with: Array("precious".utf8), sync: false)
        _ = try sandbox.run("ln", ["-s", outside.path.string, "away"])
        try sandbox.write("in", "in\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "start")
        return sandbox
    }

    private func expectOutsideIsUntouched(_ call: [String]) throws {
        #expect(try FileIO.list(outside.path)?.map(\.name) == ["x"], "\(call)")
        #expect(try FileIO.read(outside.path.appending("x")) == Array("precious".utf8), "\(call)")
    }

    private func call(_ sandbox: Sandbox, _ call: [String]) throws -> Outcome {
        try sandbox.run("/usr/bin/timeout", ["30", "git", "exp"] + call)
    }

    @Test(arguments: ["away/x", "../x", "away"])
    func outputsThatLeadOutAreNotRemoved(_ path: String) throws {
        let sandbox = try project()
        let md5 = "13b5bfe96f3e2fe411c9f66f4a582adf"
        try sandbox.write(
            "dvc.yaml", "stages:\n  s:\n    cmd: 'true'\n    deps: [in]\n    outs:\n    - \(path)\n")
        try sandbox.write(
            "dvc.lock",
            """
            schema: '2.0'
            stages:
              s:
                cmd: 'true'
                deps:
                - path: in
                  hash: md5
                  md5: \(md5)
                  size: 3
                outs:
                - path: \(path)
                  hash: md5
                  md5: \(md5)
                  size: 3

            """)
        try sandbox.write(".dvc/cache/files/md5/\(md5.prefix(2))/\(md5.dropFirst(2))", "in\n")
        for words in [
            ["repro"], ["repro", "-f"], ["repro", "--no-run-cache", "-f", "-s", "s"], ["run"], ["commit", "-f"],
            ["checkout", "-f"], ["data", "remove", "s", "--outs", "-f"],
        ] {
            let outcome = try call(sandbox, words)
            #expect(outcome.status == 128 || words[0] == "data", "\(words): \(outcome)")
            try expectOutsideIsUntouched(words)
        }
        #expect(try !sandbox.exists("../x"))
    }

    @Test func whatWouldNotBeCachedIsNotRemovedOutsideEither() throws {
        let sandbox = try project()
        for flags in ["{cache: false}", "{persist: true}"] {
            try sandbox.write(
                "dvc.yaml", "stages:\n  s:\n    cmd: 'true'\n    deps: [in]\n    outs:\n    - away/x: \(flags)\n")
            for words in [["repro"], ["repro", "-f"], ["run"]] {
                _ = try call(sandbox, words)
                try expectOutsideIsUntouched(words + [flags])
            }
        }
    }

    @Test(arguments: ["../../x", "/tmp/git-exp-hostile", "s/../../../x", ".git/hooks/post-checkout"])
    func aListOutOfTheRunCacheIsRefused(_ path: String) throws {
        let sandbox = try project()
        try sandbox.write(
            "dvc.yaml", "stages:\n  s:\n    cmd: mkdir o; echo 1 > o/f; echo s >> log\n    deps: [in]\n    outs: [o]\n")
        try sandbox.write("list", #"[{"md5": "b026324c6904b2a9cb4b88d6d61c81d1", "relpath": "\#(path)"}]"#)
        try sandbox.expOK("repro", "-q")
        let old = try #require(try sandbox.read("dvc.lock")?.split(separator: "md5: ").last?.prefix(32))
        let md5 = try sandbox.run("md5sum", ["list"]).output.prefix(32)
        try sandbox.write(".dvc/cache/files/md5/\(md5.prefix(2))/\(md5.dropFirst(2)).dir", sandbox.read("list") ?? "")
        // In the lock file, and in the run cache under the name that it is found by.
        _ = try sandbox.run(
            "sh", ["-c", "sed -i 's/\(old)/\(md5)/' dvc.lock $(find .dvc/cache/runs -type f)"])
        try FileIO.removeTree(sandbox.root.appending("o"))
        let checkout = try call(sandbox, ["checkout", "-f"])
        #expect(checkout.status == 128 && checkout.errors.contains("leads out of the directory"), "\(checkout)")
        for name in ["o", "dvc.lock"] {
            try FileIO.removeTree(sandbox.root.appending(name))
            let outcome = try call(sandbox, ["repro"])
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try sandbox.read("o/f") == "1\n")
        }
        try FileIO.removeTree(sandbox.root.appending("o"))
        try sandbox.expOK("checkout")
        #expect(try sandbox.read("o/f") == "1\n" && sandbox.read("log") == "s\ns\ns\n")
        #expect(try !sandbox.exists("../x") && !sandbox.exists("x") && !sandbox.exists(".git/hooks/post-checkout"))
        #expect(try FileStatus.of("/tmp/git-exp-hostile", followingLinks: false) == nil)
    }

    @Test func aDamagedListIsMovedAsideAndMadeAnew() throws {
        let sandbox = try project()
        try sandbox.write("data/f", "1\n")
        try sandbox.expOK("add", "-q", "data")
        let md5 = try #require(try sandbox.read("data.dvc")?.split(separator: "md5: ").last?.prefix(32))
        let list = ".dvc/cache/files/md5/\(md5.prefix(2))/\(md5.dropFirst(2)).dir"
        let bytes = try sandbox.read(list)
        func damage() throws {
            _ = try sandbox.run("sh", ["-c", "rm \(list); echo '[]' > \(list); chmod 444 \(list)"])
        }
        try damage()
        #expect(try sandbox.expOK("status").output.contains("not in cache"))
        try sandbox.expOK("commit")
        #expect(try sandbox.read(list) == bytes)
        try damage()
        try FileIO.removeTree(sandbox.root.appending("data"))
        let outcome = try sandbox.exp("checkout")
        #expect(outcome.status == 128 && outcome.errors.contains("\(md5).dir in the cache does not hold"), "\(outcome)")
        #expect(try !sandbox.exists("data") && !sandbox.exists(list) && sandbox.exists(list + ".corrupt"))
    }

    private static let bomb: String = {
        let levels = (1...60).map { level in
            "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]"
        }
        return "a0: &a0 [lol]\n" + levels.joined(separator: "\n") + "\n"
    }()

    private static let merges: String = {
        let levels = (1...60).map { "m\($0): &m\($0) {<<: [*m\($0 - 1), *m\($0 - 1)], k\($0): 1}" }
        return "m0: &m0 {k: 1}\n" + levels.joined(separator: "\n") + "\n"
    }()

    /// What stands in a file, by a name that fits in a line.
    private static func text(_ kind: String) -> String {
        func deep(_ text: String, _ count: Int = 200_000) -> String { String(repeating: text, count: count) }
        switch kind {
        case "deep list": return deep("[")
        case "deep mapping": return deep("{a: ")
        case "deep block": return "a:\n " + deep("- ")
        case "deep value": return "a = " + deep("[")
        case "signs": return "a = " + deep("-") + "1"
        case "matrix":
            let values = (0..<50).map(String.init).joined(separator: ", ")
            let axes = ["a", "b", "c", "d", "e", "f", "g"].map { "      \($0): [\(values)]\n" }.joined()
            return "stages:\n  s:\n    matrix:\n" + axes + "    cmd: echo ${item}\n"
        case "aliases": return bomb + "stages: {s: {cmd: x, meta: *a60}}\n"
        case "aliased command": return bomb + "stages: {s: {cmd: *a60}}\n"
        case "aliased outs": return bomb + "outs: *a60\n"
        case "merges": return merges + "stages: {s: {cmd: x, meta: *m60}}\n"
        default: return bomb
        }
    }

    @Test(arguments: [
        ["dvc.yaml", "deep list"], ["dvc.yaml", "deep block"], ["dvc.yaml", "aliases"], ["dvc.yaml", "merges"],
        ["dvc.yaml", "matrix"], ["dvc.lock", "aliased command"], ["dvc.lock", "deep mapping"],
        ["evil.dvc", "aliased outs"], ["evil.dvc", "deep list"], ["params.yaml", "bomb"],
        ["params.yaml", "deep mapping"], ["vars.json", "deep list"], ["vars.toml", "deep value"],
        ["vars.py", "deep value"], ["vars.py", "signs"], [".dvc/config", "deep list"],
    ])
    func whatExplodesIsBounded(_ place: [String]) throws {
        let file = place[0]
        let sandbox = try project()
        let source = file.hasPrefix("vars.") ? file : "params.yaml"
        try sandbox.write(
            "dvc.yaml", "vars: [\(source)]\nstages:\n  s: {cmd: 'echo ${a} > o', params: [{\(source): }], outs: [o]}\n")
        try sandbox.write("params.yaml", "a: 1\n")
        try sandbox.write(file, Self.text(place[1]))
        for words in [["status"], ["repro"], ["show"], ["params", "diff"], ["data", "migrate"]] {
            // 4 GB of addresses, 20 seconds of processor time.
            let outcome = try sandbox.run(
                "sh", ["-c", "ulimit -v 4000000 -t 20; exec git exp \"$@\"", "sh"] + words)
            #expect(
                [0, 1, 128].contains(outcome.status),
                "\(words) \(place): \(outcome.status) \(outcome.errors.prefix(300))")
            #expect(outcome.errors.utf8.count < 5_000, "\(words) \(place)")
        }
    }
}
