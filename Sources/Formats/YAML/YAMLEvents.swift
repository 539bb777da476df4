import Clibyaml

/// What libyaml reports while it reads a text, with places in bytes and its failures as ``FormatError``.
///
/// The text must not be empty and must stay where it is for as long as this lives.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeBufferPointer<UInt8>
    private let map: SourceMap
    private let file: String
    private let storage: UnsafeMutablePointer<yaml_event_t>
    /// The event read last.
    var event: yaml_event_t { storage.pointee }

    init(_ whole: UnsafeBufferPointer<UInt8>, file: String) throws(FormatError) {
        if let bad = invalidUTF8Offset(in: whole) {
            let position = SourcePosition(offset: bad, in: whole)
            throw FormatError(file: file, position: position, problem: "the text is not valid UTF-8", text: whole)
        }
        guard whole.count < Int(Int32.max) else { throw FormatError(file: file, problem: "the file is too large") }
        guard !Self.hasTooManyDirectives(whole) else { throw FormatError(file: file, problem: "too many '%TAG' lines") }
        let mark = whole.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        text = UnsafeBufferPointer(rebasing: whole[mark...])
        map = SourceMap(text, base: mark)
        self.file = file
        parser = .allocate(capacity: 1)
        storage = .allocate(capacity: 1)
        storage.initialize(to: yaml_event_t())
        guard yaml_parser_initialize(parser) == 1 else {
            throw FormatError(file: file, problem: "not enough memory to read it")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_event_delete(storage)
        storage.deallocate()
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Reads the next event into ``event``.
    func advance() throws(FormatError) {
        yaml_event_delete(storage)
        if yaml_parser_parse(parser, storage) == 1 { return }
        throw failure()
    }

    var start: SourcePosition { position(event.start_mark) }
    var end: SourcePosition { position(event.end_mark) }

    /// The place behind any anchor and tag that the current event begins with.
    var contentStart: SourcePosition {
        let start = start
        let base = wholeOffset
        var index = start.offset - base
        while index < text.count, text[index] == UInt8(ascii: "&") || text[index] == UInt8(ascii: "!") {
            while index < text.count, !Self.isBlank(text[index]) { index += 1 }
            index = endOfBlank(from: index)
        }
        index = min(index, map.offset(of: event.end_mark.index, in: text) - base)
        if index == start.offset - base { return start }
        return advance(start, over: text[(start.offset - base)..<max(index, start.offset - base)])
    }

    func error(_ problem: String, at position: SourcePosition) -> FormatError {
        FormatError(file: file, position: position, problem: problem, text: text)
    }

    private var wholeOffset: Int { map.offset(of: 0, in: text) }

    private func position(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(offset: map.offset(of: mark.index, in: text), line: mark.line + 1, column: mark.column + 1)
    }

    private func endOfBlank(from index: Int) -> Int {
        var index = index
        while index < text.count, Self.isBlank(text[index]) {
            index += 1
            guard index < text.count, text[index] == UInt8(ascii: "#") else { continue }
            while index < text.count, text[index] != UInt8(ascii: "\n") { index += 1 }
        }
        return index
    }

    private func advance(_ start: SourcePosition, over bytes: Slice<UnsafeBufferPointer<UInt8>>) -> SourcePosition {
        let moved = SourcePosition(offset: bytes.count, in: bytes)
        return SourcePosition(
            offset: start.offset + bytes.count, line: start.line + moved.line - 1,
            column: moved.line == 1 ? start.column + moved.column - 1 : moved.column)
    }

    private func failure() -> FormatError {
        guard parser.pointee.error != YAML_MEMORY_ERROR else {
            return FormatError(file: file, problem: "not enough memory to read it")
        }
        var problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read"
        if parser.pointee.error == YAML_READER_ERROR {
            let offset = min(Int(parser.pointee.problem_offset), text.count)
            return error(problem, at: SourcePosition(offset: offset, in: text))
        }
        if let context = parser.pointee.context { problem += " " + String(cString: context) }
        return error(problem, at: position(parser.pointee.problem_mark))
    }

    /// libyaml compares each of them with all others.
    private static func hasTooManyDirectives(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var count = 0
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), text[index...].starts(with: "%TAG".utf8) { count += 1 }
            index += 1
        }
        return count > 100
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

/// The offset of the first byte that does not belong to a well-formed sequence.
func invalidUTF8Offset(in text: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    while index < text.count {
        let lead = text[index]
        if lead < 0x80 {
            index += 1
            continue
        }
        let (length, lowest): (Int, UInt32) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80)
            case 0xE0...0xEF: (3, 0x800)
            case 0xF0...0xF4: (4, 0x10000)
            default: (0, 0)
            }
        guard length > 0, index + length <= text.count else { return index }
        var scalar = UInt32(lead) & (0x7F >> UInt32(length))
        for next in text[(index + 1)..<(index + length)] {
            guard next & 0xC0 == 0x80 else { return index }
            scalar = scalar << 6 | UInt32(next & 0x3F)
        }
        guard scalar >= lowest, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return index }
        index += length
    }
    return nil
}
