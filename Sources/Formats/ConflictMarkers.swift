/// The lines that git puts around the parts of a file in which two sides of a merge differ.
package enum ConflictMarkers {
    /// A run of lines: those without a conflict, or the two sides of one.
    package enum Part {
        case plain([ArraySlice<UInt8>])
        case conflict(ours: [ArraySlice<UInt8>], theirs: [ArraySlice<UInt8>])
    }

    /// How often the sign of a marker stands in a row where git does not ask for more.
    package static let size = 7

    /// Both sides of a conflict, with the markers around them.
    package static func around(
        ours: [ArraySlice<UInt8>], theirs: [ArraySlice<UInt8>], size: Int = size
    ) -> [ArraySlice<UInt8>] {
        func marker(_ sign: Character, _ label: String) -> ArraySlice<UInt8> {
            Array((String(repeating: sign, count: size) + label).utf8)[...]
        }
        return [marker("<", " ours")] + ours + [marker("=", "")] + theirs + [marker(">", " theirs")]
    }

    /// Cuts a text at its markers.
    ///
    /// - Returns: `nil` where there are none, or where they do not belong together.
    package static func parts(of bytes: [UInt8]) -> [Part]? {
        guard bytes.withUnsafeBufferPointer({ SourceExcerpt.hasConflictMarkers($0) }) else { return nil }
        var parts: [Part] = []
        var plain: [ArraySlice<UInt8>] = []
        var ours: [ArraySlice<UInt8>] = []
        var theirs: [ArraySlice<UInt8>] = []
        // 0 outside, 1 among ours, 2 among what was before (with `merge.conflictStyle=diff3`), 3 among theirs.
        var place = 0
        for line in lines(of: bytes) {
            switch (marker(line), place) {
            case ("<", 0):
                parts.append(.plain(plain))
                (plain, ours, theirs, place) = ([], [], [], 1)
            case ("|", 1): place = 2
            case ("=", 1), ("=", 2): place = 3
            case (">", 3):
                parts.append(.conflict(ours: ours, theirs: theirs))
                place = 0
            case ("<", _), (">", _): return nil
            default:
                switch place {
                case 0: plain.append(line)
                case 1: ours.append(line)
                case 3: theirs.append(line)
                default: break
                }
            }
        }
        guard place == 0, !parts.isEmpty else { return nil }
        return parts + [.plain(plain)]
    }

    /// The first line that begins or ends a conflict, counted from one.
    package static func firstLine(of bytes: [UInt8]) -> Int? {
        guard bytes.withUnsafeBufferPointer({ SourceExcerpt.hasConflictMarkers($0) }) else { return nil }
        return lines(of: bytes).firstIndex { line in
            guard let sign = marker(line), sign == "<" || sign == ">" else { return false }
            return line.contains(0x20)
        }.map { $0 + 1 }
    }

    /// The lines of a text without their ends; a carriage return is part of the end.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }

    private static func marker(_ line: ArraySlice<UInt8>) -> Character? {
        guard let first = line.first, line.count >= size else { return nil }
        let sign = Character(UnicodeScalar(first))
        guard ["<", "|", "=", ">"].contains(sign), line.prefix(size).allSatisfy({ $0 == first }) else { return nil }
        let rest = line.drop { $0 == first }
        if sign == "=" { return rest.isEmpty ? sign : nil }
        return rest.isEmpty || rest.first == 0x20 ? sign : nil
    }
}
