import SystemPackage
import TestSupport
import Testing

@testable import Git

/// References read from their files are those that git lists.
@Suite struct StoredReferencesTests {
    private func listing(_ sandbox: Sandbox, _ prefix: String) throws -> [String] {
        try Repository(discovering: sandbox.root).references(below: prefix).map { "\($0.commit.hex) \($0.name)" }
    }

    private func git(_ sandbox: Sandbox, _ prefix: String) throws -> [String] {
        try sandbox.git("for-each-ref", "--format=%(objectname) %(refname)%(if)%(symref)%(then) symbolic%(end)", prefix)
            .split(separator: "\n").map(String.init).filter { !$0.hasSuffix(" symbolic") }
            .sorted { $0.dropFirst(41).utf8.lexicographicallyPrecedes($1.dropFirst(41).utf8) }
    }

    @Test func packedLooseAndBoth() throws {
        let sandbox = try Sandbox()
        for name in ["refs/exps/aa/b", "refs/exps/aa/c", "refs/exps/ab", "refs/exps/z", "refs/heads/é/x"] {
            try sandbox.git("update-ref", name, "HEAD")
        }
        try sandbox.git("tag", "-a", "-m", "t", "annotated")
        try sandbox.git("pack-refs", "--all")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "second")
        // One that is moved, one that is gone, one that is new, one that became symbolic, one that is being written.
        try sandbox.git("update-ref", "refs/exps/aa/c", "HEAD")
        try sandbox.git("update-ref", "-d", "refs/exps/ab")
        try sandbox.git("update-ref", "refs/exps/aa/a", "HEAD")
        try sandbox.git("symbolic-ref", "refs/exps/z", "refs/heads/main")
        try sandbox.write(".git/refs/exps/aa/d.lock", "")
        for prefix in ["refs/exps/", "refs/exps/aa/", "refs/heads/", "refs/tags/", "refs/nothing/"] {
            #expect(try listing(sandbox, prefix) == git(sandbox, prefix))
        }
        #expect(try listing(sandbox, "refs/exps/").count == 3)
        let other = sandbox.root.removingLastComponent().appending("other").string
        try sandbox.git("worktree", "add", "-q", other, "-b", "side")
        let linked = try Repository(discovering: FilePath(other)).references(below: "refs/exps/")
        #expect(linked.map { "\($0.commit.hex) \($0.name)" } == (try git(sandbox, "refs/exps/")))
    }

    @Test func namesThatAreNotUTF8AreLeftOut() throws {
        let sandbox = try Sandbox()
        try sandbox.git("update-ref", "refs/exps/aa/b", "HEAD")
        let outcome = try sandbox.run("sh", ["-c", "git update-ref \"refs/exps/aa/$(printf '\\351')\" HEAD"])
        #expect(outcome.status == 0)
        #expect(try listing(sandbox, "refs/exps/aa/").map { $0.dropFirst(41) } == ["refs/exps/aa/b"])
        try sandbox.git("pack-refs", "--all")
        #expect(try listing(sandbox, "refs/exps/aa/").map { $0.dropFirst(41) } == ["refs/exps/aa/b"])
    }
}
