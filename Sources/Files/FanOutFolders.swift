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
    private var missing: [String]?
    private var mode: UInt16 = 0

    /// Makes nothing yet.
    ///
    /// - Parameter folder: Where they belong; nothing is made as long as it is not there.
    package init(in folder: FilePath) { self.folder = folder }

    /// Makes one that is missing, with the permission bits of the folder around it.
    ///
    /// - Returns: Whether there may be more to make.
    package func makeNext() -> Bool {
        if missing == nil { look() }
        guard let name = missing?.popLast() else { return false }
        let path = folder.appending(name)
        if path.withPlatformString({ mkdir($0, mode_t(mode & 0o777)) }) != 0 {
            if errno == EEXIST { return true }
            // It would be the same with the others.
            missing = []
            return false
        }
        // Whoever shares a store has agreed on more than the umask allows.
        try? FileIO.setMode(path, mode)
        return true
    }

    private func look() {
        guard let status = try? FileStatus.of(folder, followingLinks: true), status.kind == .directory,
            let present = try? FileIO.list(folder)
        else { return }
        mode = status.mode
        let names = Set(present.map(\.name))
        let digits = Array("0123456789abcdef")
        missing = digits.flatMap { first in digits.map { "\(first)\($0)" } }.filter { !names.contains($0) }
    }
}
