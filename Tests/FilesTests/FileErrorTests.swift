import Files
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What the system refuses comes back with what was done, and to which file. Nothing here depends on permissions, which
/// do not stop root: files stand where folders should be, and the reverse.
@Suite struct FileErrorTests {
    private let folder: TemporaryDirectory
    private let file: FilePath
    private let full: FilePath

    init() throws {
        folder = try TemporaryDirectory()
        file = folder.path.appending("file")
        full = folder.path.appending("full")
        try FileIO.makeDirectories(full.appending("inside"))
        try FileIO.replace(file, with: [65], sync: false)
    }

    @Test func reading() throws {
        #expect(try FileIO.read(folder.path.appending("absent")) == nil)
        #expect(throws: FileError("read", full, .isDirectory)) { try FileIO.read(full) }
        let pipe = folder.path.appending("pipe")
        #expect(mkfifo(pipe.string, 0o600) == 0)
        #expect(throws: FileError("read", pipe, .notSupported)) { try FileIO.read(pipe) }
        let circle = folder.path.appending("circle")
        try FileIO.makeSymlink(circle, to: "circle")
        #expect(throws: FileError("read", circle, .tooManySymbolicLinkLevels)) { try FileIO.read(circle) }
        #expect(throws: FileError("look at", circle, .tooManySymbolicLinkLevels)) {
            try FileStatus.of(circle, followingLinks: true)
        }
    }

    @Test func writing() throws {
        #expect(throws: FileError.self) { try FileIO.replace(full, with: [66], sync: false) }
        #expect(throws: FileError.self) { try FileIO.replace(file.appending("x"), with: [66], sync: true) }
        let below = file.appending("x")
        #expect(throws: FileError("write", below, .notDirectory)) { try FileIO.overwrite(below, with: [66]) }
        #expect(throws: FileError("write", full, .isDirectory)) { try FileIO.overwrite(full, with: [66]) }
        #expect(try FileIO.read(file) == [65])
        // What was begun beside them is gone.
        #expect(try FileIO.list(folder.path)?.count == 2)
    }

    @Test(.enabled(if: (try? FileStatus.of("/dev/full", followingLinks: true)) != nil, "there is no '/dev/full'"))
    func withoutRoom() throws {
        #expect(throws: FileError("write", "/dev/full", .noSpace)) { try FileIO.overwrite("/dev/full", with: [66]) }
        let device = try FileDescriptor.open("/dev/full", .writeOnly)
        #expect(throws: Errno.noSpace) {
            try [UInt8](repeating: 1, count: 10).withUnsafeBytes { try FileIO.write($0, to: device) }
        }
        try device.close()
    }

    @Test func names() throws {
        #expect(throws: FileError("write", full, .isDirectory)) { try FileIO.move(file, to: full) }
        #expect(throws: FileError.self) { try FileIO.move(folder.path.appending("absent"), to: file) }
        #expect(throws: FileError("remove", full, .isDirectory)) { try FileIO.remove(full) }
        try FileIO.remove(folder.path.appending("absent"))
        #expect(throws: FileError("write", file, .fileExists)) { try FileIO.makeSymlink(file, to: "x") }
        let absent = folder.path.appending("absent")
        #expect(throws: FileError("change the mode of", absent, .noSuchFileOrDirectory)) {
            try FileIO.setMode(absent, 0o600)
        }
        #expect(try FileIO.read(file) == [65])
    }

    @Test func folders() throws {
        #expect(throws: FileError.self) { try FileIO.makeDirectories(file.appending("x")) }
        #expect(try FileIO.list(folder.path.appending("absent")) == nil)
        #expect(throws: FileError("sync", file.appending("x"), .notDirectory)) {
            try FileIO.syncFolder(file.appending("x"))
        }
        let circle = folder.path.appending("circle")
        try FileIO.makeSymlink(circle, to: "circle")
        #expect(throws: FileError("list", circle, .tooManySymbolicLinkLevels)) { try FolderListing.of(circle) }
        #expect(throws: FileError("list", circle, .tooManySymbolicLinkLevels)) { try FileIO.list(circle) }
        #expect(throws: FileError("remove", "/proc/self/status", .notPermitted)) {
            try FileIO.removeTree("/proc/self/status")
        }
    }

    @Test func copies() throws {
        // A file in a folder that is not there, and a folder below a file.
        let nowhere = folder.path.pushing("absent/x")
        #expect(throws: FileError("write", nowhere, .noSuchFileOrDirectory)) { try FileCopy.tree(file, to: nowhere) }
        #expect(throws: FileError.self) { try FileCopy.tree(full, to: file.appending("x")) }
        #expect(try FileIO.read(file) == [65])
        try FileCopy.tree(folder.path.appending("absent"), to: file)
        #expect(try FileIO.read(file) == [65])
    }

    @Test func namesThatAreNoText() throws {
        let odd = Array(folder.path.string.utf8CString.dropLast()) + [0x2F, CChar(bitPattern: 0xFF), 0]
        #expect(creat(odd, 0o600) >= 0)
        let listing = try #require(try FolderListing.of(folder.path))
        #expect(throws: FileError("read a name that is not UTF-8 in", folder.path, .illegalByteSequence)) {
            for index in 0..<listing.count { _ = try listing.name(index) }
        }
    }

    @Test func locks() throws {
        #expect(throws: FileError("lock", full, .isDirectory)) { try FileLock(full) }
        let lock = try FileLock(file)
        #expect(throws: FileLockError.self) { try FileLock(file) }
        withExtendedLifetime(lock) {}
    }
}
