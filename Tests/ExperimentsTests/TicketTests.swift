import Files
import SystemPackage
import TestSupport
import Testing

@testable import Experiments

/// Files that a process of ours finds where another one should have written what to run.
@Suite struct TicketTests {
    @Test(arguments: [nil, "", "{", "[]", "{}", "{\"place\": \"queue\", \"home\": \"/x\"}"])
    func onlyWhatWasWrittenIsRead(_ text: String?) throws {
        let folder = try TemporaryDirectory()
        let file = folder.path.appending("ticket")
        if let text { try FileIO.replace(file, with: Array(text.utf8), sync: false) }
        let error = #expect(throws: ExperimentError.self) { try RunTicket(reading: file) }
        #expect(error?.message == "'\(file.string)' does not describe a run")
    }
}
