import Cache
import Files
import Formats
import SystemPackage

/// Brings the text of a `dvc.lock` to entries of the newer generation.
///
/// Only the hashes are written into the text, so that every comment and all order stays; a text in which they stand
/// differently than programs write them gets the changed entries anew.
struct LockMigration {
    /// A stage whose entry changes.
    struct Change {
        let name: String
        let old: StageLock
        let new: StageLock
    }

    private let file: String
    private let bytes: [UInt8]

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// The text with the changes.
    ///
    /// - Throws: `FormatError` for a file that cannot be read.
    func text(with changes: [Change]) throws(FormatError) -> [UInt8] {
        let wanted = try LockFile.parse(bytes, file: file).stages.map { stage in
            changes.first { $0.name.isIdentical(to: stage.name) }?.new ?? stage.entry
        }
        if let result = try edited(changes), let back = try? LockFile.parse(result, file: file),
            back.stages.count == wanted.count,
            zip(back.stages, wanted).allSatisfy({ $0.entry.isEqual(to: $1) })
        {
            return result
        }
        var result = bytes
        for change in changes {
            result = try LockFile.updated(result, file: file, stage: change.name, entry: change.new).bytes
        }
        return result
    }

    private struct Edit {
        let range: Range<Int>
        let text: String
    }

    /// - Returns: `nil` where the hashes stand differently than expected.
    private func edited(_ changes: [Change]) throws(FormatError) -> [UInt8]? {
        guard let stages = try YAML.parse(bytes, file: file)?.entry("stages") else { return nil }
        var edits: [Edit] = []
        for change in changes {
            guard let node = stages.entry(change.name) else { return nil }
            for (key, old, new) in [
                ("deps", change.old.dependencies, change.new.dependencies),
                ("outs", change.old.outputs, change.new.outputs),
            ] where !old.isEmpty {
                guard case .sequence(let items)? = node.entry(key)?.content, items.count == old.count else {
                    return nil
                }
                for (item, pair) in zip(items, zip(old, new)) where pair.0.generation != pair.1.generation {
                    guard let found = hashEdits(item, pair.0, pair.1) else { return nil }
                    edits += found
                }
            }
        }
        var result = bytes
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            result.replaceSubrange(edit.range, with: edit.text.utf8)
        }
        return result
    }

    private func hashEdits(_ item: YAMLNode, _ old: LockEntry, _ new: LockEntry) -> [Edit]? {
        guard case .mapping(let pairs) = item.content, let md5 = new.md5,
            let hash = pairs.first(where: { $0.key.scalarText == "md5" }), item.entry("hash") == nil
        else { return nil }
        let glue = item.isFlow ? ", " : "\n" + String(repeating: " ", count: max(0, hash.key.start.column - 1))
        let start = hash.key.start.offset
        var edits = [
            Edit(range: start..<start, text: "hash: md5" + glue),
            Edit(range: Self.range(hash.value), text: Self.scalar(.string(md5))),
        ]
        if let size = item.entry("size"), old.size != new.size, let bytes = new.size {
            edits.append(Edit(range: Self.range(size), text: String(bytes)))
        }
        if new.isExecutable, !old.isExecutable {
            guard item.entry("isexec") == nil else { return nil }
            let known = ["md5", "size", "nfiles"].compactMap { item.entry($0)?.end.offset }
            guard let end = known.max() else { return nil }
            // Behind a comment on the same line.
            let lineEnd = item.isFlow ? end : bytes[end...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
            edits.append(Edit(range: lineEnd..<lineEnd, text: glue + "isexec: true"))
        }
        return edits
    }

    private static func range(_ node: YAMLNode) -> Range<Int> { node.start.offset..<node.end.offset }

    private static func scalar(_ value: Value) -> String { String(YAML.emit(value).prefix { $0 != "\n" }) }
}
