import Formats
import Testing

/// Texts that are broken in ways that only an editor, a full disk or an enemy brings about.
@Suite struct BrokenTextTests {
    @Test(arguments: [
        ([0x5B, 0xFF, 0x5D], "the text is not valid UTF-8", 2), (Array("1e".utf8), "a digit is missing", 3),
        (Array("[1e+]".utf8), "a digit is missing", 5), (Array("\"\\".utf8), "a string does not end", 3),
        ([0x22, 0x01, 0x22], "a control character in a string must be escaped", 2),
        (Array(String(repeating: "9", count: 5000).utf8), "a number has too many digits", 1),
    ])
    func json(_ bytes: [UInt8], _ problem: String, _ column: Int) {
        let error = #expect(throws: FormatError.self) { try JSON.parse(bytes, file: "m.json") }
        #expect(error?.problem == problem)
        #expect(error?.position?.column == column)
    }

    @Test(arguments: [
        (Array("a: 1\nb: \u{1}".utf8), "", 2), ([0x61, 0x3A, 0x20, 0xFF], "the text is not valid UTF-8", 1),
        (Array("a: {<<: 5}\n".utf8), "only a mapping or a list of mappings can be merged", 1),
        (Array("a:\n  <<: [5]\n".utf8), "only a mapping or a list of mappings can be merged", 2),
        (Array("b: &b {x: 1}\na:\n  <<: [*b, x]\n".utf8), "only a mapping or a list of mappings can be merged", 3),
    ])
    func yaml(_ bytes: [UInt8], _ problem: String, _ line: Int) {
        let error = #expect(throws: FormatError.self) { try YAML.load(bytes, file: "params.yaml") }
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
        #expect(error?.position?.line == line)
    }

    /// libyaml compares each with all before it.
    @Test func manyTags() {
        let text = (0..<5000).map { "%TAG !t\($0)! x\n" }.joined() + "---\na: 1\n"
        let error = #expect(throws: FormatError.self) { try YAML.load(text.bytes, file: "params.yaml") }
        #expect(error?.problem == "too many '%TAG' lines")
    }

    /// Keys that are numbers stay as they are where they can, and the whole entry is written anew where not.
    @Test(arguments: ["stages:\n  a:\n    cmd: x\n", "stages:\n  a:\n    1: x\n    cmd: x\n"])
    func keysThatAreNoText(_ before: String) throws {
        for value in [
            Value.mapping(Mapping(entries: [.init(key: .int(1), value: .string("y"))])),
            .mapping(Mapping([("cmd", .string("y"))])),
        ] {
            let after = try YAMLTextEdit.setEntry(
                in: before.bytes, file: "dvc.yaml", path: ["stages"], key: "a", value: value)
            let entry = try YAML.load(after, file: "dvc.yaml").mapping?["stages"]?.mapping?["a"]
            #expect(entry == value, "\(String(decoding: after, as: UTF8.self))")
        }
    }
}
