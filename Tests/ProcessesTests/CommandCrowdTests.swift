import Files
import SystemPackage
import TestSupport
import Testing

@testable import Processes

@Suite struct CommandCrowdTests {
    private func shell(_ line: String) -> ProcessCall { ProcessCall(executable: "sh", arguments: ["-c", line]) }

    private func text(_ output: CommandOutput, _ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        output.take { if $1 == descriptor { bytes += $0 } }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func commandsRunSideBySideAndEndByThemselves() throws {
        let folder = try TemporaryDirectory()
        let crowd = CommandCrowd(try StageProcess(signalFile: folder.path.appending("signal")))
        let outputs = try (0..<3).map { _ in try CommandOutput(in: folder.path) }
        let meeting = folder.path.appending("meeting").string
        try crowd.start(
            shell("while [ ! -e \(meeting) ]; do sleep 0.01; done; echo first"), number: 0, output: outputs[0])
        try crowd.start(shell("touch \(meeting); echo second; exit 3"), number: 1, output: outputs[1])
        try crowd.start(shell("read line; echo \"$? $line\"; kill -9 $$"), number: 2, output: outputs[2])
        #expect(crowd.count == 3)
        var ended: [Int: CommandOutcome] = [:]
        while crowd.count > 0 {
            for command in crowd.wait(milliseconds: 1_000) { ended[command.number] = command.outcome }
        }
        #expect(ended[0]?.exit == .status(0) && ended[1]?.exit == .status(3) && ended[2]?.exit == .signal(9))
        #expect(ended.values.allSatisfy { $0.interruption == nil })
        #expect(text(outputs[0], 1) == "first\n")
        #expect(text(outputs[1], 1) == "second\n")
        // There is nothing to read from.
        #expect(text(outputs[2], 1) == "1 \n")
        // What was taken does not come twice, and the files have no names.
        #expect(text(outputs[0], 1).isEmpty)
        #expect(try FileIO.list(folder.path)?.map(\.name) == ["meeting"])
    }

    @Test func nobodyIsLeftBehind() throws {
        let folder = try TemporaryDirectory()
        let pid = folder.path.appending("pid")
        var crowd: CommandCrowd? = CommandCrowd(try StageProcess(signalFile: folder.path.appending("signal")))
        let output = try CommandOutput(in: folder.path)
        try crowd?.start(
            shell("echo $$ > \(pid.string).new; mv \(pid.string).new \(pid.string); sleep 60"), number: 0,
            output: output)
        var bytes: [UInt8]?
        while bytes == nil {
            _ = crowd?.wait(milliseconds: 10)
            bytes = try FileIO.read(pid)
        }
        crowd = nil
        let process = try #require(Int32(String(decoding: (bytes ?? []).dropLast(), as: UTF8.self)))
        #expect(!isAlive(process))
    }

    @Test func requestsAreDismissed() throws {
        let folder = try TemporaryDirectory()
        let signal = folder.path.appending("signal")
        let crowd = CommandCrowd(try StageProcess(signalFile: signal))
        #expect(try !crowd.dismissRequest())
        try FileIO.replace(signal, with: [], sync: false)
        #expect(try crowd.dismissRequest())
        #expect(try FileIO.read(signal) == nil)
    }
}
