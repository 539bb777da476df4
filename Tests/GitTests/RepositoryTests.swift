import Files
import SystemPackage
import TestSupport
import Testing

@testable import Git

@Suite struct RepositoryTests {
    @Test(arguments: ["", "abc", String(repeating: "g", count: 40), String(repeating: "0", count: 40)])
    func rejectsMalformedNames(_ text: String) { #expect(CommitID(text) == nil) }

    @Test func namesSurviveTheRoundTrip() throws {
        let text = "0123456789abcdef0123456789abcdef01234567"
        #expect(try #require(CommitID(text)).hex == text)
        #expect(try #require(CommitID(text)).short == "0123456")
    }

    @Test func settingsOfTheEnvironmentAreUnquoted() {
        let found = GitSettings.environmentOverrides { name in
            switch name {
            case "GIT_CONFIG_PARAMETERS": "'a.b'='it'\\''s' 'c.d=1'"
            case "GIT_CONFIG_COUNT": "1"
            case "GIT_CONFIG_KEY_0": "e.f"
            case "GIT_CONFIG_VALUE_0": "x"
            default: nil
            }
        }
        #expect(found.map(\.0) == ["e.f", "a.b", "c.d"])
        #expect(found.map(\.1) == ["x", "it's", "1"])
    }

    @Test func bothPrivateIndexesMakeTheTreeThatGitWouldMake() throws {
        let sandbox = try Sandbox()
        try sandbox.write("kept", "1")
        try sandbox.write("gone", "2")
        try sandbox.write("sub/changed", "3")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "files")
        try sandbox.write("staged", "4")
        try sandbox.git("add", "staged")
        try sandbox.write("sub/changed", "5")
        try FileIO.remove(sandbox.root.appending("gone"))
        try sandbox.write("untracked", "6")
        try sandbox.write("wanted", "7")
        let repository = try Repository(discovering: sandbox.root)
        let settings = try GitSettings(of: repository)
        let plain = try #require(
            try PlainIndex(repository, workTree: sandbox.root, file: repository.indexFile, settings: settings))
        let asked = try GitIndex(
            repository, workTree: sandbox.root, file: repository.indexFile, scratch: sandbox.root.appending(".git"))
        let before = try sandbox.untouched()
        let indexes: [any WorkspaceIndex] = [plain, asked]
        for index in indexes {
            try index.refresh()
            try index.add(["wanted", "nothing-here"])
            let names = try sandbox.git("ls-tree", "-r", "--name-only", try index.writeTree().hex)
            #expect(names == "kept\nstaged\nsub/changed\nwanted\n")
        }
        #expect(try plain.writeTree() == asked.writeTree())
        #expect(try sandbox.untouched() == before)
    }
}
