import Formats
import Testing

/// Small texts that stand for huge or deep data are refused, and soon.
@Suite struct HostileTextTests {
    @Test(arguments: ["[", "{a: ", "- ", "? "])
    func deepYAML(_ opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(throws: FormatError.self) { try YAML.load(text.bytes, file: "dvc.yaml") }
    }

    @Test func deepJSON() {
        #expect(throws: FormatError.self) {
            try JSON.parse(String(repeating: "[", count: 1_000_000).bytes, file: "m.json")
        }
    }

    @Test func aliasesOfAliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: FormatError.self) { try YAML.load(text.bytes, file: "params.yaml") }
        #expect(error?.problem == "its aliases stand for too much data")
    }

    @Test func mergesOfMerges() {
        let keys = (0..<1000).map { "k\($0): 1" }.joined(separator: ", ")
        let merges = (0..<2000).map { "m\($0): {<<: *a}\n" }.joined()
        #expect(throws: FormatError.self) { try YAML.load("a: &a {\(keys)}\n\(merges)".bytes, file: "params.yaml") }
    }

    @Test func nestingThroughAliases() {
        var text = "a0: &a0 [x]\n"
        for level in 1...300 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(throws: FormatError.self) { try YAML.load(text.bytes, file: "params.yaml") }
    }

    @Test func deepestAllowed() throws {
        let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(try YAML.load(text.bytes, file: "a.yaml") == (try JSON.parse(text.bytes, file: "a.json")))
    }

    @Test func messagesCannotSteerTheTerminal() {
        let error = #expect(throws: FormatError.self) {
            try YAML.load("a: '\u{9B}31m'\n\u{202E}a: [\n".bytes, file: "x\u{1B}[2J.yaml")
        }
        #expect(error?.message.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" } == false)
        #expect(error?.message.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{9B}" } == false)
    }
}
