import Formats
import Testing

/// The quick reader of simple files and the full parser must never differ.
@Suite struct SimpleYAMLTests {
    private static let lines = [
        "a: 1", "- b", "  c: d", "a:", "- - x", "- a: b", "'q': 1", "k: 'it''s'", "k: \"a\\nb\"", "k: [1, -2.5,x]",
        "k: {}", "k: [ ]", "k: x # c", "# c", "", "  - y", "    deep", "---", "...", "? k", "k: >-", "k: ~", "<<: x",
        "=: y", "k: =", "k: - x", "k: b: c", "k:v", "k :v", "true: a", "1: b", "1.0: c", "k: -", "k: -1", "-", "- ",
        "k: --x", "k: #c", "k: x#c", "- # c", "k: &a b", "k: *a", "k: 'a' b", "k: \"a\"#c", "k: [a]#c", "k: 2024-01-01",
        "k: x  ", "k: @a", "@k: 1", "k: [- a]", "k: ...", "k: é", "  # c", "k: 'a", "k: http://x:1/y",
        "    # c", "    more # c", "      # c", "k: [a", "k: [a,", "    ", "k: [a b, c: d]",
    ]

    @Test func pairsOfLines() throws {
        for first in Self.lines {
            for second in Self.lines { try compare(first + "\n" + second + "\n") }
        }
    }

    @Test func linesInContext() throws {
        for first in Self.lines {
            for second in Self.lines { try compare("x:\n  y: long\n    text\n  z:\n  \(first)\n  \(second)") }
        }
    }

    @Test func fixtures() throws {
        for vector in try GoldenFile.cases("lock-comments.json") { try compare(try #require(vector["text"]?.string)) }
        for vector in try GoldenFile.cases("yaml-emit.json") { try compare(try #require(vector["yaml"]?.string)) }
        for vector in try GoldenFile.cases("yaml-emit-random.json") {
            try compare(try #require(vector["text"]?.string))
        }
    }

    private func compare(_ text: String) throws {
        let quick = try? YAML.load(text.bytes, file: "x.yaml")
        let full = try? YAML.parse(text.bytes, file: "x.yaml").map { try YAML.value(of: $0, file: "x.yaml") } ?? .null
        #expect(quick.map(PythonText.repr) == full.map(PythonText.repr), "\(text)")
    }
}
