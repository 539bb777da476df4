import Files
import Processes
import SystemPackage
import TestSupport
import Testing

@testable import Git

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct ReferenceLockTests {
    private let name = "refs/exps/exec/EXEC_APPLY"

    /// What a process leaves that is killed while it writes a reference.
    @Test func whatAKilledProcessLeftIsTakenAway() throws {
        let sandbox = try Sandbox()
        let repository = try Repository(discovering: sandbox.root)
        let head = try #require(try repository.head())
        try sandbox.write(".git/\(name).lock", "")
        try repository.setReference(name, to: head, expecting: .absent)
        #expect(try repository.commit(named: name) == head)
        #expect(try !sandbox.exists(".git/\(name).lock"))
        try sandbox.write(".git/\(name).lock", head.hex)
        #expect(try repository.deleteReference(name))
    }

    @Test func aLockInUseIsLeftAlone() throws {
        let sandbox = try Sandbox()
        let repository = try Repository(discovering: sandbox.root)
        let head = try #require(try repository.head())
        try sandbox.write(".git/\(name).lock", "")
        // Somebody who locks the reference again and again.
        let script = "for i in $(seq 400); do echo $i > '\(name).new'; mv '\(name).new' '\(name).lock'; sleep 0.1; done"
        let writer = try ProcessCall(
            executable: "sh", arguments: ["-c", script], directory: sandbox.root.appending(".git")
        ).start()
        let error = #expect(throws: GitError.self) {
            try repository.setReference(name, to: head, expecting: .absent)
        }
        kill(writer.id, SIGTERM)
        _ = writer.wait()
        #expect(error?.message == "the reference '\(name)' is locked by another process")
        #expect(try sandbox.exists(".git/\(name).lock"))
    }
}
