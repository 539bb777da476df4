import Formats
import Testing

@Suite struct YAMLLoadTests {
    @Test func scalarsOfTheVectors() throws {
        for vector in try GoldenFile.cases("yaml-load.json") {
            let text = try #require(vector["text"]?.string)
            let loaded = Result { try load("v: " + text + "\n").mapping?["v"] }
            if vector["error"] != nil {
                #expect(throws: FormatError.self, "\(text)") { try loaded.get() }
                continue
            }
            let value = try #require(try loaded.get(), "\(text)")
            let expected = vector["value"] ?? .null
            switch value {
            case .float(let double): #expect(PythonNumber.repr(double) == expected.string, "\(text)")
            case .timestamp(let own): #expect(own == text && vector["type"]?.string?.hasPrefix("date") == true)
            default: #expect(value == expected, "\(text)")
            }
            #expect(vector["type"]?.string == typeName(value), "\(text)")
        }
    }

    private func typeName(_ value: Value) -> String {
        switch value {
        case .null: "NoneType"
        case .bool: "bool"
        case .int, .bigInt: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .mapping: "dict"
        case .timestamp(let text): text.utf8.count == 10 ? "date" : "datetime"
        }
    }

    @Test func anEmptyTextIsNull() throws {
        for text in ["", "\n", "# only a comment\n", "---\n", "\u{FEFF}", "~\n"] { #expect(try load(text) == .null) }
    }

    @Test func mergedKeysComeFirstAndAreOverridden() throws {
        let text = """
            base: &b {x: 1, l: [1, 2]}
            other: &o {x: 5, z: 6}
            one: {y: 0, <<: *b, x: 2}
            two: {<<: [*b, *o], w: 3}

            """
        let value = try load(text)
        #expect(PythonText.repr(value.mapping?["one"] ?? .null) == "{'x': 2, 'l': [1, 2], 'y': 0}")
        #expect(PythonText.repr(value.mapping?["two"] ?? .null) == "{'x': 1, 'z': 6, 'l': [1, 2], 'w': 3}")
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "duplicate key 'a'", 3, 1), ("1: a\ntrue: b\n", "duplicate key 'True'", 2, 1),
        ("a: [1, 2\n", "did not find expected ',' or ']'", 2, 1), ("a: *x\n", "undefined alias 'x'", 1, 4),
        ("a: &x [1, *x]\n", "'*x' stands for what contains it", 1, 11), ("a: =\n", "'=' has no meaning", 1, 4),
        ("a: <<\n", "'<<' has no meaning", 1, 4), ("a: !foo 1\n", "unknown tag '!foo'", 1, 9),
        ("a: !foo [1]\n", "unknown tag '!foo'", 1, 4), ("{a: 1}: b\n", "a mapping cannot be a key", 1, 1),
        ("<<: 1\n", "only a mapping or a list of mappings can be merged", 1, 5),
        ("a: 1\n---\nb: 2\n", "more than one document", 2, 1), ("ä: é\tü: 1\n", "mapping values are not allowed", 1, 7),
        ("a: !!int x\n", "'x' does not fit its tag", 1, 10),
    ])
    func refuses(_ text: String, _ problem: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: FormatError.self) { try load(text) }
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
        #expect(error?.position?.line == line)
        #expect(error?.position?.column == column)
    }

    @Test func textThatIsNotUTF8() throws {
        let error = #expect(throws: FormatError.self) {
            try YAML.load("a: 1\nb: ".bytes + [0xFF, 0x0A], file: "params.yaml")
        }
        #expect(error?.position == SourcePosition(offset: 8, line: 2, column: 4))
    }

    @Test func keysAreComparedByBytes() throws {
        let value = try load("\u{E9}: 1\ne\u{301}: 2\n")
        #expect(value.mapping?.entries.count == 2)
        #expect(value.mapping?["e\u{301}"] == .int(2))
    }

    @Test func manyKeysAreCheckedForDuplicatesQuickly() throws {
        let lines = (0..<50_000).map { "k\($0): 1" }
        #expect(try load(lines.joined(separator: "\n")).mapping?.entries.count == 50_000)
        #expect(throws: FormatError.self) { try load((lines + ["k7: 1"]).joined(separator: "\n")) }
    }

    private func load(_ text: String) throws -> Value { try YAML.load(text.bytes, file: "params.yaml") }
}
