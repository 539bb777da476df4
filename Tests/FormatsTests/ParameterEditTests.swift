import Formats
import Testing

@Suite struct ParameterEditTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let before: String
        let override: String
        let after: String
        var testDescription: String { override }

        init(_ file: String, _ before: String, _ override: String, _ after: String) {
            self.file = file
            self.before = before
            self.override = override
            self.after = after
        }
    }

    @Test(arguments: yaml) func yamlKeepsEverythingElse(_ example: Case) throws { try check(example) }
    @Test(arguments: flow) func yamlInBracketsKeepsEverythingElse(_ example: Case) throws { try check(example) }
    @Test(arguments: json) func jsonKeepsEverythingElse(_ example: Case) throws { try check(example) }
    @Test(arguments: toml) func tomlKeepsEverythingElse(_ example: Case) throws { try check(example) }
    @Test(arguments: python) func pythonKeepsEverythingElse(_ example: Case) throws { try check(example) }

    @Test func windowsLineEndsStay() throws {
        for example in Self.yaml + Self.flow + Self.json + Self.toml + Self.python
        where example.before.contains("\n") {
            let windows = { (text: String) in
                text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
            }
            try check(Case(example.file, windows(example.before), example.override, windows(example.after)))
        }
    }

    @Test(arguments: [
        ("p.toml", "a = 1\n", "a=null", "TOML has no null"),
        ("p.toml", "[a]\nb = 1\n", "~a", "it is a table of its own"),
        ("p.py", "a = 1\n", "a=inf", "Python has no literal for inf"),
        ("p.py", "a = 1\n", "+b.c-d=1", nil),
        ("p.json", "{\"a\": 1}\n", "+b={1: 2}", "a key of JSON has to be text"),
        ("p.yaml", "a: !!str 1\n", "a=2", "other values would change with it"),
    ])
    func whatAFormatCannotSay(file: String, before: String, override: String, reason: String?) throws {
        let change = try ParameterOverride.parse(file + ":" + override)
        guard let reason else {
            _ = try ParameterEdit.apply([change], to: before.bytes, name: file)
            return
        }
        let error = #expect(throws: OverrideError.self) {
            try ParameterEdit.apply([change], to: before.bytes, name: file)
        }
        #expect(error?.message.hasSuffix(": " + reason) == true)
    }

    /// Texts that would read as another type come back as texts, whatever the format and the quotes.
    @Test func textsComeBackAsTexts() throws {
        let texts = [
            "true", "null", "~", "0x10", "1e3", "1_000", "017", "2021-01-01", ".inf", "", " ", "a: b", "a #b", "#a",
            "- a", "-",
            "'", "\"", "it's", "a\\b", "{a}", "[a]", "a, b", "?", ": ", "%a", "@a", "`a`", "&a", "*a", "!a", "|", ">",
            "=",
            "<<", "ü", "日本 😀", "a\tb", "a\nb", "a\n\n b\n", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{7F}", "\u{1}", "yes",
            String(repeating: "word ", count: 60), String(repeating: "x", count: 300),
        ]
        let files = [
            ("p.yaml", ["a: x\n", "a: 'x'\n", "a: \"x\"\n", "a: {b: x}\n", "a: |\n  x\n"]),
            ("p.json", ["{\"a\": \"x\"}"]), ("p.toml", ["a = 'x'\n", "a = \"x\"\n", "a = \"\"\"\nx\"\"\"\n"]),
            ("p.py", ["a = 'x'\n", "a = \"x\"\n", "a = '''x'''\n"]),
        ]
        for text in texts {
            for (file, befores) in files {
                for before in befores {
                    let key = before.contains("{b") ? "a.b" : "a"
                    let quoted = "\"" + text.replacing("\\", with: "\\\\", before: "\"") + "\""
                    let override = try ParameterOverride.parse("\(file):\(key)=\(quoted)")
                    #expect(override.value == .string(text))
                    let after = try ParameterEdit.apply([override], to: before.bytes, name: file)
                    let value = ParameterFile.value(at: key, in: try ParameterFile.load(after, name: file))
                    #expect(value == .string(text), "\(file): \(before) \(String(decoding: after, as: UTF8.self))")
                }
            }
        }
    }

    private func check(_ example: Case) throws {
        let override = try ParameterOverride.parse(example.file + ":" + example.override)
        let after = try ParameterEdit.apply([override], to: example.before.bytes, name: example.file)
        #expect(String(decoding: after, as: UTF8.self) == example.after, "\(example.override) in \(example.before)")
    }

    static let yaml = [
        Case("p.yaml", "# top\nlr: 0.1  # rate\nb: 2\n", "lr=0.01", "# top\nlr: 0.01  # rate\nb: 2\n"),
        Case("p.yaml", "lr:    1e-4\nb: 0x10\n", "lr=5", "lr:    5\nb: 0x10\n"),
        Case("p.yaml", "a: \"x\"  # c\n", "a=y", "a: \"y\"  # c\n"),
        Case("p.yaml", "a: 'x'\n", "a=y z", "a: 'y z'\n"),
        Case("p.yaml", "a: 'x'\n", "a=5", "a: 5\n"),
        Case("p.yaml", "a: x\n", "a='5'", "a: '5'\n"),
        Case("p.yaml", "a:\nb: 1\n", "a=5", "a: 5\nb: 1\n"),
        Case("p.yaml", "a: # none yet\nb: 1\n", "a=5", "a: 5 # none yet\nb: 1\n"),
        Case("p.yaml", "a: # none yet\nb: 1\n", "+a.x=5", "a: # none yet\n  x: 5\nb: 1\n"),
        Case("p.yaml", "a: null # none yet\nb: 1\n", "a={x: [1, 2]}", "a: # none yet\n  x:\n  - 1\n  - 2\nb: 1\n"),
        Case("p.yaml", "a: 1", "a=2", "a: 2"),
        Case("p.yaml", "a: 1", "+b=2", "a: 1\nb: 2\n"),
        Case("p.yaml", "a: 1", "~a", "{}"),
        Case("p.yaml", "", "+a.b=1", "a:\n  b: 1\n"),
        Case("p.yaml", "# nothing yet\n", "+a=1", "# nothing yet\na: 1\n"),
        Case("p.yaml", "a: |\n  x\n  y\nb: 1\n", "a=z", "a: z\nb: 1\n"),
        Case("p.yaml", "a: |+\n  x\n\n", "+b=1", "a: |+\n  x\n\nb: 1\n"),
        Case("p.yaml", "a:\n  k: |\n    x\n\nb: 1\n", "+a.z=1", "a:\n  k: |\n    x\n  z: 1\n\nb: 1\n"),
        Case("p.yaml", "a: >-\n  x\n  y\n\nb: 1\n", "a=z", "a: z\n\nb: 1\n"),
        Case("p.yaml", "a: # list\n- 1\n- 2 # two\nb: 1\n", "a=[3]", "a: # list\n- 3\nb: 1\n"),
        Case("p.yaml", "a:\n  - 1\n  - 2\nb: 1\n", "a=[3,4,5]", "a:\n  - 3\n  - 4\n  - 5\nb: 1\n"),
        Case("p.yaml", "a:\n  - 1 # one\n  - 2 # two\nb: 1\n", "a.0=3", "a:\n  - 3 # one\n  - 2 # two\nb: 1\n"),
        Case("p.yaml", "a: # all\n  x: 1\n  y: 2\nb: 1\n", "a=5", "a: 5 # all\nb: 1\n"),
        Case("p.yaml", "a: # all\n  x: 1\n  y: 2\nb: 1\n", "a={y: 3}", "a: # all\n  x: 1\n  y: 3\nb: 1\n"),
        Case("p.yaml", "a:\n    x: 1\nb: 1\n", "+a.y.z=2", "a:\n    x: 1\n    y:\n        z: 2\nb: 1\n"),
        Case("p.yaml", "a:\n  x: 1\n  # y: 2\n\nb: 1\n", "+a.z=3", "a:\n  x: 1\n  # y: 2\n  z: 3\n\nb: 1\n"),
        Case("p.yaml", "a:\n  x: 1\n\n# about b\nb: 1\n", "+a.z=3", "a:\n  x: 1\n  z: 3\n\n# about b\nb: 1\n"),
        Case("p.yaml", "a: 1\n# the end\n", "+b=2", "a: 1\n# the end\nb: 2\n"),
        Case("p.yaml", "a: 1\nb:\n", "+c=2", "a: 1\nb:\nc: 2\n"),
        Case("p.yaml", "a: 1 # one\nb: 2 # two\nc: 3\n", "~b", "a: 1 # one\nc: 3\n"),
        Case("p.yaml", "a:\n  x: 1 # one\nb: 1\n", "~a.x", "a: {}\nb: 1\n"),
        Case("p.yaml", "l:\n- a: 1 # one\n  b: 2\n- c: 3\n", "~l.0.a", "l:\n- b: 2\n- c: 3\n"),
        Case("p.yaml", "l:\n- a: 1 # one\n  b: 2\n- c: 3\n", "+l.0.z=4", "l:\n- a: 1 # one\n  b: 2\n  z: 4\n- c: 3\n"),
        Case("p.yaml", "5: x\n", "5=y", "5: y\n"),
        Case("p.yaml", "---\na: 1\n...\n", "+b=2", "---\na: 1\nb: 2\n...\n"),
        Case("p.yaml", "größe: 1 # ä\nb: ü\n", "b=ö", "größe: 1 # ä\nb: ö\n"),
    ]

    static let flow = [
        Case("p.yaml", "a: {x: 1, y: 2} # c\n", "a.x=5", "a: {x: 5, y: 2} # c\n"),
        Case("p.yaml", "a: {x: 1, y: 2}\n", "a.y='p, q'", "a: {x: 1, y: \"p, q\"}\n"),
        Case("p.yaml", "a: { x: [1, 2, 3] }\n", "a.x.1=9", "a: { x: [1, 9, 3] }\n"),
        Case("p.yaml", "a: {x: 1}\n", "+a.z=[1,{k: v}]", "a: {x: 1, z: [1, {k: v}]}\n"),
        Case("p.yaml", "a: {}\n", "+a.x=1", "a: {x: 1}\n"),
        Case("p.yaml", "a: {x: 1, y: 2}\n", "~a.x", "a: {y: 2}\n"),
        Case("p.yaml", "a: {x: 1, y: 2}\n", "~a.y", "a: {x: 1}\n"),
        Case("p.yaml", "a: {x: 1}\n", "~a.x", "a: {}\n"),
        Case("p.yaml", "{a: 1}\n", "+b=2", "{a: 1, b: 2}\n"),
        Case(
            "p.yaml", "a: {\n  x: 1, # one\n  y: 2 # two\n}\n", "+a.z=3",
            "a: {\n  x: 1, # one\n  y: 2,\n  z: 3 # two\n}\n"),
        Case("p.yaml", "a: [1,\n  2, # two\n  3]\n", "a.2=4", "a: [1,\n  2, # two\n  4]\n"),
        Case("p.yaml", "a: {x: , y: 1}\n", "a.x=1", "a: {x: 1, y: 1}\n"),
    ]

    static let json = [
        Case("p.json", "{\"a\": 1, \"b\": [1, 2]}", "a=2.5", "{\"a\": 2.5, \"b\": [1, 2]}"),
        Case(
            "p.json", "{\n    \"b\": 1,\n    \"a\": {\"x\": null}\n}\n", "a.x=t",
            "{\n    \"b\": 1,\n    \"a\": {\"x\": \"t\"}\n}\n"),
        Case(
            "p.json", "{\n\t\"b\": 1\n}\n", "+c.d=[1,true,null]",
            "{\n\t\"b\": 1,\n\t\"c\": {\"d\": [1, true, null]}\n}\n"),
        Case("p.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "~b", "{\n  \"a\": 1\n}\n"),
        Case("p.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "~a", "{\n  \"b\": 2\n}\n"),
        Case("p.json", "{\"a\": 1}", "~a", "{}"),
        Case("p.json", "{}", "+a=1", "{\"a\": 1}"),
        Case(
            "p.json", "{\"\\u00e4\\ud83d\\ude00\": \"\\ud83d\\ude00\", \"a\": \"x\\\"}\"}", "a=ü",
            "{\"\\u00e4\\ud83d\\ude00\": \"\\ud83d\\ude00\", \"a\": \"\\u00fc\"}"),
        Case("p.json", "{\"l\": [ {\"k\": 1}, 2 ]}", "l.0.k=NaN", "{\"l\": [ {\"k\": NaN}, 2 ]}"),
    ]

    static let toml = [
        Case("p.toml", "# c\na = 1 # one\n\n[s]\nx = \"t\"\n", "a=2", "# c\na = 2 # one\n\n[s]\nx = \"t\"\n"),
        Case("p.toml", "a = 1\n\n[s]\nx = 'C:\\x'\ny = 1\n", "s.x=C:/y", "a = 1\n\n[s]\nx = 'C:/y'\ny = 1\n"),
        Case(
            "p.toml", "a = 1\n\n[s]\nx = 1\n\n[t]\nz = 1\n", "+s.y=1e-5",
            "a = 1\n\n[s]\nx = 1\ny = 1e-05\n\n[t]\nz = 1\n"),
        Case("p.toml", "[s]\n[t]\nz = 1\n", "+s.y=1", "[s]\ny = 1\n[t]\nz = 1\n"),
        Case("p.toml", "[s]\nx = 1\n", "+new.k={a: 1}", "new = { k = { a = 1 } }\n[s]\nx = 1\n"),
        Case("p.toml", "l = [\n  1, # one\n  2,\n]\n", "l.0=9", "l = [\n  9, # one\n  2,\n]\n"),
        Case("p.toml", "t = { x = 1, y = { z = 2 } }\n", "t.y.z=3", "t = { x = 1, y = { z = 3 } }\n"),
        Case("p.toml", "t = { x = 1 }\n", "+t.y=ü", "t = { x = 1, y = \"ü\" }\n"),
        Case("p.toml", "t = { x = 1, y = 2 }\nu = 1\n", "~t.x", "t = { y = 2 }\nu = 1\n"),
        Case("p.toml", "a = 1\nl = [\n  1,\n]\nb = 2\n", "~l", "a = 1\nb = 2\n"),
        Case("p.toml", "a.b = 1\n[c]\nd = 2\n", "a.b=2", "a.b = 2\n[c]\nd = 2\n"),
        Case("p.toml", "a.b = 1\n[c]\nd = 2\n", "+a.e=2", "a.b = 1\na.e = 2\n[c]\nd = 2\n"),
        Case("p.toml", "[[m]]\nk = 1\n[[m]]\nk = 2\n", "m.1.k=3", "[[m]]\nk = 1\n[[m]]\nk = 3\n"),
        Case("p.toml", "a = 1", "+b=2", "a = 1\nb = 2\n"),
    ]

    static let python = [
        Case(
            "p.py", "import os\nLR = 0.1  # rate\nX = os.sep\n", "LR=1e-5",
            "import os\nLR = 1e-05  # rate\nX = os.sep\n"),
        Case("p.py", "A = \"x\"\n", "A=y", "A = \"y\"\n"),
        Case("p.py", "A = 'x'\n", "A=true", "A = True\n"),
        Case(
            "p.py", "class T:\n    lr: float = 0.1\n    def __init__(self):\n        self.n = 5  # n\n", "T.n=6",
            "class T:\n    lr: float = 0.1\n    def __init__(self):\n        self.n = 6  # n\n"),
        Case(
            "p.py", "D = {\n    'a': 1,  # one\n    'b': [1, 2],\n}\n", "D.b.1=null",
            "D = {\n    'a': 1,  # one\n    'b': [1, None],\n}\n"),
        Case("p.py", "D = {'a': 1}\n", "+D.b=x", "D = {'a': 1, 'b': 'x'}\n"),
        Case("p.py", "D = {'a': 1, 'b': 2}\n", "~D.b", "D = {'a': 1}\n"),
        Case("p.py", "A = 1\nB = (\n    2\n)\nC = 3\n", "~B", "A = 1\nC = 3\n"),
        Case("p.py", "class T:\n    a = 1\n", "~T.a", "class T:\n    pass\n"),
        Case("p.py", "class T:\n    a = 1\nb = 2\n", "+T.c=7", "class T:\n    a = 1\n    c = 7\nb = 2\n"),
        Case(
            "p.py", "class T:\n  'What.'\n\n  pass  # yet", "+T.c.d=x",
            "class T:\n  'What.'\n\n  pass  # yet\n  c = {'d': 'x'}\n"),
        Case(
            "p.py", "class T:\n\n    def f(self):\n        x = 1\n", "+T.c=7",
            "class T:\n    c = 7\n\n    def f(self):\n        x = 1\n"),
        Case(
            "p.py", "class T:\n\ta = [1,\n2]\n\t@property\n\tdef f(self):\n\t\tx = 1\nc = 1\n", "+T.c=7",
            "class T:\n\ta = [1,\n2]\n\tc = 7\n\t@property\n\tdef f(self):\n\t\tx = 1\nc = 1\n"),
        Case(
            "p.py", "class T:\n    a = 1\n    class U:\n        b = 1\n", "+T.U.c=7",
            "class T:\n    a = 1\n    class U:\n        b = 1\n        c = 7\n"),
        Case(
            "p.py", "class T:\n    a = 1\nclass T:\n    b = 1\n", "+T.c=7",
            "class T:\n    a = 1\nclass T:\n    b = 1\n    c = 7\n"),
        Case("p.py", "A = 1; B = 2\n", "~A", "pass; B = 2\n"),
        Case("p.py", "A = 1\n", "+B=[1,x]", "A = 1\nB = [1, 'x']\n"),
        Case("p.py", "T = (1, 2)\n", "T.0=5", "T = (5, 2)\n"),
        Case("p.py", "A = 1\nA = 2\n", "A=3", "A = 1\nA = 3\n"),
    ]
}

extension String {
    /// Doubles what stands directly before a quote, and puts a backslash before the quotes.
    fileprivate func replacing(_ backslash: Character, with double: String, before quote: Character) -> String {
        var result = ""
        var pending = 0
        for character in self {
            if character == backslash {
                pending += 1
                continue
            }
            result +=
                String(repeating: backslash, count: character == quote ? 2 * pending + 1 : pending) + String(character)
            pending = 0
        }
        return result + String(repeating: backslash, count: 2 * pending)
    }
}
