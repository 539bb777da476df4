import Files
import SystemPackage

/// Makes a project.
package struct ProjectInit: Sendable {
    /// Write the files anew where a project is already; cache, temporary and local files stay.
    package var force = false
    /// The project is not at the top of its git repository.
    package var subdirectory = false
    /// There is no git repository, or it is not to be used.
    package var withoutGit = false

    /// Makes a new project at the top of a git repository.
    package init() {}

    /// A file of a fresh project.
    package struct File: Sendable {
        /// Relative to the project root.
        package let path: FilePath
        /// All that the file holds; a fresh configuration may be empty.
        package let bytes: [UInt8]
        /// Whether it belongs into git.
        package let isTracked: Bool
        /// Whether one that exists is left as it is.
        package let keepsExisting: Bool
    }

    /// The files of a fresh project.
    package var files: [File] {
        let config = withoutGit ? "[core]\n    no_scm = True\n" : ""
        let ignored = """
            # Add patterns of files dvc should ignore, which could improve
            # the performance. Learn more at
            # https://dvc.org/doc/user-guide/dvcignore

            """
        return [
            file(".dvc/config", config), file(".dvc/.gitignore", "/config.local\n/tmp\n/cache\n"),
            file(".dvcignore", ignored, keepsExisting: true),
            file(".dvc/tmp/btime", "", isTracked: false, keepsExisting: true),
        ]
    }

    private func file(_ path: FilePath, _ text: String, isTracked: Bool = true, keepsExisting: Bool = false) -> File {
        File(path: path, bytes: Array(text.utf8), isTracked: isTracked && !withoutGit, keepsExisting: keepsExisting)
    }

    /// Writes the files into a folder.
    ///
    /// - Parameters:
    ///   - folder: The absolute path of the project root to be.
    ///   - repository: The top of the git repository around it; `nil` where there is none.
    /// - Returns: The paths to stage with git, relative to `folder`.
    /// - Throws: ``PipelineError`` where a project is already, or git is not as said; then nothing was written.
    package func make(in folder: FilePath, repository: FilePath?) throws -> [FilePath] {
        let home = folder.appending(".dvc")
        if !withoutGit {
            guard let repository else { throw PipelineError.noRepository(folder) }
            if !subdirectory && repository != folder {
                throw PipelineError.notTopOfRepository(folder, top: repository)
            }
        }
        let existing = try FileStatus.of(home, followingLinks: true)
        if existing != nil && (!force || existing?.kind != .directory) { throw PipelineError.projectExists(home) }
        for file in files {
            let path = folder.pushing(file.path)
            if file.keepsExisting, try FileStatus.of(path, followingLinks: false) != nil { continue }
            try FileIO.makeDirectories(path.parent)
            try FileIO.replace(path, with: file.bytes, sync: false)
        }
        return files.filter(\.isTracked).map(\.path)
    }
}
