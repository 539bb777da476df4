import Files
import Formats
import Pipeline

/// What a merge of a file gave.
package struct MergeResult: Sendable {
    /// The text to leave in the file.
    package var bytes: [UInt8]
    /// The parts that both sides changed, such as stages; markers are around each.
    package var conflicts: [String]
}

/// The merge of a `dvc.yaml` or a `dvc.lock`.
package struct FileMerge: Sendable {
    /// What a file is.
    package enum Kind: String, Sendable, CaseIterable {
        case lock, yaml
    }

    /// Which rules apply.
    package let kind: Kind
    /// How often the sign of a conflict marker stands in a row.
    package var markerSize = ConflictMarkers.size

    /// A merge of files of one kind.
    package init(_ kind: Kind) { self.kind = kind }

    /// Merges three texts.
    ///
    /// - Parameters:
    ///   - base: The common ancestor; empty where there is none.
    ///   - file: The name of the file in errors.
    /// - Returns: `nil` where the layout is one that cannot be merged by parts.
    /// - Throws: `FormatError` for a text that cannot be read.
    package func merge(
        base: [UInt8], ours: [UInt8], theirs: [UInt8], file: String
    ) throws(FormatError) -> MergeResult? {
        let base = kind == .lock ? ancestor(base, of: [ours, theirs], file: file) : base
        let texts = try alike([base, ours, theirs], file: file)
        if let result = try merge(texts.files, texts.rules, file: file) { return result }
        if kind == .yaml { return nil }
        // A lock that somebody laid out anew becomes what programs write.
        var usual: [[UInt8]] = []
        for bytes in texts.files {
            let value = try YAML.load(bytes, file: file)
            usual.append(value == .null ? [] : YAML.emitBytes(value, lossless: true))
        }
        return try merge(usual, texts.rules, file: file)
    }

    /// The ancestor without the stages that git found in conflict when it put it together from several ancestors: what
    /// both sides made of such a stage is compared as if both had added it.
    ///
    /// - Returns: The text as it is where one side has removed such a stage: nobody can tell whether it should be.
    private func ancestor(_ base: [UInt8], of sides: [[UInt8]], file: String) -> [UInt8] {
        guard let found = LockFile.withoutConflicts(base, file: file) else { return base }
        for name in found.contested {
            let holders = sides.filter { side in
                ((try? LockFile.parse(side, file: file))?.stages ?? []).contains { $0.name.isIdentical(to: name) }
            }
            if holders.count == 1 { return base }
        }
        return found.text
    }

    private func merge(
        _ files: [[UInt8]], _ rules: MergeRules, file: String
    ) throws(FormatError) -> MergeResult? {
        let base = try MergeSide(files[0], file: file)
        let ours = try MergeSide(files[1], file: file)
        let theirs = try MergeSide(files[2], file: file)
        var values = ValueMerge(rules)
        guard let expected = try? values.merge(base.value, ours.value, theirs.value, at: []) ?? .null,
            let lines = try? TextMerge(rules: rules, markerSize: markerSize).merged(
                base: base, ours: ours, theirs: theirs),
            Self.says(lines, expected, conflicts: values.conflicts.count)
        else { return nil }
        // Line ends are those of the side that changed them.
        let returns =
            ours.hasCarriageReturns == base.hasCarriageReturns && !base.lines.isEmpty
            ? theirs.hasCarriageReturns : ours.hasCarriageReturns
        return MergeResult(
            bytes: MergeLines.joined(lines, carriageReturns: returns),
            conflicts: values.conflicts.map { $0.last ?? "" })
    }

    /// Reads the lines again: they must say what the merge of the values says.
    private static func says(_ lines: [Line], _ expected: Value, conflicts: Int) -> Bool {
        var text = MergeLines.joined(lines)
        if conflicts > 0 {
            guard let parts = ConflictMarkers.parts(of: text) else { return false }
            var plain: [Line] = []
            var found = 0
            for part in parts {
                switch part {
                case .plain(let lines): plain += lines
                case .conflict: found += 1
                }
            }
            guard found == conflicts else { return false }
            text = MergeLines.joined(plain)
        }
        guard let value = try? YAML.load(text, file: "") else { return false }
        return value.withoutNothing.isSame(as: expected.withoutNothing)
    }

    /// The three texts in one kind of layout, and the rules for it.
    private func alike(
        _ files: [[UInt8]], file: String
    ) throws(FormatError) -> (files: [[UInt8]], rules: MergeRules) {
        if kind == .yaml { return (files, .pipeline) }
        var isFirst: [Bool] = []
        for bytes in files where !bytes.isEmpty { isFirst.append(try LockFile.isFirstKind(bytes, file: file)) }
        if !isFirst.contains(true) { return (files, .lock) }
        if !isFirst.contains(false) { return (files, .firstLock) }
        var result: [[UInt8]] = []
        for bytes in files { result.append(try LockFile.inCurrentKind(bytes, file: file)) }
        return (result, .lock)
    }
}

extension Value {
    /// Without top-level entries that are empty: a file that has nothing left but markers says null there.
    fileprivate var withoutNothing: Value {
        guard let mapping else { return self == .null ? .mapping(Mapping()) : self }
        return .mapping(
            Mapping(entries: mapping.entries.filter { $0.value != .null && $0.value != .mapping(Mapping()) }))
    }
}
