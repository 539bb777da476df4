import Git
import Testing

@testable import Experiments

@Suite struct NamingTests {
    @Test(arguments: ["a/b", "-x", "", "a b\u{7}", "beef", "x@2", "a..b", "a~1", "HEAD", "x.lock"])
    func badNamesAreRefused(_ name: String) {
        #expect(throws: ExperimentError.self) { try ExperimentName.check(name) }
    }

    @Test(arguments: ["brave-otter", "lr_0.1", "größe", "exp-1"])
    func goodNamesAreTaken(_ name: String) throws { try ExperimentName.check(name) }

    @Test func drawnNamesAvoidTakenOnes() throws {
        var generator = SystemRandomNumberGenerator()
        var drawn = 0
        let name = ExperimentName.draw(using: &generator) { _ in
            drawn += 1
            return drawn < 60
        }
        try ExperimentName.check(name)
        #expect(drawn == 60)
    }

    @Test(arguments: [
        "refs/exps/stash", "refs/exps/exec/EXEC_APPLY", "refs/exps/12/abc/x",
        "refs/exps/12/3456789012345678901234567890123456789a/a/b", "refs/heads/main",
    ])
    func otherReferencesAreNoExperiments(_ name: String) { #expect(ExperimentReference(name) == nil) }

    @Test func experimentReferencesAreReadAndWritten() throws {
        let name = "refs/exps/12/34567890abcdef1234567890abcdef12345678/brave-otter"
        let reference = try #require(ExperimentReference(name))
        #expect(reference.name == "brave-otter")
        #expect(reference.fullName == name)
    }
}
