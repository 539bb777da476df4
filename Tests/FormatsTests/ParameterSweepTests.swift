import Diagnostics
import Formats
import Testing

/// What DVC 2.58.2 and 3.67.1 queue for the same words.
@Suite struct ParameterSweepTests {
    private func runs(_ arguments: String...) throws -> [String] {
        try ParameterSweep(arguments.map { try ParameterOverride.parse($0) }).combinations().map {
            $0.map(\.summary).joined(separator: " ")
        }
    }

    @Test func lastChangesFastest() throws {
        #expect(try runs("lr=1,2", "n=3,4") == ["lr=1 n=3", "lr=1 n=4", "lr=2 n=3", "lr=2 n=4"])
    }

    @Test func overridesOfAFileStandTogether() throws {
        #expect(
            try runs("lr=1,2", "p2.yaml:x=5,6", "n=7") == [
                "lr=1 n=7 p2.yaml:x=5", "lr=1 n=7 p2.yaml:x=6", "lr=2 n=7 p2.yaml:x=5", "lr=2 n=7 p2.yaml:x=6",
            ])
    }

    @Test(arguments: [
        ("n=range(1,10,2)", ["n=1", "n=3", "n=5", "n=7", "n=9"]), ("n=range(3)", ["n=0", "n=1", "n=2"]),
        ("n=range(0,1,0.25)", ["n=0.0", "n=0.25", "n=0.5", "n=0.75"]), ("n=range(1,0,-0.5)", ["n=1.0", "n=0.5"]),
        ("s=[1,2],[3,4]", ["s=[1, 2]", "s=[3, 4]"]), ("s='a,b',c", ["s=a,b", "s=c"]), ("n=choice(1)", ["n=1"]),
        ("n=sort(3,1,2,reverse=true)", ["n=3", "n=2", "n=1"]), ("n=tag(t1,t2,choice(1,2))", ["n=1", "n=2"]),
        ("n=float(choice(1,2))", ["n=1.0", "n=2.0"]), ("+zz=1,2", ["+zz=1", "+zz=2"]), ("n=1,1", ["n=1", "n=1"]),
    ])
    func formsOfASweep(argument: String, expected: [String]) throws {
        #expect(try runs(argument) == expected)
        #expect(try ParameterSweep([ParameterOverride.parse(argument)]).isSweep)
    }

    @Test func lastOverrideOfAKeyStands() throws {
        #expect(try runs("lr=choice(1,2)", "n=3,4", "lr=5") == ["lr=5 n=3", "lr=5 n=4"])
    }

    @Test func oneValueIsNoSweep() throws {
        #expect(try !ParameterSweep([ParameterOverride.parse("lr=[1,2]")]).isSweep)
        #expect(try !ParameterSweep([ParameterOverride.parse("lr=a\\,b")]).isSweep)
    }

    @Test func tooManyAreRefused() throws {
        let error = #expect(throws: OverrideError.self) { try runs("a=range(1000)", "b=range(1000)", "c=range(9)") }
        #expect(error == .tooManyRuns(limit: 10_000))
        #expect(error?.status == .usage)
        #expect(try runs("a=range(100)", "b=range(100)").count == 10_000)
    }

    @Test(arguments: [
        "n=choice()", "n=range(1,10,0)", "n=range(5,1)", "n=interval(0,1)", "s=glob(*)", "s=foo(1,2)", "s=1,2,", "s=,1",
        "n=str(range(1,3))", "n=choice(a,b",
    ])
    func whatIsNoSweepIsWrongUsage(argument: String) {
        #expect(throws: OverrideError.self) { try runs(argument) }
    }
}
