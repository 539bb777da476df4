import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct TemplateErrorTests {
    private static let files: [FilePath: String] = [
        "params.yaml": "lr: 1\nlst: [1, 2]\nd: {x: 1}\nrate: 2024-01-01\nnested: {l: [[1]]}\n",
        "v.json": "{\"p\": 1, \"rest\": 2}", "list.json": "[1]", "broken.yaml": "a: [1\nb: 2\n",
    ]

    private func complaint(_ text: String) -> String? {
        do {
            _ = try PipelineFile.parse(
                Array(text.utf8), path: "dvc.yaml", templates: TemplateSource(MemoryTree(Self.files)))
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        (
            "cmd: echo $HOME ${lrr}",
            "cannot resolve '${lrr}' in 'cmd' of stage 'a': there is no 'lrr', did you mean 'lr'?", 21
        ),
        ("cmd: echo ${d.y}", "cannot resolve '${d.y}' in 'cmd' of stage 'a': there is no 'y'", 15),
        ("cmd: echo ${lst[2]}", "'2' is not a place in a list of 2", 15),
        ("cmd: echo ${lr.x}", "a number has no 'x'", 15),
        ("cmd: echo ${}", "a name is missing in '${}'", 15),
        ("cmd: echo ${lst[0}", "'${lst[0}' lacks a ']'", 15),
        ("cmd: echo ${lst[0]x}", "'x' makes no sense in '${lst[0]x}'", 15),
        ("cmd: echo ${lst}", "${lst} is a list, which cannot be part of 'cmd' of stage 'a'", 15),
        ("cmd: ${d}", "${d} is a mapping, which 'cmd' of stage 'a' cannot be", 10),
        ("cmd: ${lr}", "'${lr}' is a number, expected a string for 'cmd' of stage 'a'", 10),
        ("cmd: echo ${rate}", "is a date", 15),
        ("cmd: echo ${nested}", "the list 'l' has a list in it", 15),
        ("{cmd: x, deps: ['${lr}']}", "'${lr}' is a number, expected a string", 22),
        ("{cmd: x, deps: '${lst}'}", "expected a list", 21),
        ("{cmd: x, outs: [{'${d}': }]}", "${d} is a mapping", 24),
        ("{cmd: x, frozen: '${lr}'}", "expected true or false", 23),
        ("{foreach: [1], do: {cmd: 'x ${key}'}}", "cannot resolve '${key}' in 'cmd' of stage 'a@1'", 34),
        ("{foreach: 5, do: {cmd: x}}", "expected a list or a mapping for 'foreach' of stage 'a', not a number", 16),
        ("{foreach: '${lr}', do: {cmd: x}}", "not a number", 16),
        ("{foreach: [''], do: {cmd: x}}", "an empty text in 'foreach'", 16),
        ("{foreach: [1]}", "missing 'do' in stage 'a'", 3),
        ("{do: {cmd: x}}", "missing 'foreach' in stage 'a'", 3),
        ("{foreach: [1], do: {cmd: x}, deps: [y]}", "'deps' of stage 'a' belongs below 'do'", 35),
        ("{foreach: [1], do: {cmd: x}, dos: [y]}", "unknown key 'dos' in stage 'a', did you mean 'do'?", 35),
        ("{foreach: [], do: {cmd: x, dep: [y]}}", "unknown key 'dep' in 'do' of stage 'a', did you mean 'deps'?", 33),
        ("{foreach: [1], do: {foreach: [2], do: {}}}", "unknown key 'foreach' in stage 'a@1'", 26),
        ("{foreach: [1], do: {cmd: x, vars: [{item: 1}]}}", "'item' is taken", 42),
        ("{matrix: {}, cmd: x}", "expected a mapping of names to lists for 'matrix' of stage 'a'", 15),
        ("{matrix: {a: x}, cmd: x}", "expected a list for 'a' in 'matrix' of stage 'a', not a string", 19),
        ("{matrix: {a: [x]}, cmd: '${item.b}'}", "there is no 'b'", 31),
    ])
    func inAStage(_ stage: String, _ problem: String, _ column: Int) throws {
        let isFlow = stage.hasPrefix("{")
        let text = isFlow ? "stages:\n  a: \(stage)\n" : "stages:\n  a:\n    \(stage)\n"
        let message = try #require(complaint(text))
        #expect(message.contains(problem), "\(message)")
        #expect(message.contains("line \(isFlow ? 2 : 3), column \(column)\n"), "\(message)")
        #expect(message.hasPrefix("'dvc.yaml' is invalid"))
    }

    @Test(arguments: [
        ("[{lr: 2}]", "cannot redefine 'lr': 'params.yaml' defines it already", 9),
        ("[{a: {b: 1}}, {a: {b: {c: 2}}}]", "cannot redefine 'a.b': 'vars[0]' defines it already", 26),
        ("['v.json:p', v.json]", "cannot load 'v.json': part of 'v.json' is loaded already", 20),
        ("['v.json:p', 'v.json:p']", "cannot load 'v.json:p': part of 'v.json' is loaded already", 20),
        ("[v.json, 'v.json:p']", "all of it is loaded already", 16),
        ("['v.json:res']", "'v.json' has no key 'res', did you mean 'rest'?", 8),
        ("[w.json]", "'w.json' does not exist", 8),
        ("[list.json]", "'list.json' is a list", 8),
        ("[../v.json]", "'../v.json' is not a file of the project", 8),
        ("[/etc/passwd]", "'/etc/passwd' is not a file of the project", 8),
        ("['${lr}.json']", "'${…}' cannot be used in 'vars'", 8),
        ("[{a: ['${lr}']}]", "'${…}' cannot be used in 'vars'", 8),
        ("[5]", "expected a file name or a mapping", 8), ("{a: 1}", "expected a list for 'vars'", 7),
    ])
    func inVars(_ vars: String, _ problem: String, _ column: Int) throws {
        let message = try #require(complaint("vars: \(vars)\n"))
        #expect(message.contains(problem), "\(message)")
        #expect(message.contains("line 1, column \(column)\n"), "\(message)")
    }

    @Test func otherFilesHaveTheirOwnPlaces() throws {
        let message = try #require(complaint("vars: [broken.yaml]\n"))
        #expect(message.hasPrefix("'broken.yaml' is invalid"))
        #expect(message.contains("line 2"))
    }

    @Test func generatedNamesMustDiffer() throws {
        let message = try #require(complaint("stages:\n  a@x: {cmd: x}\n  a: {foreach: [x], do: {cmd: y}}\n"))
        #expect(message.contains("stage 'a@x' is there twice, line 3, column 3"))
    }

    @Test func bombsEndInAnError() throws {
        let axis = "[" + (0..<100).map(String.init).joined(separator: ", ") + "]"
        let matrix = (0..<20).map { "      k\($0): \(axis)\n" }.joined()
        #expect(complaint("stages:\n  a:\n    matrix:\n\(matrix)    cmd: x\n")?.contains("too much data") == true)
        // Each merge key brings in ten times what the one before does.
        var merging = "stages:\n  a: &a0 {cmd: x}\n"
        for level in 1...12 {
            merging +=
                "  b\(level): &a\(level) {<<: [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "], cmd: x}\n"
        }
        #expect(complaint(merging)?.contains("too much data") == true)
        let long = String(repeating: "y", count: 100_000)
        let names = String(repeating: "${v}", count: 200)
        let growing = "vars: [{v: \(long)}]\nstages:\n  a:\n    foreach: \(axis)\n    do:\n      cmd: x \(names)\n"
        #expect(complaint(growing)?.contains("too much data") == true)
    }
}
