import Files
import Processes
import SystemPackage
import TestSupport
import Testing

@Suite struct ProcessCallTests {
    @Test func keepsOutputErrorsAndStatus() throws {
        let result = try ProcessCall(
            executable: "sh", arguments: ["-c", "cat; echo bad >&2; exit 3"], input: [65, 66]
        ).capture()
        #expect(result.output == [65, 66])
        #expect(result.error == Array("bad\n".utf8))
        #expect(result.exit == .status(3))
        #expect(try ProcessCall(executable: "sh", arguments: ["-c", "kill -9 $$"]).capture().exit == .signal(9))
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect(throws: ProcessError.self) { try ProcessCall(executable: "no-such-program-here").capture() }
    }

    @Test func largeInputAndOutputDoNotBlockEachOther() throws {
        let input = [UInt8](repeating: 7, count: 5_000_000)
        #expect(try ProcessCall(executable: "cat", input: input).capture().output == input)
        #expect(try ProcessCall(executable: "true", input: input).capture().exit == .status(0))
    }

    @Test func manyProcessesLeakNoDescriptors() throws {
        let before = try FileIO.list("/proc/self/fd")?.count ?? 0
        for _ in 0..<50 { _ = try ProcessCall(executable: "true").capture() }
        // Other tests run at the same time, so a few more or less say nothing.
        #expect((try FileIO.list("/proc/self/fd")?.count ?? 0) < before + 40)
    }
}
