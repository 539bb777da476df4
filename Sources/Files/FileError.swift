import Diagnostics
import SystemPackage

/// A file operation that the system refused.
package struct FileError: UserFacingError, Hashable {
    /// What was being done, such as `write` or `make the folder`.
    package let action: String
    /// The path as it was asked for, absolute or relative to the working directory.
    package let path: FilePath
    /// Of the system call that was refused.
    package let code: Errno

    /// Takes what was being done, worded to stand behind `cannot`, and on what.
    package init(_ action: String, _ path: FilePath, _ code: Errno) {
        self.action = action
        self.path = path
        self.code = code
    }

    /// With the system's reason in words of ours for the common ones.
    package var message: String { "cannot \(action) '\(Console.sanitized(path.string))': \(reason)" }

    private var reason: String {
        switch code {
        case .noSpace, .diskQuotaExceeded: "no space left on the disk"
        case .permissionDenied, .notPermitted: "permission denied"
        case .readOnlyFileSystem: "the file system is read-only"
        case .noSuchFileOrDirectory: "no such file or folder"
        case .notDirectory: "a part of the path is not a folder"
        case .isDirectory: "it is a folder"
        case .fileNameTooLong: "the name is too long"
        case .tooManySymbolicLinkLevels: "the symbolic links go in a circle"
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: "too many files are open"
        case .fileExists: "it exists already"
        case .directoryNotEmpty: "the folder is not empty"
        case .ioError: "the disk reports an input/output error"
        default: code.description.lowercased()
        }
    }

    /// For a full disk and for missing permissions; otherwise `nil`.
    package var hint: String? {
        switch code {
        case .noSpace, .diskQuotaExceeded: "free some space and run the command again; nothing half-written was kept"
        case .permissionDenied, .notPermitted, .readOnlyFileSystem: "check who owns it and whether you may write there"
        default: nil
        }
    }
}
