import Files
import SystemPackage
import TestSupport
import Testing

@testable import Processes

/// Programs that are not there, and output that has no place.
@Suite struct ProcessErrorTests {
    private let absent = ProcessCall(executable: "/no/such/program")

    @Test func programs() throws {
        #expect(throws: ProcessError(program: "/no/such/program", code: .noSuchFileOrDirectory)) {
            try absent.capture()
        }
        #expect(throws: ProcessError(program: "/no/such/program", code: .noSuchFileOrDirectory)) {
            try absent.replaceThisProcess()
        }
        let folder = try TemporaryDirectory()
        #expect(throws: ProcessError(program: "/no/such/program", code: .noSuchFileOrDirectory)) {
            try SeparateProcess(absent, output: folder.path.appending("log"))
        }
        let crowd = CommandCrowd(try StageProcess(signalFile: folder.path.appending("signal")))
        let output = try CommandOutput(in: folder.path)
        #expect(throws: ProcessError.self) { try crowd.start(absent, number: 0, output: output) }
        #expect(crowd.count == 0)
    }

    /// The folder does not exist for a process that is to take our place, either; it stays what it is.
    @Test func folders() throws {
        let call = ProcessCall(executable: "/bin/true", directory: "/no/such/folder")
        #expect(throws: ProcessError(program: "/bin/true", code: .noSuchFileOrDirectory)) {
            try call.replaceThisProcess()
        }
        #expect(throws: ProcessError.self) { try call.capture() }
    }

    @Test func outputs() throws {
        let folder = try TemporaryDirectory()
        #expect(throws: FileError("write", folder.path, .isDirectory)) {
            try SeparateProcess(ProcessCall(executable: "/bin/true"), output: folder.path)
        }
        let error = #expect(throws: FileError.self) { try CommandOutput(in: folder.path.appending("absent")) }
        #expect(error?.message.contains("absent") == true)
    }
}
