import Formats
import Testing

@Suite struct JSONTests {
    @Test func preimageOfTheRunCache() throws {
        let parameters = try YAML.load(try GoldenFile.bytes("yaml-scalars.params.yaml"), file: "params.yaml")
        let key = Value.mapping(
            Mapping([
                ("params", .mapping(Mapping([("params.yaml", parameters)]))), ("outs", .list([.string("out.txt")])),
                ("cmd", .string("echo 1 > out.txt")),
            ]))
        let preimage = try GoldenFile.cases("yaml-scalars.preimages.json")[0]["key_preimage"]?.string
        #expect(JSON.pythonDumps(key, sortKeys: true) == preimage)
    }

    @Test(arguments: [
        ("[1, -0, 1.0, 1e5, -1E-7, 123456789012345678901]", "[1, 0, 1.0, 100000.0, -1e-07, 123456789012345678901]"),
        ("[NaN, Infinity, -Infinity]", "[NaN, Infinity, -Infinity]"),
        (" { } ", "{}"), ("[true,false,null]", "[true, false, null]"),
        (#"{"a": 1, "b": 2, "a": 3}"#, #"{"a": 3, "b": 2}"#),
        (#""é\u00e9\uD83D\uDE00😀\/\b\f\n\r\t\"\\""#, #""\u00e9\u00e9\ud83d\ude00\ud83d\ude00/\b\f\n\r\t\"\\""#),
        (#""\ud800x\u007f""#, #""\ufffdx\u007f""#), ("\u{FEFF}1", "1"),
    ])
    func readAndWritten(_ text: String, _ expected: String) throws {
        #expect(JSON.pythonDumps(try parse(text)) == expected)
    }

    @Test(arguments: [
        ("", 1, 1), ("{", 1, 2), ("[1,]", 1, 4), ("{\"a\" 1}", 1, 6), ("{'a': 1}", 1, 2), ("01", 1, 1), ("1.", 1, 3),
        ("\"a\nb\"", 1, 3), ("\"\\x\"", 1, 2), ("\"\\u12g4\"", 1, 6), ("[1]\n]", 2, 1), ("\"é", 1, 3), ("nul", 1, 1),
        ("-", 1, 2),
    ])
    func refuses(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: FormatError.self) { try parse(text) }
        #expect(error?.position?.line == line)
        #expect(error?.position?.column == column)
    }

    @Test func keysAreSortedByCodePointOrSize() {
        let texts = ["b", "a", "Z", "é", "\u{1F600}", "\u{FFFD}", "aa"]
        let mapping = Value.mapping(Mapping(texts.map { ($0, .int(1)) }))
        let expected = #"{"Z": 1, "a": 1, "aa": 1, "b": 1, "\u00e9": 1, "\ufffd": 1, "\ud83d\ude00": 1}"#
        #expect(JSON.pythonDumps(mapping, sortKeys: true) == expected)
        let numbers = Mapping(entries: [10, 9, 100].map { .init(key: .int($0), value: .null) })
        #expect(JSON.pythonDumps(.mapping(numbers), sortKeys: true) == #"{"9": null, "10": null, "100": null}"#)
    }

    @Test func indentedLikePython() throws {
        let text = try parse(#"{"a": [1, {"b": []}], "c": {}}"#)
        let expected = """
            {
                "a": [
                    1,
                    {
                        "b": []
                    }
                ],
                "c": {}
            }
            """
        #expect(JSON.pythonDumps(text, indent: 4) == expected)
    }

    @Test func manyKeysWithDuplicates() throws {
        let keys = (0..<20_000).map { "\"k\($0 % 10_000)\": \($0)" }.joined(separator: ",")
        let mapping = try #require(try parse("{\(keys)}").mapping)
        #expect(mapping.entries.count == 10_000)
        #expect(mapping.entries[7].value == .int(10_007))
    }

    private func parse(_ text: String) throws -> Value { try JSON.parse(text.bytes, file: "metrics.json") }
}
