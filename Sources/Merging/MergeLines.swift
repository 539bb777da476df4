import Formats

/// A line of a text without its end.
typealias Line = ArraySlice<UInt8>

/// One of the three texts of a merge: its lines and its tree.
struct MergeSide {
    let lines: [Line]
    let root: YAMLNode?
    /// Whether its lines end with a carriage return and a line feed.
    let hasCarriageReturns: Bool
    /// What the text stands for; `null` where there is nothing in it.
    let value: Value

    /// - Throws: `FormatError` for a text that is not YAML.
    init(_ bytes: [UInt8], file: String) throws(FormatError) {
        hasCarriageReturns = MergeLines.hasCarriageReturns(bytes)
        let text = hasCarriageReturns ? MergeLines.withoutCarriageReturns(bytes) : bytes
        lines = MergeLines.split(text)
        // Loaded as a whole first: that limits what all of its aliases together stand for.
        value = try YAML.load(text, file: file)
        root = try YAML.parse(text, file: file)
    }
}

/// Cutting texts into lines, and putting them together.
enum MergeLines {
    static func hasCarriageReturns(_ bytes: [UInt8]) -> Bool {
        guard let feed = bytes.firstIndex(of: 0x0A), feed > 0 else { return false }
        return bytes[feed - 1] == 0x0D
    }

    static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
            result.append(byte)
        }
        return result
    }

    static func split(_ bytes: [UInt8]) -> [Line] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines
    }

    static func joined(_ lines: [Line], carriageReturns: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.count + 2 })
        for line in lines {
            bytes += line
            if carriageReturns { bytes.append(0x0D) }
            bytes.append(0x0A)
        }
        return bytes
    }

    /// Lines moved to the right, or to the left as far as they have blanks.
    static func shifted(_ lines: [Line], by columns: Int) -> [Line] {
        if columns == 0 { return lines }
        return lines.map { line in
            if columns < 0 { return line.dropFirst(min(-columns, blanks(line))) }
            return line.isEmpty ? line : (Array(repeating: 0x20, count: columns) + line)[...]
        }
    }

    /// How many blanks a line begins with.
    static func blanks(_ line: Line) -> Int { line.prefix { $0 == 0x20 }.count }

    static func isBlank(_ line: Line) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    /// Lines that no value depends on, comments that is: those of the side that changed them, or of both.
    static func merged(base: [Line], ours: [Line], theirs: [Line]) -> [Line] {
        if ours == base { return theirs }
        if theirs == base || ours == theirs { return ours }
        let known = Set(base).union(ours)
        return ours + theirs.filter { !isBlank($0) && !known.contains($0) }
    }
}
