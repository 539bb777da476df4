import Files

/// The lines that keep cached outputs out of git.
package enum GitIgnoreFile {
    /// The line for a name: anchored to the file's own folder, bytes with a meaning escaped.
    ///
    /// Line ends cannot be written in a pattern, so `?` stands for each. Apart from these, from backslashes and from
    /// blanks at the end, lines are those of DVC.
    package static func line(for name: String) -> String {
        let bytes = Array(name.utf8)
        let end = (bytes.lastIndex { !isBlank($0) } ?? -1) + 1
        var line = [UInt8(ascii: "/")]
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 10...13: line.append(UInt8(ascii: "?"))
            case _ where index >= end || special.contains(byte): line += [UInt8(ascii: "\\"), byte]
            default: line.append(byte)
            }
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static let special = Array("[]!*#?\\".utf8)

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// The contents with the line for `name` at the end; `nil` where it is there already.
    package static func adding(_ name: String, to contents: [UInt8]) -> [UInt8]? {
        let line = Array(line(for: name).utf8)
        let lines = contents.split(separator: 10, omittingEmptySubsequences: true)
        if lines.contains(where: { $0.elementsEqual(line) }) { return nil }
        var result = contents
        if let last = result.last, last != 10 { result.append(10) }
        return result + line + [10]
    }

    /// The contents without the line for `name`; `nil` where there is no such line.
    package static func removing(_ name: String, from contents: [UInt8]) -> [UInt8]? {
        let line = Array(line(for: name).utf8)
        let lines = contents.split(separator: 10, omittingEmptySubsequences: false)
        let rest = lines.filter { !$0.elementsEqual(line) }
        return rest.count == lines.count ? nil : Array(rest.joined(separator: [10]))
    }
}
