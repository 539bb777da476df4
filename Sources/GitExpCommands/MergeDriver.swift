import ArgumentParser
import Diagnostics
import Files
import Formats
import Git
import Merging
import Pipeline
import SystemPackage

struct MergeDriver: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Merge 'dvc.lock', 'dvc.yaml' and '.dvc' files; git calls this.",
        discussion: """
            Stages are merged one by one; what one side alone changed is taken. A stage that both sides changed stands \
            between conflict markers, and the rest of the file is merged. The result replaces the second file; the status is 1 \
            where there was a conflict. Nothing from the repository is executed.
            """)

    @Option(help: "What the file is: lock, yaml or dvc. Default: what its name says.")
    var kind: String?

    @Option(help: "The length of conflict markers.")
    var markerSize: Int = ConflictMarkers.size

    @Argument(help: "The common ancestor (%O).")
    var base: String

    @Argument(help: "Our file, which takes the result (%A).")
    var ours: String

    @Argument(help: "Their file (%B).")
    var theirs: String

    @Argument(help: "The name of the file in the repository (%P).")
    var path: String

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let folder = Workspace.currentFolder()
        let files = MergedFiles(
            base: folder.pushing(FilePath(base)), ours: folder.pushing(FilePath(ours)),
            theirs: folder.pushing(FilePath(theirs)), name: path, markerSize: max(markerSize, ConflictMarkers.size),
            console: global.console)
        let isClean: Bool
        do {
            isClean = try files.merge(kind ?? MergedFiles.kind(of: path))
        } catch let error as ValidationError {
            throw error
        } catch {
            // Git takes any failure for a conflict, and the file for what is left to solve: theirs must be in it.
            if let error = error as? any UserFacingError { global.console.complain(error.message) }
            _ = try files.mergeAsText()
            throw ExitStatus.no
        }
        if !isClean { throw ExitStatus.no }
    }
}

/// The three files that git hands to a merge driver.
struct MergedFiles {
    let base: FilePath
    let ours: FilePath
    let theirs: FilePath
    /// As the repository has it.
    let name: String
    let markerSize: Int
    let console: Console

    /// What a file is by its name.
    static func kind(of path: String) -> String {
        let name = FilePath(path).lastComponent?.string ?? ""
        if name.utf8.elementsEqual("dvc.lock".utf8) { return "lock" }
        return name.hasSuffix(".dvc") ? "dvc" : "yaml"
    }

    /// Merges the files.
    ///
    /// - Returns: Whether there was no conflict.
    func merge(_ kind: String) throws -> Bool {
        if kind == "dvc" { return try mergeTrackedData() }
        guard let kind = FileMerge.Kind(rawValue: kind) else {
            throw ValidationError("no kind of file is called '\(kind)'; there are lock, yaml and dvc")
        }
        var merge = FileMerge(kind)
        merge.markerSize = markerSize
        let result: MergeResult?
        do throws(FormatError) {
            result = try merge.merge(
                base: try read(base), ours: try read(ours), theirs: try read(theirs), file: name)
        } catch {
            console.warn("\(error.message)\nits lines are merged as those of any text; look at the result")
            _ = try mergeAsText()
            return false
        }
        guard let result else {
            // Nothing is lost where git sees no conflict, but a lock must not be put together from lines.
            return try mergeAsText() && kind == .yaml && isReadable()
        }
        try FileIO.replace(ours, with: result.bytes, sync: false)
        // Longer markers stand in an ancestor that git puts together from several; that is no conflict of the user's.
        for part in result.conflicts where markerSize == ConflictMarkers.size {
            console.note("CONFLICT in '\(Console.sanitized(name))': both sides changed '\(Console.sanitized(part))'")
        }
        return result.conflicts.isEmpty
    }

    private func mergeTrackedData() throws -> Bool {
        let place = Workspace.currentFolder().pushing(FilePath(name)).lexicallyNormalized()
        do {
            let project = try Workspace.openProject(console, at: place.parent.string).project
            let merge = TrackedDataMerge(
                store: try project.config.cache(root: project.root).store, path: project.relative(place),
                root: project.root)
            let merged = try merge.merge(base: try read(base), ours: try read(ours), theirs: try read(theirs))
            try FileIO.replace(ours, with: merged, sync: false)
            return true
        } catch let error as any UserFacingError {
            console.complain("cannot merge '\(Console.sanitized(name))': \(error.message)")
            if let hint = error.hint { console.hint(hint) }
            _ = try mergeAsText()
            return false
        }
    }

    private func read(_ path: FilePath) throws(FormatError) -> [UInt8] {
        do throws(FileError) { return try FileIO.read(path) ?? [] } catch {
            throw FormatError(file: name, problem: error.message)
        }
    }

    /// Whether the merged file is one that can be read.
    private func isReadable() -> Bool {
        guard let bytes = try? FileIO.read(ours) else { return false }
        return (try? YAML.load(bytes, file: name)) != nil
    }

    /// What git does without a driver.
    ///
    /// - Returns: Whether there was no conflict.
    func mergeAsText() throws -> Bool {
        let answer = try GitCommand(in: Workspace.currentFolder()).run([
            "merge-file", "--marker-size=\(markerSize)", "-L", "ours", "-L", "base", "-L", "theirs", "--", ours.string,
            base.string, theirs.string,
        ])
        if answer.exit == .status(255) { console.warn(answer.complaint) }
        return answer.exit.isSuccess
    }
}
