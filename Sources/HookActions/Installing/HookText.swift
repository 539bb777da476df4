import HookScripts

/// The text of a hook: our block between its marker lines, and whatever else is there.
struct HookText: Equatable {
    static let begin = Array("# >>> git exp >>>".utf8)
    static let end = Array("# <<< git exp <<<".utf8)

    /// Everything but our block.
    private(set) var others: [UInt8]
    /// Where the block goes in `others`.
    private let place: Int
    /// Our block with its line feeds; `nil` where there is none.
    private(set) var block: [UInt8]?

    /// Reads a hook.
    init(_ bytes: [UInt8]) {
        if let range = Self.blockRange(in: bytes) {
            others = Array(bytes[..<range.lowerBound] + bytes[range.upperBound...])
            block = Array(bytes[range])
            place = range.lowerBound
            return
        }
        others = bytes
        block = nil
        place = Self.firstLine(of: bytes).map { $0.count + 1 } ?? 0
    }

    /// The same with another block, or with none.
    func with(_ block: [UInt8]?) -> HookText {
        var text = self
        text.block = block
        return text
    }

    var bytes: [UInt8] { Array(others[..<place]) + (block ?? []) + Array(others[place...]) }

    /// Whether nothing is left that does anything: at most the line that names a shell, as our scripts begin.
    var isOursAlone: Bool { others.isEmpty || others.elementsEqual("#!/bin/sh\n".utf8) }

    /// The block of one of our scripts: all but its first line.
    static func block(of script: HookScript) -> [UInt8] {
        let bytes = script.bytes
        return Array(bytes[(firstLine(of: bytes).map { $0.count + 1 } ?? 0)...])
    }

    /// The line `#!…` without its line feed; `nil` where there is none, or it is not ended.
    private static func firstLine(of bytes: [UInt8]) -> ArraySlice<UInt8>? {
        guard bytes.starts(with: "#!".utf8), let end = bytes.firstIndex(of: 10) else { return nil }
        return bytes[..<end]
    }

    private static func blockRange(in bytes: [UInt8]) -> Range<Int>? {
        var start: Int?
        var position = 0
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            let next = min(position + line.count + 1, bytes.count)
            if line.starts(with: begin), start == nil { start = position }
            if line.starts(with: end), let start { return start..<next }
            position = next
        }
        return nil
    }

    /// Whether a script of others can take our block between its lines: a text for a shell whose language is that of
    /// the Bourne shell, as git runs it where no line names a program.
    static func takesBlock(_ bytes: [UInt8]) -> Bool {
        if bytes.contains(0) { return false }
        guard bytes.starts(with: "#!".utf8) else {
            // Git hands a text without such a line to the shell; anything else is a program.
            return String(validating: bytes, as: UTF8.self) != nil
        }
        guard let line = firstLine(of: bytes), !line.contains(13) else { return false }
        let words = String(decoding: line.dropFirst(2), as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\t" }
        )
        guard let program = words.first?.split(separator: "/").last else { return false }
        let shells = ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"]
        if program != "env" { return shells.contains(String(program)) }
        let called = words.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") }
        return called.map { shells.contains(String($0.split(separator: "/").last ?? "")) } ?? false
    }
}
