import Testing

@testable import Formats

@Suite struct PickleTests {
    private let call = Value.mapping(
        Mapping([
            ("args", .list([])),
            (
                "kwargs",
                .mapping(
                    Mapping([
                        ("run_env", .mapping(Mapping([("DVC_EXP_NAME", .string("é x"))]))),
                        ("targets", .list([.string("train"), .string("é x")])), ("force", .bool(false)),
                        ("reset", .bool(true)), ("pull", .null), ("jobs", .int(-3)), ("big", .int(1 << 40)),
                    ]))
            ),
        ]))

    @Test func whatIsWrittenIsRead() throws {
        #expect(try Pickle.load(Pickle.dump(call, tuples: ["args"])) == call)
    }

    /// `pickle.dumps({'args': (), 'kwargs': {'targets': ['a'], 'n': 300, 'm': -1, 'f': 0.5, 'a': 'a'}})` of Python 3.11.
    @Test func whatPythonWritesIsRead() throws {
        let hex =
            "8004954c000000000000007d94288c046172677394298c066b7761726773947d94288c0774617267657473945d948c01619461"
            + "8c016e944d2c018c016d944affffffff8c016694473fe00000000000006806680675752e"
        let value = try Pickle.load(bytes(hex))
        let expected = Value.mapping(
            Mapping([
                ("args", .list([])),
                (
                    "kwargs",
                    .mapping(
                        Mapping([
                            ("targets", .list([.string("a")])), ("n", .int(300)), ("m", .int(-1)), ("f", .float(0.5)),
                            ("a", .string("a")),
                        ]))
                ),
            ]))
        #expect(value == expected)
    }

    @Test(arguments: [
        "cos\nsystem\n(S'true'\ntR.", "\u{80}", "(", ".", "NN.", "]q\u{0}h\u{1}.", "X\u{7f}\u{0}\u{0}\u{0}a.",
    ])
    func whatIsNotPlainDataIsRefused(_ text: String) {
        #expect(throws: Pickle.Refusal.self) { try Pickle.load(text.unicodeScalars.map { UInt8($0.value) }) }
    }

    @Test func aListCannotMultiply() {
        let bytes =
            [UInt8]("]".utf8) + [0x94] + Array("Na".utf8) + Array("h\u{0}h\u{0}".utf8) + [0x86] + Array(".".utf8)
        #expect(throws: Pickle.Refusal.self) { try Pickle.load(bytes) }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = hex[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            result.append(byte)
            rest = rest.dropFirst(2)
            if rest.isEmpty { break }
        }
        return result
    }
}
