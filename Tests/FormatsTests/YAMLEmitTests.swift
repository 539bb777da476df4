import Formats
import Testing

@Suite struct YAMLEmitTests {
    @Test func commandsOfTheVectors() throws {
        for vector in try GoldenFile.cases("yaml-emit.json") {
            let stage = Value.mapping(Mapping([("cmd", try #require(vector["cmd"]))]))
            let document = Value.mapping(Mapping([("stages", .mapping(Mapping([("s", stage)])))]))
            #expect(YAML.emit(document) == vector["yaml"]?.string)
        }
    }

    @Test func randomDocuments() throws {
        for vector in try GoldenFile.cases("yaml-emit-random.json") {
            let value = try #require(vector["value"])
            #expect(YAML.emit(value) == vector["text"]?.string)
        }
    }

    @Test func losslessTextReadsBack() throws {
        for vector in try GoldenFile.cases("yaml-emit-random.json") {
            let value = try #require(vector["value"])
            let text = YAML.emit(value, lossless: true)
            #expect(isSame(try YAML.load(text.bytes, file: "x.yaml"), value))
            if vector["readable"] == .bool(true) { #expect(text == vector["text"]?.string) }
        }
    }

    @Test(arguments: ["yaml-scalars", "cmd-forms", "params-formats", "lock-update.after"])
    func lockFilesOfRuns(_ name: String) throws {
        let text = try GoldenFile.text(name + ".lock").split(separator: "\n").filter { !$0.contains("hand comment") }
        let plain =
            text.map { $0.hasSuffix("# eol comment") ? "    - path: three.txt" : $0 }.joined(separator: "\n") + "\n"
        #expect(YAML.emit(try YAML.load(plain.bytes, file: "dvc.lock")) == plain)
    }

    @Test func parametersAsTheLockHasThem() throws {
        let parameters = try YAML.load(try GoldenFile.bytes("yaml-scalars.params.yaml"), file: "params.yaml")
        let lock = try YAML.load(try GoldenFile.bytes("yaml-scalars.lock"), file: "dvc.lock")
        let written = lock.mapping?["stages"]?.mapping?["q"]?.mapping?["params"]?.mapping?["params.yaml"]?.mapping
        for entry in try #require(parameters.mapping).entries {
            #expect(written?[entry.key.string ?? ""] == entry.value)
        }
    }

    @Test func keysThatAreNotShortText() {
        let long = String(repeating: "k ", count: 60) + "k"
        let longer = String(repeating: "k", count: 123)
        let mapping = Mapping(entries: [
            .init(key: .null, value: .int(1)), .init(key: .bool(true), value: .null),
            .init(key: .float(1e-7), value: .string("a")), .init(key: .string(long), value: .list([.int(1)])),
            .init(key: .string(longer), value: .list([.int(1), .int(2)])), .init(key: .string("a\nb"), value: .null),
            .init(key: .list([.int(1), .string("x")]), value: .mapping(Mapping([("b", .int(2)), ("c", .int(3))]))),
        ])
        let expected = """
            null: 1
            true:
            1e-07: a
            \(long):
            - 1
            ? \(longer)
            : - 1
              - 2
            ? "a\\nb"
            :
            ? - 1
              - x
            : b: 2
              c: 3

            """
        #expect(YAML.emit(.mapping(mapping)) == expected)
    }

    @Test func spacesLostByTheLayoutAreExpected() {
        let value = Value.string(String(repeating: "a  ", count: 40) + "b")
        let document = Value.mapping(Mapping([("cmd", value)]))
        #expect(YAML.readBack(document) != document)
    }

    @Test func emptyCollectionsAndScalarsAtTheTop() {
        #expect(YAML.emit(.mapping(Mapping())) == "{}\n")
        #expect(YAML.emit(.list([.list([]), .null, .mapping(Mapping())])) == "- []\n- \n- {}\n")
        #expect(YAML.emit(.string("a")) == "a\n...\n")
        #expect(YAML.emit(.bigInt("100000000000000000000")) == "100000000000000000000\n...\n")
    }

    /// Equality that takes NaN for equal to itself.
    private func isSame(_ left: Value, _ right: Value) -> Bool { PythonText.repr(left) == PythonText.repr(right) }
}
