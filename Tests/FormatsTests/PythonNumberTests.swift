import Formats
import Testing

@Suite struct PythonNumberTests {
    @Test func floatsOfTheVectors() throws {
        for vector in try GoldenFile.cases("floats.json") {
            let bits = try #require(vector["bits"]?.string.flatMap { UInt64($0, radix: 16) })
            let value = Double(bitPattern: bits)
            #expect(PythonNumber.repr(value) == vector["python_repr"]?.string)
            #expect(PythonNumber.yaml(value) == vector["dvc_lock"]?.string)
            #expect(PythonNumber.json(value) == vector["json"]?.string)
            #expect(PythonNumber.significant(value, digits: 5) == vector["g5"]?.string)
            if let rounded = vector["round5"]?.string { #expect(PythonNumber.rounded(value, places: 5) == rounded) }
        }
    }

    @Test func wholeNumbersOfAnySize() throws {
        for (text, expected) in [
            ("9223372036854775807", Value.int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .bigInt("9223372036854775808")),
            ("-00018446744073709551616", .bigInt("-18446744073709551616")),
            ("0xFFFF_FFFF_FFFF_FFFF_FFFF", .bigInt("1208925819614629174706175")), ("-0b1_0", .int(-2)),
            ("0o1000000000000000000000000", .bigInt("4722366482869645213696")),
        ] {
            #expect(try YAML.load(text.bytes, file: "x.yaml") == expected, "\(text)")
        }
    }

    @Test func reprOfValues() {
        let value = Value.list([
            .float(0.9), .string("x"), .bool(true), .null, .string("it's"), .string("'\""), .string("é\n\u{0}\u{200B}"),
            .mapping(Mapping(entries: [.init(key: .list([.int(1)]), value: .list([]))])),
        ])
        let expected = #"[0.9, 'x', True, None, "it's", '\'"', 'é\n\x00\u200b', {(1,): []}]"#
        #expect(PythonText.repr(value) == expected)
        #expect(PythonText.str(.string("it's")) == "it's")
    }
}
