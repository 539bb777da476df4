import Clibgit2
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether git stores this repository's files byte for byte, so that no filter needs to run.
enum PlainStorage {
    static func isConfiguredAway(_ settings: GitSettings, _ repository: Repository) -> Bool {
        if let conversion = settings["core.autocrlf"], conversion.lowercased() != "false" { return true }
        if settings.isTrue("core.filemode") == false || settings.isTrue("core.symlinks") == false { return true }
        for key in ["core.sparsecheckout", "core.ignorecase", "extensions.partialclone"]
        where settings[key] != nil && settings.isTrue(key) != false { return true }
        let home = getenvironment("HOME").map { FilePath($0) }
        let settingsFolder = getenvironment("XDG_CONFIG_HOME").map { FilePath($0) } ?? home?.appending(".config")
        let attributes = [
            repository.commonDirectory.pushing("info/attributes"), settingsFolder?.pushing("git/attributes"),
            FilePath("/etc/gitattributes"), settings["core.attributesfile"].map { FilePath($0) },
        ]
        return attributes.contains { path in path.map(convertsContents) ?? false }
    }

    /// Whether each entry of the index is a plain file, and no attributes file asks for conversion.
    static func isPlain(_ index: OpaquePointer, workTree: FilePath) -> Bool {
        if convertsContents(workTree.appending(".gitattributes")) { return false }
        let skipped = UInt16(GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue)
        for position in 0..<git_index_entrycount(index) {
            guard let entry = git_index_get_byindex(index, position)?.pointee else { return false }
            let stage = (entry.flags >> 12) & 3
            let assumedUnchanged = entry.flags & 0x8000 != 0
            if stage != 0 || assumedUnchanged || entry.flags_extended & skipped != 0 || entry.mode == 0o160000 {
                return false
            }
            if hasSuffix(entry.path, "/.gitattributes"),
                convertsContents(workTree.pushing(FilePath(String(cString: entry.path))))
            {
                return false
            }
            if String(validatingCString: entry.path) == nil { return false }
        }
        return true
    }

    private static func hasSuffix(_ text: UnsafePointer<CChar>, _ suffix: StaticString) -> Bool {
        let length = strlen(text)
        guard length >= suffix.utf8CodeUnitCount else { return false }
        return memcmp(text + length - suffix.utf8CodeUnitCount, suffix.utf8Start, suffix.utf8CodeUnitCount) == 0
    }

    /// Whether an attributes file names an attribute that changes contents between workspace and repository.
    private static func convertsContents(_ path: FilePath) -> Bool {
        guard let bytes = try? FileIO.read(path) else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\n").contains { line in
            line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).dropFirst().contains { word in
                let name = word.drop { $0 == "-" || $0 == "!" }.prefix { $0 != "=" }
                return ["filter", "text", "eol", "crlf", "ident", "working-tree-encoding"].contains(name)
                    || line.hasPrefix("[attr]")
            }
        }
    }
}

extension Repository {
    /// Writes a file of the workspace, or a link's target, as a blob; `nil` where it vanished meanwhile.
    func writeWorkspaceBlob(_ path: FilePath, _ status: FileStatus) throws -> BlobID? {
        if status.kind == .symlink {
            guard let target = try FileIO.symlinkTarget(path) else { return nil }
            return try writeBlob(Array(target.string.utf8))
        }
        if status.size < 8 << 20 {
            guard let bytes = try FileIO.read(path) else { return nil }
            return try writeBlob(bytes)
        }
        return try streamBlob(path, size: status.size)
    }

    private func streamBlob(_ path: FilePath, size: Int) throws -> BlobID? {
        guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
        return try file.closeAfter {
            var odb: OpaquePointer?
            try check { git_repository_odb(&odb, raw) }
            defer { git_odb_free(odb) }
            var stream: UnsafeMutablePointer<git_odb_stream>?
            try check { git_odb_open_wstream(&stream, odb, git_object_size_t(size), GIT_OBJECT_BLOB) }
            defer { git_odb_stream_free(stream) }
            var rest = size
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while rest > 0 {
                let count = try buffer.withUnsafeMutableBytes { try file.read(into: .init(rebasing: $0.prefix(rest))) }
                if count == 0 { break }
                let code = buffer.withUnsafeBytes { bytes in
                    git_odb_stream_write(stream, bytes.bindMemory(to: CChar.self).baseAddress, count)
                }
                // libgit2 does not say why, the system does.
                guard code == 0 else { throw FileError("commit", path, Errno(rawValue: errno)) }
                rest -= count
            }
            var oid = git_oid()
            let code = git_odb_stream_finalize_write(&oid, stream)
            // It says why where the file became shorter meanwhile.
            guard code == 0 || rest > 0 else { throw FileError("commit", path, Errno(rawValue: errno)) }
            try check { code }
            return BlobID(oid)
        }
    }
}
