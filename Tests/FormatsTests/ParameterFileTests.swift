import Formats
import Testing

@Suite struct ParameterFileTests {
    @Test func pythonIsReadAsByDVC() throws {
        for golden in try GoldenFile.cases("python-load.json") {
            let text = try #require(golden["text"]?.string)
            // A byte order mark is no reason to refuse a file.
            guard golden["error"] == nil else { continue }
            let value = try ParameterFile.load(text.bytes, name: "p.py")
            #expect("\(value)" == "\(golden["value"]?.unpaired as Any? ?? "")", "\(text)")
        }
    }

    @Test func tomlIsReadAsByDVC() throws {
        for golden in try GoldenFile.cases("toml-load.json") {
            let text = try #require(golden["text"]?.string)
            guard let expected = golden["value"]?.unpaired else {
                #expect(throws: FormatError.self, "\(text)") { try ParameterFile.load(text.bytes, name: "p.toml") }
                continue
            }
            let value = try ParameterFile.load(text.bytes, name: "p.toml")
            #expect("\(value)" == "\(expected)", "\(text)")
        }
    }

    /// The lock file of a run says what DVC read out of each file.
    @Test func valuesOfALockFile() throws {
        let lock = try YAML.load(GoldenFile.bytes("params-formats.lock"), file: "dvc.lock")
        let files = try #require(ParameterFile.value(at: "stages.first.params", in: lock)?.mapping)
        #expect(files.entries.count == 6)
        for file in files.entries {
            let name = try #require(file.key.string)
            let root = try ParameterFile.load(GoldenFile.bytes("params-formats/" + name), name: name)
            for entry in try #require(file.value.mapping).entries {
                let key = try #require(entry.key.string)
                #expect(ParameterFile.value(at: key, in: root) == entry.value, "\(name): \(key)")
            }
        }
    }

    @Test(arguments: [
        ("P.JSON", "{\"a\": 1}"), ("x.Toml", "a = 1"), ("dir.py/x.PY", "a = 1"), ("params", "a: 1"),
        ("x.json.bak", "a: 1"),
    ])
    func suffixTellsTheFormat(name: String, text: String) throws {
        #expect(try ParameterFile.load(text.bytes, name: name) == .mapping(Mapping([("a", .int(1))])))
    }

    @Test func emptyFilesAreEmptyMappings() throws {
        for name in ["p.yaml", "p.toml", "p.py"] {
            #expect(try ParameterFile.load([], name: name) == .mapping(Mapping()))
        }
        #expect(try ParameterFile.load("null".bytes, name: "p.json") == .mapping(Mapping()))
    }

    @Test func datesOfTOMLAreTimestamps() throws {
        let text = "a = 1979-05-27\nb = 07:32:00\nc = 1979-05-27 07:32:00.5Z\nd = 1979-05-27T07:32:00+01:00\n"
        let values = try ParameterFile.load(text.bytes, name: "p.toml").mapping?.entries.map(\.value)
        #expect(
            values == [
                .timestamp("1979-05-27"), .timestamp("07:32:00"), .timestamp("1979-05-27 07:32:00.5Z"),
                .timestamp("1979-05-27T07:32:00+01:00"),
            ])
    }

    @Test func keysAreFoundByTheirBytes() throws {
        let root = try ParameterFile.load(
            "{\"\u{E9}\": 1, \"e\u{301}\": 2, \"l\": [{\"7\": 3}], \"a.b\": 4}".bytes, name: "p.json")
        #expect(ParameterFile.value(at: "\u{E9}", in: root) == .int(1))
        #expect(ParameterFile.value(at: "e\u{301}", in: root) == .int(2))
        #expect(ParameterFile.value(at: "l.0.7", in: root) == .int(3))
        #expect(ParameterFile.value(at: "l.1", in: root) == nil)
        #expect(ParameterFile.value(at: "a.b", in: root) == nil)
    }

    @Test(arguments: [
        ("p.toml", "a = " + String(repeating: "[", count: 100_000)),
        ("p.toml", "a = " + String(repeating: "{a=", count: 100_000)),
        ("p.toml", String(repeating: "a.", count: 100_000) + "a = 1"),
        ("p.toml", "[" + String(repeating: "a.", count: 100_000) + "a]"),
        ("p.py", "a = " + String(repeating: "[", count: 100_000)),
        ("p.py", "a = '"), ("p.py", "a = '''x"), ("p.toml", "a = \"x\u{0}"), ("p.toml", "\u{0}"),
    ])
    func hostileTextIsRefused(name: String, text: String) {
        #expect(throws: FormatError.self) { try ParameterFile.load(text.bytes, name: name) }
    }

    @Test func everyPrefixOfAFileIsSafe() throws {
        for name in ["p.json", "p.py", "p.toml", "params.yaml"] {
            let bytes = try GoldenFile.bytes("params-formats/" + name)
            let overrides = ["+new.x=1", "~D.a", "jl.0=5", "sec.x='ü'", "l.1.a=[1]", "C.Z=null"]
            for length in 0...bytes.count {
                let part = Array(bytes[..<length])
                guard let before = try? ParameterFile.load(part, name: name) else { continue }
                for text in overrides {
                    let override = try ParameterOverride.parse(text)
                    guard let after = try? ParameterEdit.apply([override], to: part, name: name) else { continue }
                    #expect(try ParameterFile.load(after, name: name) != before)
                }
            }
        }
    }

    @Test func mistakesHaveAPlace() {
        let error = #expect(throws: FormatError.self) { try ParameterFile.load("a = 1\nb = x\n".bytes, name: "p.toml") }
        #expect(error?.position == SourcePosition(offset: 10, line: 2, column: 5))
        #expect(
            error?.message.hasPrefix("'p.toml' is invalid: not valid TOML: 'x' is no value; texts need quotes, line 2")
                == true)
    }
}
