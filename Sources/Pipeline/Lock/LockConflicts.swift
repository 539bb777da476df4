import Files
import Formats

/// A lock file in which a merge left stages between conflict markers.
///
/// Such a stage has no record: it has to run again, and its new entry takes the place of the markers. Other stages keep
/// theirs, with or without markers.
struct LockConflicts {
    /// The entries of a stage that the two sides have; one of them may have removed it.
    struct Stage {
        let name: String
        let entries: [StageLock]
        fileprivate let ours: [ArraySlice<UInt8>]
        fileprivate let theirs: [ArraySlice<UInt8>]
    }

    private enum Part {
        case plain([ArraySlice<UInt8>])
        case stage(Stage)
    }

    private let parts: [Part]

    /// - Returns: `nil` for a text without markers, and where they are around anything else than a stage.
    init?(_ bytes: [UInt8], file: String) {
        guard let found = ConflictMarkers.parts(of: bytes) else { return nil }
        var parts: [Part] = []
        for part in found {
            switch part {
            case .plain(let lines):
                if lines.contains(where: { $0.starts(with: Self.veil.utf8) }) { return nil }
                parts.append(.plain(lines))
            case .conflict(let ours, let theirs):
                guard let stage = Self.stage(ours, theirs, file) else { return nil }
                parts.append(.stage(stage))
            }
        }
        self.parts = parts
    }

    /// The stages between markers.
    var stages: [Stage] { parts.compactMap { if case .stage(let stage) = $0 { stage } else { nil } } }

    /// The text without the stages between markers.
    var rest: [UInt8] {
        var lines: [ArraySlice<UInt8>] = []
        for case .plain(let plain) in parts { lines += plain }
        return Self.text(lines)
    }

    /// A text for an edit of one stage: that stage without markers, all others as comments. See ``unveiled(_:)``.
    func veiled(for name: String) -> [UInt8] {
        Self.text(
            parts.flatMap { part -> [ArraySlice<UInt8>] in
                switch part {
                case .plain(let lines): return lines
                case .stage(let stage) where stage.name.isIdentical(to: name):
                    return stage.ours.isEmpty ? stage.theirs : stage.ours
                case .stage(let stage):
                    return ConflictMarkers.around(ours: stage.ours, theirs: stage.theirs).map {
                        (Array(Self.veil.utf8) + $0)[...]
                    }
                }
            })
    }

    /// The edited text with the conflicts of the other stages as they were.
    static func unveiled(_ bytes: [UInt8]) -> [UInt8] {
        text(
            bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map { line in
                let text = line.drop { $0 == 0x20 }
                return text.starts(with: veil.utf8) ? text.dropFirst(veil.utf8.count) : line
            })
    }

    /// Makes a comment of a line.
    private static let veil = "#|conflict|"

    private static func stage(_ ours: [ArraySlice<UInt8>], _ theirs: [ArraySlice<UInt8>], _ file: String) -> Stage? {
        guard let our = entries(ours, file), let their = entries(theirs, file), our.count <= 1, their.count <= 1,
            let name = (our.first ?? their.first)?.name, (our + their).allSatisfy({ $0.name.isIdentical(to: name) })
        else { return nil }
        return Stage(name: name, entries: (our + their).map(\.entry), ours: ours, theirs: theirs)
    }

    private static func entries(
        _ lines: [ArraySlice<UInt8>], _ file: String
    ) -> [(name: String, entry: StageLock)]? {
        guard let first = lines.first else { return [] }
        let head = first.first == 0x20 ? Array("schema: '2.0'\nstages:\n".utf8) : []
        return (try? LockFile.parse(head + text(lines), file: file))?.stages
    }

    private static func text(_ lines: [ArraySlice<UInt8>]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line
            bytes.append(0x0A)
        }
        return bytes
    }
}
