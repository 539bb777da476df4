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
                if lines.contains(where: { $0.starts(with: "  \(Self.placeholder)".utf8) }) { return nil }
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

    /// The text after an edit of one stage, which has no markers then; those around others stay.
    ///
    /// - Returns: `nil` where the edit leaves no stage.
    /// - Throws: `FormatError` for a text that is no lock file outside of the markers.
    func edited(
        _ name: String, file: String, _ edit: (inout LockText) -> Void
    ) throws(FormatError) -> [UInt8]? {
        var lines: [ArraySlice<UInt8>] = []
        var others: [Stage] = []
        for part in parts {
            switch part {
            case .plain(let plain): lines += plain
            case .stage(let stage) where stage.name.isIdentical(to: name):
                lines += stage.ours.isEmpty ? stage.theirs : stage.ours
            case .stage(let stage):
                // An entry in the place of what is no YAML.
                lines.append(Array("  \(Self.placeholder)\(others.count):".utf8)[...])
                others.append(stage)
            }
        }
        var text = try LockText(parsing: Self.text(lines), file: file)
        edit(&text)
        if text.isEmpty { return nil }
        return Self.restoring(others, in: text.renderBytes())
    }

    private static func restoring(_ stages: [Stage], in bytes: [UInt8]) -> [UInt8] {
        var rest = stages[...]
        var next = 0
        var lines: [ArraySlice<UInt8>] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            if let stage = rest.first, line.elementsEqual("  \(placeholder)\(next):".utf8) {
                lines += ConflictMarkers.around(ours: stage.ours, theirs: stage.theirs)
                rest = rest.dropFirst()
                next += 1
            } else {
                lines.append(line)
            }
        }
        return text(lines)
    }

    /// The beginning of the name of an entry that stands for a conflict.
    private static let placeholder = "git-exp-conflict-"

    private static func stage(_ ours: [ArraySlice<UInt8>], _ theirs: [ArraySlice<UInt8>], _ file: String) -> Stage? {
        guard let our = entries(ours, file), let their = entries(theirs, file), our.count <= 1, their.count <= 1,
            let name = (our.first ?? their.first)?.name, (our + their).allSatisfy({ $0.name.isIdentical(to: name) })
        else { return nil }
        return Stage(name: name, entries: (our + their).map(\.entry), ours: ours, theirs: theirs)
    }

    private static func entries(
        _ lines: [ArraySlice<UInt8>], _ file: String
    ) -> [(name: String, entry: StageLock)]? {
        if lines.isEmpty { return [] }
        let head = Array("schema: '2.0'\nstages:\n".utf8)
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
