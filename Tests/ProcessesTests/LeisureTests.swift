import Files
import Processes
import SystemPackage
import TestSupport
import Testing

@Suite struct LeisureTests {
    private func call(_ script: String, in folder: FilePath) -> ProcessCall {
        ProcessCall(executable: "sh", arguments: ["-c", script], directory: folder)
    }

    @Test func workIsDoneUntilNothingIsLeft() throws {
        let folder = try TemporaryDirectory()
        let process = try StageProcess(signalFile: folder.path.appending("signal"))
        var left = 300
        process.onLeisure = {
            left -= 1
            return left > 0
        }
        let outcome = try process.run(call("sleep 0.5", in: folder.path)) {}
        #expect(outcome.exit.isSuccess)
        #expect(left == 0)
    }

    @Test func aCommandThatIsSoonOverLeavesNoTimeForIt() throws {
        let folder = try TemporaryDirectory()
        let process = try StageProcess(signalFile: folder.path.appending("signal"))
        var stays = false
        var calls = 0
        process.onStay = { stays = true }
        process.onLeisure = {
            calls += 1
            return true
        }
        #expect(try process.run(call("exit 3", in: folder.path)) {}.exit == .status(3))
        #expect(stays || calls == 0)
    }

    @Test func requestsComeFirstAndWorkIsLookedForAgain() throws {
        let folder = try TemporaryDirectory()
        let process = try StageProcess(signalFile: folder.path.appending("signal"))
        var answered = 0
        var calls = 0
        // Endless before the first request; after it there is nothing left.
        process.onLeisure = {
            calls += 1
            return answered == 0
        }
        let script = """
            for i in 1 2 3; do
                sleep 0.3; : > signal
                while [ -e signal ]; do sleep 0.01; done
            done
            """
        var callsBefore: [Int] = []
        let outcome = try process.run(call(script, in: folder.path)) {
            answered += 1
            callsBefore.append(calls)
        }
        #expect(outcome.exit.isSuccess)
        #expect(answered == 3)
        #expect(callsBefore[0] > 3)
        #expect(callsBefore[2] == callsBefore[1] + 1)
        #expect(callsBefore[1] == callsBefore[0] + 1)
    }
}
