/// Finds `${…}` in text of a `dvc.yaml`.
enum TemplateGuard {
    /// Where an expression starts, as an offset in UTF-8 bytes; `nil` where the text has none.
    ///
    /// An expression ends at the first `}` of its line. A backslash before `${` takes its meaning away.
    static func expressionOffset(in text: String) -> Int? {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return nil }
        let bytes = Array(text.utf8)
        var index = 0
        while index + 1 < bytes.count {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: "$"), bytes[index + 1] == UInt8(ascii: "{"),
                index == 0 || bytes[index - 1] != UInt8(ascii: "\\")
            else { continue }
            let end = bytes[(index + 2)...].first { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "\n") }
            if end == UInt8(ascii: "}") { return index }
        }
        return nil
    }

    /// The text as a command sees it: `\${` becomes `${`.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        let escaped: [UInt8] = Array("\\${".utf8)
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            if rest.starts(with: escaped) {
                bytes += escaped.dropFirst()
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
