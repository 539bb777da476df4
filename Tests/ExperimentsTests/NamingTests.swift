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

    /// Always the same number.
    private struct Constant: RandomNumberGenerator {
        let number: UInt64
        mutating func next() -> UInt64 { number }
    }

    @Test(arguments: [(1, "able-acorn"), (UInt64.max, "zesty-zinnia"), (UInt64.max / 256, "agile-adder")])
    func everyWordCanBeDrawn(_ number: UInt64, _ expected: String) {
        var generator = Constant(number: number)
        #expect(ExperimentName.draw(using: &generator) { _ in false } == expected)
    }

    @Test func drawnNamesAreTwoWords() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let words = ExperimentName.draw(using: &generator) { _ in false }.split(
                separator: "-", omittingEmptySubsequences: false)
            #expect(words.count == 2 && words.allSatisfy { $0.count > 1 && $0.allSatisfy(\.isLetter) })
        }
    }

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
