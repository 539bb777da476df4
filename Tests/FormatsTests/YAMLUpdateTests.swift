import Testing

@testable import Formats

@Suite struct YAMLUpdateTests {
    private func updated(_ text: String, _ value: Value) throws -> String {
        String(decoding: try YAMLUpdate.text(Array(text.utf8), file: "x.dvc", becoming: value), as: UTF8.self)
    }

    /// The texts before and after are those of a file that DVC 3.67.1 brought up to date.
    @Test func commentsAndOrderStayAsInDVC() throws {
        let old = """
            # head comment
            desc: "file desc"
            outs:
            - md5: 401b30e3b8b5d629635a5c613cdb7919   # c1
              size: 2
              hash: md5
              path: x.txt
              desc: 'hello'
              cache: true
              persist: false
              # inner comment
              labels: [a, b]
            meta:
              foo: bar  # c

            """
        let new = """
            # head comment
            desc: file desc
            outs:
            - md5: 102f5037fe6474019fe947b4977bb2a5   # c1
              size: 3
              hash: md5
              path: x.txt
              desc: hello
              labels: [a, b]
            meta:
              foo: bar  # c

            """
        let output = Mapping([
            ("md5", .string("102f5037fe6474019fe947b4977bb2a5")), ("size", .int(3)), ("hash", .string("md5")),
            ("path", .string("x.txt")), ("desc", .string("hello")), ("labels", .list([.string("a"), .string("b")])),
        ])
        let value = Mapping([
            ("outs", .list([.mapping(output)])), ("desc", .string("file desc")),
            ("meta", .mapping(Mapping([("foo", .string("bar"))]))),
        ])
        #expect(try updated(old, .mapping(value)) == new)
    }

    /// Comments stay behind what they followed, also where that looks odd: DVC 3.67.1 does it so.
    @Test func newKeysGoToTheEndOfTheirMapping() throws {
        let value = Mapping([
            (
                "outs",
                .list([.mapping(Mapping([("hash", .string("md5")), ("path", .string("a")), ("size", .int(1))]))])
            ),
            ("frozen", .bool(true)),
        ])
        let new = "outs:\n- path: a # why\n# end\n  hash: md5\n  size: 1\nfrozen: true\n"
        #expect(try updated("outs:\n- path: a # why\n# end\n", .mapping(value)) == new)
    }

    @Test func whatCannotBeKeptIsWrittenAnew() throws {
        let value = Value.mapping(Mapping([("outs", .list([.int(1), .int(2)]))]))
        #expect(try updated("{outs: [1]}\n", value) == "outs:\n- 1\n- 2\n")
        #expect(try updated("", value) == "outs:\n- 1\n- 2\n")
        #expect(try updated("outs: &a\n- 1\nmeta: *a\n", value) == "outs:\n- 1\n- 2\n")
    }

    @Test func numbersKeepTheirSpellingWhileTheyAreEqual() throws {
        let value = Value.mapping(Mapping([("a", .int(16)), ("b", .int(2))]))
        #expect(try updated("a: 0x10\nb: 1\n", value) == "a: 0x10\nb: 2\n")
    }
}
