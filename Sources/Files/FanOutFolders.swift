import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The 256 folders, `00` to `ff`, over which a store spreads its files by the first byte of their hashes.
///
/// Making one can take longer than the file that goes there, so the missing ones are made one by one while nobody waits.
package final class FanOutFolders {
    private let folder: FilePath
    private let sharedMode: UInt16?
    private var missing: [String]?
    /// What the folders get beyond what the umask allows; `nil` for those of one user.
    private var mode: UInt16?

    /// Makes nothing yet.
    ///
    /// - Parameters:
    ///   - folder: Where they belong; nothing is made as long as it is not there, or where it belongs to somebody who
    ///     does not share it, and who could not write into what this user makes.
    ///   - sharedMode: The permission bits that those who share the store have agreed on; `nil` goes by the folder's.
    package init(in folder: FilePath, sharedMode: UInt16? = nil) {
        self.folder = folder
        self.sharedMode = sharedMode
    }

    /// Makes one that is missing.
    ///
    /// - Returns: Whether there may be more to make.
    package func makeNext() -> Bool {
        if missing == nil { look() }
        guard let name = missing?.popLast() else { return false }
        let path = folder.appending(name)
        if path.withPlatformString({ mkdir($0, 0o777) }) != 0 {
            if errno == EEXIST { return true }
            // It would be the same with the others.
            missing = []
            return false
        }
        if let mode { try? FileIO.setMode(path, mode) }
        return true
    }

    private func look() {
        guard let status = try? FileStatus.of(folder, followingLinks: true), status.kind == .directory else { return }
        // With both bits whoever may write here may write into what is made here, too.
        let isShared = status.mode & 0o2020 == 0o2020
        guard isShared || status.owner == geteuid(), let present = try? FileIO.list(folder) else { return }
        // Of one user's folder the group may be another one than that of what is made in it.
        mode = sharedMode ?? (isShared ? status.mode : nil)
        let names = Set(present.map(\.name))
        let digits = Array("0123456789abcdef")
        missing = digits.flatMap { first in digits.map { "\(first)\($0)" } }.filter { !names.contains($0) }
    }
}
