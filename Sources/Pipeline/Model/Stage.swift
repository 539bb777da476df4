import Files
import Formats
import SystemPackage

/// One step of a pipeline: a command, what it reads and what it writes.
package struct Stage: Sendable {
    /// The key below `stages` in its `dvc.yaml`, or that of its group with `@` and what tells it from the others.
    package var name: String
    /// The key below `stages` that made it and others, where the name is `group@member`; `nil` for an ordinary stage.
    package var group: String?
    /// The values of parameter files that its `${…}` use, whether or not it depends on them otherwise.
    package var variables: [UsedVariable]
    /// The `dvc.yaml`, relative to the project root.
    package var file: FilePath
    /// Where the command runs and what all paths start from, relative to the project root; the root itself is empty.
    package var folder: FilePath
    /// `wdir` as written; `nil` where it is not.
    package var wdir: String?
    /// `cmd` as it goes into the lock: a string, or a list of strings.
    package var command: Value
    /// `deps`, in the order of the file.
    package var dependencies: [Dependency]
    /// `params`, one for each file, in the order in which files are named first.
    package var parameters: [ParameterDependency]
    /// Outputs, metrics, plots and the `live` folder, in this order, each as written.
    package var outputs: [Output]
    /// The `live` section of DVC 2.0 to 2.33; its folder is also the last of `outputs`.
    package var live: Live?
    /// `frozen`: changes of what the stage needs do not make it run.
    package var isFrozen: Bool
    /// `always_changed`: the stage runs whether or not anything differs.
    package var isAlwaysChanged: Bool
    /// `desc`, for people.
    package var description: String?
    /// Free-form data of the user's.
    package var meta: Value?
    /// Where the name stands in its file.
    package var position: SourcePosition

    /// The name that tells the stage from all others of the project, as seen from a folder of the project.
    ///
    /// - Parameter folder: Relative to the project root; the empty path is the root itself.
    package func address(relativeTo folder: FilePath = "") -> String {
        if isTrackedData { return ProjectPath.relative(file, from: folder).string }
        let home = file.parent
        if home == folder { return name }
        return ProjectPath.relative(file, from: folder).string + ":" + name
    }

    /// The commands of the stage: each runs in a shell of its own.
    ///
    /// A string is cut at its line ends; an item of a list stays whole.
    package var commandLines: [String] {
        switch command {
        case .string(let text): LineCutter.lines(of: text)
        case .list(let items): items.compactMap(\.string)
        default: []
        }
    }

    /// The lock file that belongs to the stage, relative to the project root; a `.dvc` file is its own.
    package var lockFile: FilePath { isTrackedData ? file : file.parent.appending("dvc.lock") }

    /// Whether this is the stage of that name in that file.
    func isSame(as other: Stage) -> Bool { file == other.file && name.utf8.elementsEqual(other.name.utf8) }

    /// Whether an output asks for checkpoints.
    package var hasCheckpoints: Bool { outputs.contains(where: \.isCheckpoint) }

    /// The path of something that the stage names, seen from the project root.
    package func rooted(_ text: String, root: FilePath? = nil) -> FilePath {
        ProjectPath.rooted(text, in: folder, root: root)
    }
}

/// A file or a folder that a stage reads.
package struct Dependency: Sendable {
    /// The path as written; the key in the lock file.
    package var path: String
    /// The path seen from the project root; see ``ProjectPath/rooted(_:in:root:)``.
    package var rooted: FilePath
    /// Where the path stands in its file.
    package var position: SourcePosition
    /// How often the stage names the very same path; the lock file then has it as often.
    package var times = 1

    /// Whether it is no file or folder but an address such as `ds://name`, which only DVC can ask.
    package var isAddress: Bool { OutputReader.scheme(of: path) != nil }

    /// Takes a path that the stage names once.
    package init(path: String, rooted: FilePath, position: SourcePosition) {
        self.path = path
        self.rooted = rooted
        self.position = position
    }
}

/// The values that a stage reads out of one parameter file.
package struct ParameterDependency: Sendable {
    /// The name of the file that is meant where none is written.
    package static let defaultFile = "params.yaml"

    /// The path as written; the key in the lock file.
    package var file: String
    /// The path seen from the project root.
    package var rooted: FilePath
    /// Dotted keys in the order of their first appearance; unused where `isWhole`.
    package var keys: [String]
    /// Whether every top-level key of the file counts.
    package var isWhole: Bool
    /// Where the file is first named.
    package var position: SourcePosition
}

/// The `live` section of a stage.
package struct Live: Sendable {
    /// The folder as written.
    package var path: String
    /// Whether the training code also writes `<path>.json`.
    package var summary: Bool
    /// Whether the training code also writes a report.
    package var html: Bool

    /// The environment that the training code reads, in the form that it reads it.
    package var environment: [(name: String, value: String)] {
        [
            ("DVCLIVE_PATH", path), ("DVCLIVE_SUMMARY", summary ? "1" : "0"), ("DVCLIVE_HTML", html ? "1" : "0"),
        ]
    }
}
