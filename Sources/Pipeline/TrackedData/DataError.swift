import Diagnostics
import SystemPackage

/// Why data cannot be tracked, committed or removed.
package enum DataError: UserFacingError, Hashable {
    /// A target that is neither a stage nor an output nor inside one.
    case unknownTarget(String, similar: [String])
    /// A target that is no `.dvc` file and no stage, though a `.dvc` file tracks it.
    case notRemovable(String, tracker: String)
    case missing(String)
    case forbidden(String, reason: String)
    case outside(String)
    case beyondLink(String)
    case linkedFolder(String)
    case ignored(String)
    case stageOutput(String, stage: String)
    /// A target holds data that something else tracks already.
    case overlapping(String, inner: String, tracker: String)
    case otherFile(String, tracker: String)
    case fileTracksOther(String)
    case badFileName(String)
    case oneTarget(option: String)
    case existing(String)
    case noMatch(String)
    case changed(stage: String)
    /// A stage that `foreach` or `matrix` made, by its name.
    case groupMember(String)

    /// Paths, targets and names have their control characters made visible.
    package var message: String {
        switch self {
        case .unknownTarget(let target, _): "no stage and no output '\(shown(target))'"
        case .notRemovable(let target, _): "'\(shown(target))' is neither a stage nor a '.dvc' file"
        case .missing(let path): "'\(shown(path))' does not exist"
        case .forbidden(let path, let reason): "'\(shown(path))' cannot be tracked: \(shown(reason))"
        case .outside(let path): "'\(shown(path))' is outside the project"
        case .beyondLink(let path): "'\(shown(path))' lies beyond a symbolic link"
        case .linkedFolder(let path): "'\(shown(path))' is a link to a folder"
        case .ignored(let path): "'\(shown(path))' is ignored by a .dvcignore file"
        case .stageOutput(let path, let stage): "'\(shown(path))' is an output of stage '\(shown(stage))'"
        case .overlapping(let path, let inner, _):
            "'\(shown(path))' holds '\(shown(inner))', which is tracked already"
        case .otherFile(let path, let tracker): "'\(shown(path))' is tracked by '\(shown(tracker))' already"
        case .fileTracksOther(let file): "'\(shown(file))' exists and tracks something else"
        case .badFileName(let name): "bad file name '\(shown(name))'"
        case .oneTarget(let option): "'\(option)' is for one target at a time"
        case .existing(let path): "'\(shown(path))' exists already"
        case .noMatch(let pattern): "nothing matches '\(shown(pattern))'"
        case .changed(let stage): "'\(shown(stage))' changed and was not committed"
        case .groupMember(let name): "stage '\(shown(name))' is one of several that are written as one"
        }
    }

    /// What would do instead; `nil` where nothing would.
    package var hint: String? {
        switch self {
        case .unknownTarget(_, let similar) where !similar.isEmpty:
            "did you mean '\(similar.map(shown).joined(separator: "' or '"))'?"
        case .unknownTarget: "'git exp stage list --all' shows what there is"
        case .notRemovable(_, let tracker): "did you mean '\(shown(tracker))'?"
        case .beyondLink, .linkedFolder: "track what the link points to, where it is"
        case .ignored: "remove the pattern, or give the data another name"
        case .stageOutput: "it is saved when the stage runs, or by 'git exp commit'"
        case .overlapping(_, _, let tracker): "'git exp data remove \(shown(tracker))' stops tracking it by itself"
        case .otherFile: "leave '--file' away"
        case .fileTracksOther: "choose another one with '--file', or use '--force' to replace it"
        case .badFileName: "the name of a file that tracks data ends with '.dvc'"
        case .existing: "use '--force' to replace it"
        case .changed: "use '--force' to commit it as it is"
        case .groupMember(let name): "name the whole: '\(shown(String(name.prefix { $0 != "@" })))'"
        case .missing, .forbidden, .outside, .oneTarget, .noMatch: nil
        }
    }

    /// 129 for targets and file names that do not go together with the options, 128 for the rest.
    package var status: ExitStatus {
        switch self {
        case .oneTarget, .badFileName: .usage
        default: .failure
        }
    }

    private func shown(_ text: String) -> String { Console.sanitized(text) }
}
