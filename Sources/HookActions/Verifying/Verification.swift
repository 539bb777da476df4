import Cache
import Diagnostics
import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// Judges commits, and what is about to become one: do the lock files tell the truth?
package struct Verification {
    /// What is judged.
    package enum Subject: Sendable {
        /// What is staged, as far as it differs from `HEAD`.
        case staged
        /// A commit, as far as it differs from its first parent.
        case changes(of: CommitID)
        /// All of a commit.
        case everything(in: CommitID)
    }

    let repository: Repository
    private let openProject: (FilePath) throws -> Project
    /// Whether outputs have to be in the cache; of a change, those that the commit before did not name already.
    package var requiresData = true

    /// - Parameter openProject: Opens the project in a folder of the repository, given by its path in it.
    package init(_ repository: Repository, openProject: @escaping (FilePath) throws -> Project) {
        self.repository = repository
        self.openProject = openProject
    }

    /// Judges every project of the repository.
    ///
    /// - Throws: ``GitError`` and what reading objects throws. What is wrong with files is in the verdict.
    package func verdict(on subject: Subject) throws -> Verdict { try verdict(on: subject, replacing: [:]) }

    /// - Parameter files: Files to be seen with other contents, by their paths in the repository.
    func verdict(on subject: Subject, replacing files: [String: [UInt8]]) throws -> Verdict {
        let listing: FileListing
        let parent: Commit?
        var revision: CommitID?
        switch subject {
        case .staged:
            listing = try repository.stagedFiles()
            parent = try repository.head().map { try repository.commit($0) }
        case .changes(let commit), .everything(let commit):
            let commit = try repository.commit(commit)
            revision = commit.id
            listing = try repository.files(of: commit.tree)
            parent = commit.parents.first.flatMap { try? repository.commit($0) }
        }
        var isEverything = false
        if case .everything = subject { isEverything = true }
        var verdict = Verdict()
        for prefix in Self.projects(in: listing) {
            let change = ProjectChange(
                repository, listing, prefix: prefix, parent: parent, isEverything: isEverything,
                revision: revision, requiresData: requiresData, openProject: openProject)
            verdict.add(try change.verdict(replacing: files))
        }
        return verdict
    }

    /// The folders of all projects, those further up first.
    package static func projects(in listing: FileListing) -> [FilePath] {
        let suffix = Array("/.dvc/config".utf8)
        var result: [FilePath] = listing.entry(at: ".dvc/config") == nil ? [] : [""]
        for entry in listing.entries where entry.path.utf8.last == UInt8(ascii: "g") {
            if entry.path.utf8.suffix(suffix.count).elementsEqual(suffix) {
                result.append(FilePath(entry.path).parent.parent)
            }
        }
        return result
    }
}
