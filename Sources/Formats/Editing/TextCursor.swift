/// A place in a text that is being read byte by byte.
struct TextCursor {
    let bytes: [UInt8]
    let file: String
    let format: String
    var index = 0

    init(_ bytes: [UInt8], file: String, format: String) {
        self.bytes = bytes
        self.file = file
        self.format = format
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    var byte: UInt8? { index < bytes.count ? bytes[index] : nil }
    var isAtEnd: Bool { index >= bytes.count }

    func byte(ahead count: Int) -> UInt8? { index + count < bytes.count ? bytes[index + count] : nil }

    func starts(with text: StaticString) -> Bool {
        let text = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return bytes.count - index >= text.count && bytes[index..<index + text.count].elementsEqual(text)
    }

    mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    mutating func skip(while predicate: (UInt8) -> Bool) {
        while let byte, predicate(byte) { index += 1 }
    }

    func text(from start: Int) -> String { String(decoding: bytes[start..<index], as: UTF8.self) }

    func error(_ problem: String, at place: Int? = nil) -> FormatError {
        FormatError(
            file: file, position: position(of: place ?? index), problem: "not valid \(format): \(problem)", text: bytes)
    }

    func position(of place: Int) -> SourcePosition {
        let before = bytes[..<min(place, bytes.count)]
        let line = before.count { $0 == 10 } + 1
        let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        return SourcePosition(offset: place, line: line, column: column)
    }
}
