import Diagnostics
import Formats
import SystemPackage

/// A lock file in a form to be compared by people: sizes for reading, and the beginnings of hashes.
package enum LockDescription {
    /// The lines; `nil` for a text that is no lock file.
    ///
    /// Each line says one thing, so that a comparison shows old and new side by side. No control character of the file
    /// is in them.
    package static func lines(of bytes: [UInt8]) -> [String]? {
        guard let lock = try? LockFile.parseWithConflicts(bytes, file: "dvc.lock") else { return nil }
        var lines: [String] = []
        for (name, entry) in lock.stages { lines += self.lines(of: entry, name: name) }
        for (name, entries) in lock.contested {
            lines.append("# a merge left '\(name)' between conflict markers")
            for entry in entries { lines += self.lines(of: entry, name: name) }
        }
        return lines.map(Console.sanitized)
    }

    private static func lines(of entry: StageLock, name: String) -> [String] {
        var lines = ["\(name):"]
        for command in entry.command.list ?? [entry.command] { lines.append("  cmd    \(text(command))") }
        lines += entry.dependencies.map { "  dep    " + text($0) }
        for file in entry.parameters.entries {
            for parameter in file.value.mapping?.entries ?? [] {
                lines.append("  param  \(text(file.key)): \(text(parameter.key)) = \(text(parameter.value))")
            }
        }
        return lines + entry.outputs.map { "  out    " + text($0) }
    }

    private static func text(_ entry: LockEntry) -> String {
        var parts = [entry.path]
        if let size = entry.size { parts.append(ProgressText.size(Double(size))) }
        if let count = entry.fileCount { parts.append("\(count) file\(count == 1 ? "" : "s")") }
        if entry.isExecutable { parts.append("executable") }
        if let md5 = entry.md5 { parts.append(String(md5.prefix(7))) }
        for other in entry.extra.entries { parts.append("\(text(other.key)) \(text(other.value))") }
        return parts.joined(separator: "  ")
    }

    /// On one line.
    private static func text(_ value: Value) -> String {
        if case .string(let text) = value { return text }
        return JSON.pythonDumps(value)
    }
}
