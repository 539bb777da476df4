import Cache

/// Reads the dependencies and outputs of a lock file in the spelling in which programs write it, without a YAML parser.
///
/// Commands and parameters are passed over. Tables over a thousand commits read a thousand lock files; most of them
/// differ in a hash alone, and this takes a twentieth of the time.
struct LockScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var next = 0
    private var stages: [LockFile.StageEntries] = []

    /// - Returns: `nil` for a text that is spelled in any other way; a YAML parser must read it then.
    static func scan(_ bytes: [UInt8]) -> [LockFile.StageEntries]? {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = LockScanner(bytes: buffer)
            return scanner.scan() ? scanner.stages : nil
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// A line without its end and its indentation.
    private struct Line {
        var indent: Int
        var text: Slice<UnsafeBufferPointer<UInt8>>

        func starts(with word: StaticString) -> Bool {
            word.withUTF8Buffer { text.count >= $0.count && text.prefix($0.count).elementsEqual($0) }
        }

        func equals(_ word: StaticString) -> Bool { text.count == word.utf8CodeUnitCount && starts(with: word) }
    }

    private func line(at start: Int) -> (line: Line, end: Int)? {
        guard start < bytes.count else { return nil }
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        var first = start
        while first < end, bytes[first] == UInt8(ascii: " ") { first += 1 }
        return (Line(indent: first - start, text: bytes[first..<end]), end + 1)
    }

    private mutating func take() -> Line? {
        guard let (line, end) = line(at: next) else { return nil }
        next = end
        return line
    }

    private mutating func scan() -> Bool {
        guard let schema = take(), schema.indent == 0, schema.equals("schema: '2.0'") else { return false }
        guard let top = take(), top.indent == 0, top.equals("stages:") else { return false }
        while let line = take() {
            if line.indent == 2, let name = name(line.text) {
                stages.append(LockFile.StageEntries(name: name, dependencies: [], outputs: []))
                continue
            }
            guard line.indent == 4, !stages.isEmpty, section(line) else { return false }
        }
        return true
    }

    /// A key that is plainly a string, and the colon after it.
    private func name(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        guard text.last == UInt8(ascii: ":") else { return nil }
        let name = text.dropLast()
        guard let first = name.first, Self.isLetter(first), name.allSatisfy(Self.isPlain) else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        return ["true", "false", "null"].contains(text.lowercased()) ? nil : text
    }

    private mutating func section(_ line: Line) -> Bool {
        let number = stages.count - 1
        if line.equals("deps:") {
            guard let entries = entries() else { return false }
            stages[number].dependencies = entries
            return true
        }
        if line.equals("outs:") {
            guard let entries = entries() else { return false }
            stages[number].outputs = entries
            return true
        }
        guard line.starts(with: "cmd:") || line.equals("params:") else { return false }
        return passOver()
    }

    /// Skips what is indented more than a section, and the elements of a list directly below it.
    private mutating func passOver() -> Bool {
        while let (line, end) = line(at: next) {
            if line.text.first == UInt8(ascii: "#") { return false }
            let isElement = line.indent == 4 && (line.starts(with: "- ") || line.equals("-"))
            guard line.indent > 4 || isElement || line.text.isEmpty else { return true }
            next = end
        }
        return true
    }

    private mutating func entries() -> [LockEntry]? {
        var entries: [LockEntry] = []
        while let (line, end) = line(at: next) {
            if line.indent == 4, line.starts(with: "- path: ") {
                guard let path = scalar(line.text.dropFirst(8)) else { return nil }
                entries.append(LockEntry(path: path, generation: .two))
            } else if line.indent == 6, !entries.isEmpty {
                guard field(line, of: &entries[entries.count - 1]) else { return nil }
            } else {
                break
            }
            next = end
        }
        return entries.isEmpty ? nil : entries
    }

    private func field(_ line: Line, of entry: inout LockEntry) -> Bool {
        if line.equals("hash: md5") {
            entry.generation = .three
        } else if line.starts(with: "md5: ") {
            guard let md5 = scalar(line.text.dropFirst(5)), ObjectStore.isObjectName(md5) else { return false }
            entry.md5 = md5
        } else if line.starts(with: "size: ") {
            guard let size = number(line.text.dropFirst(6)) else { return false }
            entry.size = size
        } else if line.starts(with: "nfiles: ") {
            guard let count = number(line.text.dropFirst(8)) else { return false }
            entry.fileCount = count
        } else if line.equals("isexec: true") {
            entry.isExecutable = true
        } else {
            return false
        }
        return true
    }

    private func scalar(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        guard let first = text.first, Self.isLetter(first) || Self.isDigit(first) || first == UInt8(ascii: ".") else {
            return nil
        }
        return text.allSatisfy(Self.isPlain) ? String(decoding: text, as: UTF8.self) : nil
    }

    private func number(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard !text.isEmpty, text.count < 19, text.allSatisfy(Self.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    /// Bytes that mean nothing in YAML wherever they stand behind the first.
    private static func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }
}
