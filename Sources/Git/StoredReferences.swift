import Files
import SystemPackage

/// Reads references from where git keeps them: a file each below `refs`, and one file of packed references.
///
/// libgit2 copies all packed references for each question and looks at every one; with thousands of experiments that is
/// most of what a command does.
struct StoredReferences {
    private let repository: Repository

    init(_ repository: Repository) { self.repository = repository }

    /// The direct references below a prefix that ends in `/`, sorted by name; symbolic ones are left out.
    func references(below prefix: String) throws(FileError) -> [NamedCommit] {
        // The loose ones first: what is packed meanwhile is then found in the file.
        let loose = try self.loose(below: prefix)
        let packed = try self.packed(below: prefix)
        if loose.found.isEmpty { return packed }
        var result: [NamedCommit] = []
        result.reserveCapacity(loose.found.count + packed.count)
        for reference in packed where !loose.names.contains(ExactString(reference.name)) { result.append(reference) }
        result += loose.found
        return result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private func loose(below prefix: String) throws(FileError) -> (found: [NamedCommit], names: Set<ExactString>) {
        var found: [NamedCommit] = []
        var names: Set<ExactString> = []
        var folders = [String(prefix.dropLast())]
        while let folder = folders.popLast() {
            let place = repository.commonDirectory.pushing(FilePath(folder))
            for entry in try FileIO.list(place) ?? [] {
                let name = folder + "/" + entry.name
                if entry.kind == .directory {
                    folders.append(name)
                    continue
                }
                if name.hasSuffix(".lock") { continue }
                // A symbolic reference, which once was a link, hides a packed one, too.
                names.insert(ExactString(name))
                guard entry.kind == .file, let bytes = try FileIO.read(place.appending(entry.name)) else { continue }
                if let commit = bytes.withUnsafeBufferPointer({ CommitID(digits: $0.prefix(40)) }) {
                    found.append(NamedCommit(name: name, commit: commit))
                }
            }
        }
        return (found, names)
    }

    /// Lines are an id, a blank and a name; others are comments and what tags stand for.
    private func packed(below prefix: String) throws(FileError) -> [NamedCommit] {
        guard let bytes = try FileIO.read(repository.commonDirectory.appending("packed-refs")) else { return [] }
        let prefix = Array(prefix.utf8)
        var result: [NamedCommit] = []
        bytes.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                var end = start
                while end < text.count, text[end] != 10 { end += 1 }
                let line = UnsafeBufferPointer(rebasing: text[start..<end])
                start = end + 1
                guard line.count > 41, line[40] == 0x20, Self.begins(line, with: prefix),
                    let commit = CommitID(digits: line.prefix(40)),
                    let name = String(validating: line[41...], as: UTF8.self)
                else { continue }
                result.append(NamedCommit(name: name, commit: commit))
            }
        }
        return result
    }

    private static func begins(_ line: UnsafeBufferPointer<UInt8>, with prefix: [UInt8]) -> Bool {
        guard line.count > 41 + prefix.count else { return false }
        for (number, byte) in prefix.enumerated() where line[41 + number] != byte { return false }
        return true
    }
}
