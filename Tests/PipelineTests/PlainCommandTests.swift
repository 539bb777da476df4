import Files
import SystemPackage
import TestSupport
import Testing

@testable import Pipeline

@Suite struct PlainCommandTests {
    private func words(_ line: String, _ extra: [String: String] = [:]) -> [String]? {
        let environment = ["PATH": "/usr/bin:/bin"].merging(extra) { $1 }
        return PlainCommand(line, environment: environment)?.words
    }

    @Test func aProgramWithPlainWordsNeedsNoShell() {
        #expect(words("python3 train.py") == ["python3", "train.py"])
        #expect(words(" ./run  --lr=0.1 -o a/b:c,d@e%f+g ") == ["./run", "--lr=0.1", "-o", "a/b:c,d@e%f+g"])
    }

    @Test(arguments: [
        "", " ", "a | b", "a > b", "a; b", "a & b", "a 'b'", "a \"b\"", "a $b", "a `b`", "a *", "a ?", "a [b]", "a ~",
        "a {b,c}", "a #b", "a\\ b", "a\tb", "a\nb", "a é", "a !b", "(a)", "x=1 a", "a=1", "a\0b", "^a", "a <b", "%1",
        "@a", ":", "a:b",
    ])
    func whatMayMeanMoreDoes(_ line: String) { #expect(words(line) == nil) }

    @Test(arguments: ["cd x", "echo x", "exit 3", "exec a", ". a", "source a", "test -f a", "while", "time a", "true"])
    func whatAShellHasItselfNeedsOne(_ line: String) { #expect(words(line) == nil) }

    @Test(arguments: [
        ["BASH_ENV": "/tmp/x"], ["SHELLOPTS": "xtrace"], ["BASHOPTS": "x"], ["BASH_FUNC_train%%": "() { :; }"],
        ["BASH_FUNC_other()": "() { :; }"], ["FOO.BAR": "1"], ["1A": "1"], ["": "1"], ["EXECIGNORE": "*"],
        ["PATH": "/bin:bin"], ["PATH": "/bin::/usr/bin"], ["PATH": ""], ["PATH": "/bin:/lib%func"],
    ])
    func anEnvironmentThatChangesShellsDoes(_ extra: [String: String]) { #expect(words("train a", extra) == nil) }

    @Test func withoutAPathAShellHasOneOfItsOwn() { #expect(PlainCommand("train a", environment: [:]) == nil) }

    @Test func onlyKnownShellsAreSpared() throws {
        func shortcut(_ shell: String) -> [String]? {
            StageShell(environment: ["SHELL": shell])
                .call("train a", directory: "/", environment: ["PATH": "/bin", "SHELL": shell]).shortcut?.words
        }
        #expect(shortcut("/bin/bash") == ["train", "a"])
        #expect(shortcut("/bin/cat") == nil)
        #expect(shortcut("/opt/no-such/bash") == nil)
        let folder = try TemporaryDirectory()
        let other = folder.path.appending("bash")
        try FileIO.makeSymlink(other, to: "/bin/cat")
        #expect(shortcut(other.string) == nil)
    }
}
