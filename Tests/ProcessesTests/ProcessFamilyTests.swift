import Testing

@testable import Processes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct ProcessFamilyTests {
    /// In a container nobody may collect what outlived its parent.
    @Test func whoHasEndedIsNotWaitedFor() throws {
        let child = try ProcessCall(executable: "sh", arguments: ["-c", "sleep 0.2"]).spawn(ownGroup: true)
        #expect(ProcessFamily.isAlive(group: child))
        var info = siginfo_t()
        #expect(waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT) == 0)
        #expect(kill(-child, 0) == 0)
        #expect(!ProcessFamily.isAlive(group: child))
        var status: Int32 = 0
        #expect(waitpid(child, &status, 0) == child)
        #expect(!ProcessFamily.isAlive(group: child))
    }
}
