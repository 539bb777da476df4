import Clibgit2
import Files
import SystemPackage

/// All files of a commit, or of the index, sorted by the bytes of their paths.
///
/// Reading one costs as much as there are files; what is asked afterwards costs a search in a sorted list.
package struct FileListing: Sendable {
    /// A file, a link or a submodule.
    package struct Entry: Sendable {
        /// From the top of the work tree, with `/` between its parts.
        package let path: String
        /// What git takes it for; never a directory.
        package let kind: TreeEntry.Kind
        /// The contents; meaningless for a submodule.
        package let blob: BlobID

        /// Whether it has contents: a file, executable or not.
        package var isFile: Bool { kind == .file || kind == .executable }
    }

    /// All of them, sorted by the bytes of their paths.
    package private(set) var entries: [Entry]

    init(sorted entries: [Entry]) { self.entries = entries }

    /// The position of the first entry that does not come before a path.
    private func position(of path: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].path.utf8.lexicographicallyPrecedes(path.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The entry of exactly this path.
    package func entry(at path: String) -> Entry? {
        let position = position(of: path)
        guard position < entries.count, entries[position].path.utf8.elementsEqual(path.utf8) else { return nil }
        return entries[position]
    }

    /// The entries below a folder, whatever their depth; all of them for the empty path.
    package func entries(below folder: String) -> ArraySlice<Entry> {
        if folder.isEmpty { return entries[...] }
        let start = position(of: folder + "/")
        // `0` is the byte after `/`.
        let end = position(of: folder + "0")
        return start < end ? entries[start..<end] : []
    }
}

extension Repository {
    /// The files of the index that git would commit now, `GIT_INDEX_FILE` honoured.
    ///
    /// Where a merge left several versions of a file it is left out: git commits no such index.
    package func stagedFiles() throws -> FileListing {
        let file = indexFile
        let index: Handle
        do throws(GitError) {
            index = try Handle(git_index_free) { out in file.withPlatformString { git_index_open(&out, $0) } }
        } catch {
            // A split or sparse index is git's own affair.
            return try stagedFilesAsGitSeesThem()
        }
        var entries: [FileListing.Entry] = []
        let count = git_index_entrycount(index.raw)
        entries.reserveCapacity(count)
        for position in 0..<count {
            guard let entry = git_index_get_byindex(index.raw, position)?.pointee else { continue }
            if entry.mode == 0o040000 { return try stagedFilesAsGitSeesThem() }
            // What is only meant to be added, by 'git add --intent-to-add', is not committed.
            guard (entry.flags >> 12) & 3 == 0, entry.flags_extended & intentToAdd == 0,
                let path = String(validatingCString: entry.path)
            else { continue }
            entries.append(.init(path: path, kind: TreeEntry.Kind(mode: entry.mode), blob: BlobID(entry.id)))
        }
        return FileListing(sorted: entries)
    }

    /// `GIT_INDEX_ENTRY_INTENT_TO_ADD`.
    private var intentToAdd: UInt16 { 1 << 13 }

    private func stagedFilesAsGitSeesThem() throws -> FileListing {
        let git = GitCommand(in: workTree ?? gitDirectory)
        let answer = try git.run("ls-files", "--stage", "-z", "--full-name", "--", ":/")
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: ["ls-files"], complaint: answer.complaint)
        }
        let meant = try pathsMeantToBeAdded(git)
        let entries: [FileListing.Entry] = answer.output.split(separator: 0).compactMap { line in
            guard let tab = line.firstIndex(of: 9), !meant.contains(line[line.index(after: tab)...]),
                let path = String(validating: line[line.index(after: tab)...], as: UTF8.self)
            else { return nil }
            let words = line[..<tab].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3, words[2] == "0", let mode = UInt32(words[0], radix: 8), let blob = BlobID(words[1])
            else { return nil }
            return .init(path: path, kind: TreeEntry.Kind(mode: mode), blob: blob)
        }
        return FileListing(sorted: entries)
    }

    /// The files for which only 'git add --intent-to-add' was called.
    private func pathsMeantToBeAdded(_ git: GitCommand) throws -> Set<ArraySlice<UInt8>> {
        let answer = try git.run(
            "-c", "core.fsmonitor=false", "diff-files", "--diff-filter=A", "--name-only", "--no-ext-diff", "-z")
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: ["diff-files"], complaint: answer.complaint)
        }
        return Set(answer.output.split(separator: 0))
    }

    /// The files of a tree.
    package func files(of tree: TreeID) throws -> FileListing {
        var entries: [FileListing.Entry] = []
        func visit(_ tree: TreeID, _ prefix: String) throws {
            for entry in try self.entries(of: tree) {
                if entry.kind == .directory {
                    try visit(entry.tree, prefix + entry.name + "/")
                } else {
                    entries.append(.init(path: prefix + entry.name, kind: entry.kind, blob: entry.blob))
                }
            }
        }
        // git sorts a folder as if its name ended in a slash, so this is the order of the whole paths.
        try visit(tree, "")
        return FileListing(sorted: entries)
    }

    /// The paths at which a tree and a listing differ, in the order of their bytes.
    ///
    /// - Parameters:
    ///   - tree: `nil` is a tree without files.
    ///   - enters: Whether a folder counts, given with `/` at its end; others are not read.
    package func paths(
        differingFrom tree: TreeID?, in listing: FileListing, enters: (String) -> Bool = { _ in true }
    ) throws -> [String] {
        guard let tree else { return listing.entries.map(\.path) }
        var changed: [String] = []
        try compare(tree, listing.entries[...], prefix: "", enters, into: &changed)
        return changed
    }

    /// Walks a tree and the part of a sorted listing that lies in the same folder side by side.
    private func compare(
        _ tree: TreeID, _ part: ArraySlice<FileListing.Entry>, prefix: String, _ enters: (String) -> Bool,
        into changed: inout [String]
    ) throws {
        var rest = part
        for entry in try entries(of: tree) {
            let path = prefix + entry.name
            let isFolder = entry.kind == .directory
            let bound = isFolder ? path + "/" : path
            while let first = rest.first, first.path.utf8.lexicographicallyPrecedes(bound.utf8) {
                changed.append(first.path)
                rest.removeFirst()
            }
            if isFolder {
                let end = Self.end(of: bound, in: rest)
                if enters(bound) { try compare(entry.tree, rest[..<end], prefix: bound, enters, into: &changed) }
                rest = rest[end...]
            } else if let first = rest.first, first.path.utf8.elementsEqual(path.utf8) {
                if first.kind != entry.kind || first.blob != entry.blob { changed.append(path) }
                rest.removeFirst()
            } else {
                changed.append(path)
            }
        }
        changed += rest.map(\.path)
    }

    /// Where the entries below a folder end, which are the first ones.
    private static func end(of folder: String, in entries: ArraySlice<FileListing.Entry>) -> Int {
        var low = entries.startIndex
        var high = entries.endIndex
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].path.utf8.starts(with: folder.utf8) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension TreeEntry.Kind {
    init(mode: UInt32) {
        switch mode {
        case 0o040000: self = .directory
        case 0o100755: self = .executable
        case 0o120000: self = .symlink
        case 0o160000: self = .submodule
        default: self = .file
        }
    }
}

/// A project inside of a commit or of the index, read as files.
package struct ListingTree: FileTree {
    private let repository: Repository
    private let listing: FileListing
    /// The project's folder inside the repository with `/` behind it; empty at the top.
    private let prefix: String
    /// Files that are to be seen with other contents, by their paths from the project's root.
    private let replaced: [FilePath: [UInt8]]

    /// The files of a listing below a project's folder.
    package init(
        _ repository: Repository, _ listing: FileListing, prefix: FilePath = "", replacing: [FilePath: [UInt8]] = [:]
    ) {
        self.repository = repository
        self.listing = listing
        self.prefix = prefix.isEmpty ? "" : prefix.string + "/"
        replaced = replacing
    }

    /// The bytes of a file; `nil` for anything else, and where nothing is.
    package func contents(of path: FilePath) throws -> [UInt8]? {
        if let bytes = replaced[path] { return bytes }
        guard let entry = entry(at: path), entry.isFile else { return nil }
        return try repository.blob(entry.blob)
    }

    /// What is committed at a path of the project.
    package func entry(at path: FilePath) -> FileListing.Entry? {
        guard !path.isAbsolute, path.components.first?.kind != .parentDirectory else { return nil }
        return listing.entry(at: prefix + path.string)
    }

    /// What is at a path; folders are there as far as files are in them.
    package func kind(of path: FilePath) throws -> FileKind? {
        switch entry(at: path)?.kind {
        case .file, .executable: .file
        case .symlink: .symlink
        case .submodule, .directory: .other
        case nil: listing.entries(below: (prefix + path.string).trimmingSlash).isEmpty ? nil : .directory
        }
    }

    /// The names in a folder, sorted as git sorts them; `nil` where no file is in it.
    package func list(_ directory: FilePath) throws -> [(name: String, kind: FileKind)]? {
        let folder = (prefix + directory.string).trimmingSlash
        let entries = listing.entries(below: folder)
        if entries.isEmpty { return nil }
        let start = folder.isEmpty ? 0 : folder.utf8.count + 1
        var result: [(name: String, kind: FileKind)] = []
        for entry in entries {
            let rest = entry.path.utf8.dropFirst(start)
            let name = String(Substring(rest.prefix { $0 != UInt8(ascii: "/") }))
            let isFolder = name.utf8.count < rest.count
            if isFolder, let last = result.last, last.name.utf8.elementsEqual(name.utf8) { continue }
            let kind: FileKind =
                isFolder ? .directory : entry.isFile ? .file : entry.kind == .symlink ? .symlink : .other
            result.append((name, kind))
        }
        return result
    }
}

extension String {
    fileprivate var trimmingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
