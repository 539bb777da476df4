import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

/// Entries of `dvc.yaml`, `dvc.lock`, the run cache and `.dvc` files that are not what their place asks for: each is
/// refused with the place of the fault.
@Suite struct BrokenEntryTests {
    private func expect(
        _ problem: String, _ line: Int, _ column: Int, _ body: () throws(FormatError) -> some Any
    ) throws {
        do throws(FormatError) {
            _ = try body()
            Issue.record("it is taken")
        } catch {
            #expect(error.problem.contains(problem), "\(error.message)")
            #expect(error.position?.line == line && error.position?.column == column, "\(error.message)")
        }
    }

    @Test(arguments: [
        ("    params: 5\n", "expected a mapping for 'params' of stage 'a'", 4, 13),
        ("    cmd: x\n    foo: 1\n", "unknown key 'foo' in stage 'a'", 5, 5),
        ("    outs:\n    - path: \"a\\0b\"\n", "a NUL character in a path", 5, 13),
        ("    outs:\n    - md5: 60b725f10c9c85c70d97880dfe8191b3\n", "missing 'path' in an entry in 'outs'", 5, 7),
        ("    deps:\n    - path: [x]\n", "expected a string for 'path'", 5, 13),
        ("    deps:\n    - path: ''\n", "expected a string for 'path'", 5, 13),
        ("    outs:\n    - path: p\n      size: many\n", "expected a number for 'size'", 6, 13),
        ("    outs:\n    - path: p\n      nfiles: -1\n", "expected a number for 'nfiles'", 6, 15),
        ("    outs:\n    - path: p\n      isexec: maybe\n", "expected true or false for 'isexec'", 6, 15),
        ("    outs:\n    - path: p\n      sise: 1\n", "unknown key 'sise'", 6, 7),
        ("    ? [x]\n    : 1\n", "expected a string for a key of stage 'a'", 4, 7),
        ("    cmd: x\n    cmd: y\n", "key 'cmd' is there twice", 5, 5),
        ("    outs: p\n", "expected a list for 'outs' of stage 'a'", 4, 11),
    ])
    func ofTheLock(_ entry: String, _ problem: String, _ line: Int, _ column: Int) throws {
        let text = "schema: '2.0'\nstages:\n  a:\n" + entry
        try expect(problem, line, column) { () throws(FormatError) in
            try LockFile.parse(Array(text.utf8), file: "dvc.lock")
        }
    }

    @Test func ofTheRunCache() throws {
        #expect(throws: FormatError(file: "f", problem: "expected the entry of a stage")) {
            try StageLock.parse([], file: "f")
        }
        try expect("expected a mapping for the entry", 1, 1) { () throws(FormatError) in
            try StageLock.parse(Array("[x]\n".utf8), file: "f")
        }
    }

    @Test(arguments: [
        ("{cmd: \"a\\0b\"}", "a NUL character in 'cmd' of stage 'a'", 12),
        ("{cmd: {x: 1}}", "expected a string or a list of strings for 'cmd' of stage 'a'", 12),
        ("{cmd: x, deps: ['']}", "expected a path for 'deps' of stage 'a'", 22),
        ("{cmd: x, outs: ['']}", "expected a path for", 22),
        ("{cmd: x, outs: [{'': }]}", "expected a path for an output of stage 'a'", 23),
        ("{cmd: x, live: {a: , b: }}", "expected one path in 'live' of stage 'a'", 21),
        ("{cmd: x, live: {a: {sumary: true}}}", "unknown key 'sumary'", 26),
        ("{cmd: x, params: [{'': [lr]}]}", "expected a file name in 'params' of stage 'a'", 25),
        ("{cmd: x, params: [{p.yaml: lr}]}", "expected a list for 'p.yaml' in 'params' of stage 'a'", 33),
        ("{cmd: x, ? [y] : 1}", "expected a string for a key of stage 'a'", 17),
    ])
    func ofAStage(_ stage: String, _ problem: String, _ column: Int) throws {
        try expect(problem, 2, column) { () throws(FormatError) in
            try PipelineFile.parse(Array("stages:\n  a: \(stage)\n".utf8), path: "dvc.yaml")
        }
    }

    @Test(arguments: [
        ("artifacts:\n  m: {type: model}\n", "missing 'path' in artifact 'm'", 2, 3),
        ("artifacts:\n  m: {path: ''}\n", "expected a path for 'path' of artifact 'm'", 2, 13),
        ("artifacts:\n  m: {path: x, lables: []}\n", "unknown key 'lables'", 2, 16),
        ("stages:\n  '': {cmd: x}\n", "expected a name for a stage", 2, 3),
        ("vars: [{v: \"a\\0b\"}]\nstages:\n  a: {cmd: '${v}'}\n", "a NUL character in 'cmd' of stage 'a'", 3, 12),
    ])
    func ofThePipeline(_ text: String, _ problem: String, _ line: Int, _ column: Int) throws {
        try expect(problem, line, column) { () throws(FormatError) in
            try PipelineFile.parse(Array(text.utf8), path: "dvc.yaml", templates: TemplateSource(MemoryTree([:])))
        }
    }

    /// A merge key in a merge key in …: YAML allows it, and each level costs stack.
    @Test func mergesInMerges() throws {
        let text =
            "stages:\n  a: " + String(repeating: "{<<: ", count: 20) + "{cmd: x}" + String(repeating: "}", count: 20)
        let message = try #require(complaint(text))
        #expect(message.contains("merge keys are nested too deeply"), "\(message)")
        let shallow =
            "stages:\n  a: " + String(repeating: "{<<: ", count: 10) + "{cmd: x}" + String(repeating: "}", count: 10)
        #expect(try parsed(shallow).stages[0].commandLines == ["x"])
    }

    @Test func aDateAmongArguments() throws {
        let text = "vars: [{d: {x: 2024-01-01}}]\nstages:\n  a: {cmd: 'echo ${d}'}\n"
        try expect("'x' is a date; quote it where it is defined", 3, 18) { () throws(FormatError) in
            try PipelineFile.parse(Array(text.utf8), path: "dvc.yaml", templates: TemplateSource(MemoryTree([:])))
        }
    }

    /// A file of variables that is there but cannot be read, here because it is a folder.
    @Test func variablesInAFolder() throws {
        let tree = WorkspaceTree(root: Golden.folder)
        let error = #expect(throws: FormatError.self) {
            try PipelineFile.parse(
                Array("vars: [single-stage-2x]\n".utf8), path: "dvc.yaml", templates: TemplateSource(tree))
        }
        #expect(error?.message.contains("cannot read 'single-stage-2x'") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("- path: x\n  labels: [[y]]\n", "expected a string in 'labels' in 'outs'", 3, 12),
        ("- path: [x]\n", "expected a string for 'path'", 2, 9), ("- path: ''\n", "expected a string for 'path'", 2, 9),
        ("- path: x\n  remote: {a: 1}\n", "expected a string for 'remote'", 3, 11),
        ("- path: x\n  md5: abc\n", "'abc' is not an MD5 hash", 3, 8),
        ("- path: x\n  size: y\n", "expected a number for 'size'", 3, 9),
    ])
    func ofADataFile(_ output: String, _ problem: String, _ line: Int, _ column: Int) throws {
        try expect(problem, line, column) { () throws(FormatError) in
            try TrackedData.parse(Array(("outs:\n" + output).utf8), path: "x.dvc", root: "/project")
        }
    }
}
