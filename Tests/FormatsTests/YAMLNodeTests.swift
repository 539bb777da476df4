import Formats
import Testing

@Suite struct YAMLNodeTests {
    @Test func placesAreBytesLinesAndColumns() throws {
        let text = "\u{FEFF}# ü\nkey: &a !!str \"vä\" # x\nlist:\n- é\n- - 1\n"
        let bytes = text.bytes
        let root = try #require(try YAML.parse(bytes, file: "x.yaml"))
        let value = try #require(root.entry("key"))
        #expect(String(decoding: bytes[value.start.offset..<value.end.offset], as: UTF8.self) == "\"vä\"")
        #expect(value.start.line == 2)
        #expect(value.start.column == 15)
        #expect(value.anchor == "a")
        let list = try #require(root.entry("list"))
        #expect(String(decoding: bytes[list.start.offset..<list.end.offset], as: UTF8.self) == "- é\n- - 1")
        #expect(root.end == list.end)
    }

    @Test func everyScalarIsWhereItSays() throws {
        let text = String(repeating: "- añb😀c: [plain, 'ü', x]\n", count: 300)
        let root = try #require(try YAML.parse(text.bytes, file: "x.yaml"))
        guard case .sequence(let items) = root.content else { return #expect(Bool(false)) }
        for (index, item) in items.enumerated() {
            guard case .mapping(let entries) = item.content, case .sequence(let flow) = entries[0].value.content else {
                return #expect(Bool(false))
            }
            #expect(source(entries[0].key, text) == "añb😀c")
            #expect(flow.map { source($0, text) } == ["plain", "'ü'", "x"])
            #expect(flow[2].start == SourcePosition(offset: index * 30 + 27, line: index + 1, column: 23))
            #expect(entries[0].value.isFlow && !item.isFlow)
        }
    }

    @Test func anchorsAndTagsAreNotPartOfTheNode() throws {
        let text = "a: &x\n  # note\n  b: 1\nc: &y !!map {d: 2}\ne: *x\n"
        let root = try #require(try YAML.parse(text.bytes, file: "x.yaml"))
        #expect(root.entry("a").map { source($0, text) } == "b: 1")
        #expect(root.entry("a")?.start == SourcePosition(offset: 17, line: 3, column: 3))
        #expect(root.entry("c").map { source($0, text) } == "{d: 2}")
        let alias = try #require(root.entry("e"))
        #expect(alias.isAlias && alias.anchor == "x")
        #expect(source(alias, text) == "*x")
        #expect(alias.entry("b")?.scalarText == "1")
    }

    @Test func stylesOfScalars() throws {
        let text = "[plain, 'single', \"double\"]\n"
        let block = "- |\n  literal\n- >\n  folded\n"
        #expect(try styles(text) == [.plain, .single, .double])
        #expect(try styles(block) == [.literal, .folded])
    }

    @Test func messageShowsTheLines() {
        let error = #expect(throws: FormatError.self) {
            try YAML.load("stages:\n  a:\n    cmd: x\n    cmd: y\n".bytes, file: "dvc.yaml")
        }
        let expected = """
            'dvc.yaml' is invalid: duplicate key 'cmd', line 4, column 5
              3 │   cmd: x
              4 │   cmd: y
            """
        #expect(error?.message == expected)
    }

    @Test func messageOfAnUnresolvedMerge() {
        let error = #expect(throws: FormatError.self) {
            try YAML.load("a: 1\n<<<<<<< HEAD\nb: [\n=======\n>>>>>>> main\n".bytes, file: "dvc.yaml")
        }
        #expect(error?.message.hasPrefix("'dvc.yaml' is invalid (possible merge conflicts): ") == true)
        #expect(error?.hint?.contains("<<<<<<<") == true)
    }

    private func styles(_ text: String) throws -> [YAMLNode.ScalarStyle] {
        guard case .sequence(let items)? = try YAML.parse(text.bytes, file: "x.yaml")?.content else { return [] }
        return items.compactMap { if case .scalar(_, let style, _) = $0.content { style } else { nil } }
    }

    private func source(_ node: YAMLNode, _ text: String) -> String {
        String(decoding: text.bytes[node.start.offset..<node.end.offset], as: UTF8.self)
    }
}
