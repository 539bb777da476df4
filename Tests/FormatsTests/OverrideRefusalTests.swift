import Formats
import Testing

/// Calls in overrides that say nothing, and values that no file can take.
@Suite struct OverrideRefusalTests {
    @Test(arguments: [
        ("lr=int(1,choice(2,3))", "'int' takes one sweep or several values"),
        ("lr=range(1,2,3,4)", "'range' takes a stop, or a start, a stop and a step"),
        ("lr=range()", "'range' takes a stop, or a start, a stop and a step"),
        ("lr=range(1,5,x=2,step=1)", "'range' takes a stop, or a start, a stop and a step"),
        ("lr=range(a,b)", "'range' takes numbers"), ("lr=range(1,stop=b)", "'range' takes numbers"),
        ("lr=range(5,step=b)", "'range' takes numbers"),
        ("lr=tag(1,choice(1,2))", "a tag has to be text"),
        ("lr=tag(a,b)", "the last argument of 'tag' has to be a sweep"),
        ("lr=range(start=1,5)", "an argument without a name may not follow one with a name"),
        ("lr=sort(choice(1,a))", "'sort' takes numbers, or texts"), ("lr=sort()", "'sort' needs a value"),
        ("lr=choice()", "'choice' needs values"), ("lr=choice(choice(1,2),3)", "a sweep may not stand inside 'choice'"),
        ("lr=int(a)", "the value cannot become int"), ("lr=str(range(1,3))", "a range cannot become str"),
        ("lr=choice(1,2", "'choice(' needs ')'"),
    ])
    func calls(_ argument: String, _ problem: String) {
        let error = #expect(throws: OverrideError.self) { try ParameterOverride.parse(argument) }
        #expect(error?.message == "cannot understand '\(argument)': \(problem)")
        #expect(error?.status == .usage)
    }

    @Test(arguments: [
        ("p.toml", "a = 1\n", "+b={1: 2}", "a key of TOML has to be text"),
        ("p.py", "a = f()\n", "+a.b=1", "'a' is no mapping of literals"),
        ("p.py", "a = 1\n", "+b-c=1", "it is no assignment of a literal"),
        ("p.py", "class A: x = 1\n", "+A.y=1", "'A' is no mapping of literals"),
        ("p.toml", "[a.b.c]\nx = 1\n", "+a.b.y=1", "its table has no lines of its own"),
        ("p.toml", "a = 1\n", "+a.b=1", "a part of it is 1 and not a mapping"),
        ("p.toml", "[[a]]\nb = 1\n", "a=2", "it is a table of its own"),
        ("p.yaml", "x: [&p {a: 1}, *p]\n", "x.1.a=2", "the value belongs to an anchor elsewhere in the file"),
        ("p.yaml", "b: &b {x: {y: 1}}\na:\n  <<: *b\n  z: 1\n", "~a.x", "the value comes from a merged mapping"),
        (
            "p.yaml", "b: &b {x: {y: 1}}\na:\n  <<: *b\n  z: 1\n", "a.x.y=2",
            "the value comes from a merged mapping"
        ),
        ("p.yaml", "a: 1\n", "a='${b'", "'${' needs '}'"),
    ])
    func edits(_ file: String, _ before: String, _ override: String, _ reason: String) throws {
        guard let change = try? ParameterOverride.parse(file + ":" + override) else {
            Issue.record("'\(override)' is refused")
            return
        }
        let outcome = Result { try ParameterEdit.apply([change], to: before.bytes, name: file) }
        let error = #expect(throws: OverrideError.self) { try outcome.get() }
        #expect(error?.message.hasSuffix(": " + reason) == true, "\(error?.message ?? "")")
    }

    /// A longer name is another one.
    @Test func namesThatBeginAlike() throws {
        let change = try ParameterOverride.parse("p.py:+a.b=1")
        let after = try ParameterEdit.apply([change], to: "ab = f()\n".bytes, name: "p.py")
        #expect(String(decoding: after, as: UTF8.self) == "ab = f()\na = {'b': 1}\n")
    }
}
