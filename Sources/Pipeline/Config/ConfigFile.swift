import Diagnostics
import Formats

/// The settings of one configuration file of DVC, such as `.dvc/config`.
///
/// The format is INI: sections in brackets, keys with values, comments after `#` or `;` at the start of a line or
/// after a blank. Quotes around section names and values are not part of them.
package struct ConfigFile: Sendable {
    /// Section names, such as `core` or `remote "storage"`, with their settings; all lower case but the values.
    package private(set) var settings: [(section: String, key: String, value: String)] = []

    /// - Throws: `FormatError` for a line that is none of the above.
    package init(parsing bytes: [UInt8], file: String) throws(FormatError) {
        var section = ""
        var offset = 0
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            defer { offset += line.count + 1 }
            var text = Self.trimmed(line)
            if number == 1 && text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
            guard let first = text.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { continue }
            let position = SourcePosition(offset: offset, line: number, column: 1)
            if first == UInt8(ascii: "[") {
                guard let name = Self.section(text) else {
                    throw Self.error(file, position, "expected ']' at the end of a section name", bytes)
                }
                section = name
                continue
            }
            guard let sign = text.firstIndex(of: UInt8(ascii: "=")), !section.isEmpty, sign > text.startIndex else {
                let problem = section.isEmpty ? "expected a section such as '[core]'" : "expected 'key = value'"
                throw Self.error(file, position, problem, bytes)
            }
            let key = Self.string(Self.trimmed(text[..<sign]))
            let value = Self.value(Self.trimmed(text[(sign + 1)...]))
            settings.append((section, key.lowercased(), value))
        }
    }

    private static func error(
        _ file: String, _ position: SourcePosition, _ problem: String, _ bytes: [UInt8]
    ) -> FormatError {
        FormatError(file: file, position: position, problem: problem, text: bytes)
    }

    /// The name between brackets: `['remote "a"']`, `[remote "a"]` and `["remote \"a\""]` are the same.
    private static func section(_ text: ArraySlice<UInt8>) -> String? {
        guard let end = text.lastIndex(of: UInt8(ascii: "]")) else { return nil }
        let rest = trimmed(text[(end + 1)...])
        guard rest.isEmpty || rest.first == UInt8(ascii: "#") || rest.first == UInt8(ascii: ";") else { return nil }
        var name = trimmed(text[(text.startIndex + 1)..<end])
        if let quote = name.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), name.count > 1,
            name.last == quote
        {
            name = name.dropFirst().dropLast()
        }
        return string(name).lowercased()
    }

    /// The value without quotes and without a comment behind it.
    private static func value(_ text: ArraySlice<UInt8>) -> String {
        guard let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            var end = text.startIndex
            while end < text.endIndex {
                let opens = text[end] == UInt8(ascii: "#") && end > text.startIndex && isBlank(text[end - 1])
                if opens { break }
                end += 1
            }
            return string(trimmed(text[..<end]))
        }
        let inside = text.dropFirst()
        guard let close = inside.firstIndex(of: quote) else { return string(text) }
        return string(inside[..<close])
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while let byte = text.first, isBlank(byte) { text = text.dropFirst() }
        while let byte = text.last, isBlank(byte) { text = text.dropLast() }
        return text
    }

    private static func string(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
