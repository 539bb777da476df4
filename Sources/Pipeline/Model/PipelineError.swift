import Diagnostics
import SystemPackage

/// What is wrong with a project, its pipelines or their files.
package enum PipelineError: UserFacingError, Hashable {
    /// No folder at or above this one has a `.dvc` folder.
    case notInProject(FilePath)
    /// A setting of `.dvc/config` or of the project that cannot be used.
    case badSetting(name: String, value: String, expected: String)

    /// Keys of a parameter file that a stage reads and that are not there.
    case missingParameters(keys: [String], file: String)
    /// A parameter file that a stage reads and that is not there.
    case missingParameterFile(file: String)

    /// No such stage in this `dvc.yaml`; `similar` are names to suggest.
    case unknownStage(name: String, file: String, similar: [String])
    /// A target is the name of no stage, in a folder without a `dvc.yaml`.
    case noStage(name: String, similar: [String])
    /// A target names a file that is not there, or has nothing in it.
    case missingPipelineFile(String)
    /// There is no `dvc.yaml` in the current folder, and the target that may be meant.
    case noPipelineHere(instead: String)
    /// A folder without any stages in or below it.
    case noPipelineBelow(String)
    /// A target that this program does not understand yet.
    case unsupportedTarget(String, reason: String)
    /// Two stages write the same path.
    case sharedOutput(path: String, stages: [String])
    /// The output of one stage lies inside that of another.
    case nestedOutputs(outer: String, outerStage: String, inner: String, innerStage: String)
    /// A `dvc.yaml` inside a folder that a stage writes, and so deletes.
    case pipelineInOutput(file: String, output: String)
    /// Stages need each other in a circle.
    case cycle(stages: [String])

    /// The name cannot be used for a new stage.
    case badStageName(String)
    /// `stage add` would replace a stage.
    case stageExists(name: String, file: String)
    /// A stage that has the name of a command that was given on the command line.
    case stageRunsOther(name: String, file: String)
    /// A stage for the command that was given, which reads or writes something that was not given.
    case stageDeclaresMore(name: String, file: String)
    /// A path is given as a dependency and as an output.
    case dependencyIsOutput(String)
    /// A path is given as an output more than once.
    case repeatedOutput(String)
    /// The working folder of a new stage is not there.
    case missingFolder(String)
    /// An output that would be lost or would do harm: `.git`, `.dvc`, the project itself, a pipeline file.
    case forbiddenOutput(path: String, reason: String)
    /// A stage without a command.
    case noCommand

    /// `init` where a project is already.
    case projectExists(FilePath)
    /// `init` outside git, or below the top of the repository, without saying so.
    case noRepository(FilePath)
    case notTopOfRepository(FilePath, top: FilePath)

    /// Paths, names and values have their control characters made visible.
    package var message: String {
        switch self {
        case .notInProject(let path):
            "no project here: neither '\(shown(path.string))' nor a folder above it has a '.dvc' folder"
        case .badSetting(let name, let value, let expected):
            "bad value '\(shown(value))' of '\(shown(name))': expected \(expected)"
        case .missingParameters(let keys, let file):
            "'\(shown(file))' has no \(keys.count == 1 ? "parameter" : "parameters") \(quoted(keys))"
        case .missingParameterFile(let file): "the parameter file '\(shown(file))' does not exist"
        case .unknownStage(let name, let file, _): "no stage '\(shown(name))' in '\(shown(file))'"
        case .noStage(let name, _): "there is no stage '\(shown(name))'"
        case .missingPipelineFile(let file) where file.hasSuffix("dvc.yaml"):
            "'\(shown(file))' does not exist or is empty"
        case .missingPipelineFile(let file): "'\(shown(file))' does not exist"
        case .noPipelineHere: "there is no 'dvc.yaml' in this folder"
        case .noPipelineBelow(let folder): "there is no dvc.yaml in or below '\(shown(folder))'"
        case .unsupportedTarget(let target, let reason): "cannot use '\(shown(target))' as a target: \(reason)"
        case .sharedOutput(let path, let stages) where Set(stages).count == 1:
            "stage '\(shown(stages[0]))' writes '\(shown(path))' twice"
        case .sharedOutput(let path, let stages): "output '\(shown(path))' belongs to several stages: \(quoted(stages))"
        case .nestedOutputs(let outer, let outerStage, let inner, let innerStage):
            "output '\(shown(inner))' of stage '\(shown(innerStage))' is inside output '\(shown(outer))' of stage "
                + "'\(shown(outerStage))'"
        case .pipelineInOutput(let file, let output):
            "'\(shown(file))' is inside the output '\(shown(output))', which goes when its stage runs"
        case .cycle(let stages) where stages.count == 1:
            "stage '\(shown(stages[0]))' reads what it writes"
        case .cycle(let stages): "stages need each other in a circle: \(quoted(stages))"
        case .badStageName(let name): "bad stage name '\(shown(name))'"
        case .stageDeclaresMore(let name, let file):
            "stage '\(shown(name))' in '\(shown(file))' reads and writes more than was named here"
        case .stageRunsOther(let name, let file):
            "the command would become stage '\(shown(name))', and '\(shown(file))' has another one of that name"
        case .stageExists(let name, let file): "stage '\(shown(name))' already exists in '\(shown(file))'"
        case .dependencyIsOutput(let path): "'\(shown(path))' is given as an output and as a dependency"
        case .repeatedOutput(let path): "'\(shown(path))' is given more than once as an output"
        case .missingFolder(let path): "the working folder '\(shown(path))' does not exist"
        case .forbiddenOutput(let path, let reason): "'\(shown(path))' cannot be an output: \(reason)"
        case .noCommand: "a stage needs a command"
        case .projectExists(let path): "'\(shown(path.string))' exists already"
        case .noRepository(let path): "'\(shown(path.string))' is not in a git repository"
        case .notTopOfRepository(let path, _): "'\(shown(path.string))' is not the top of the git repository"
        }
    }

    /// A command that helps, or where to correct what; `nil` where the message says it all.
    package var hint: String? {
        switch self {
        case .notInProject: "'git exp init' makes one in the current folder"
        case .missingParameters(_, let file): "add them to '\(shown(file))', or drop them from 'params' in dvc.yaml"
        case .missingParameterFile: "make the file, or drop it from 'params' in dvc.yaml"
        case .unknownStage(_, _, let similar) where !similar.isEmpty, .noStage(_, let similar) where !similar.isEmpty:
            "did you mean '\(similar.map(shown).joined(separator: "' or '"))'?"
        case .unknownStage: "'git exp stage list' shows the stages"
        case .noStage: "'git exp stage list --all' shows the stages of the project"
        case .noPipelineHere(let instead) where !instead.hasSuffix("dvc.yaml"):
            "name '\(shown(instead))', or go to its folder"
        case .noPipelineHere(let instead):
            "name '\(shown(instead))', or go to its folder; '--all-pipelines' takes every stage of the project"
        case .missingPipelineFile, .noPipelineBelow: "'git exp stage add' makes it; or go to the folder that has one"
        case .sharedOutput, .nestedOutputs: "every output needs a place of its own; change one of them in dvc.yaml"
        case .cycle: "a path may be an output of a stage and a dependency of later ones only"
        case .badStageName(let name) where name.isEmpty: "give it a name with '-n NAME'"
        case .badStageName: "of punctuation a name may only have '-' and '_'; letters of any script and digits are fine"
        case .stageDeclaresMore(let name, _):
            "name all of it, or nothing to keep it as it is ('git exp run \(shown(name))'); '-f' replaces the stage"
        case .stageRunsOther(let name, _):
            "'git exp run \(shown(name))' runs the one that is there, '-f' replaces it"
        case .stageExists: "use '--force' to replace it"
        case .projectExists: "use '--force' to write its files anew; the cache stays"
        case .noRepository: "run 'git init' first, or use '--no-scm'"
        case .notTopOfRepository(_, let top):
            "run it in '\(shown(top.string))', or use '--subdir' for a project below the top"
        default: nil
        }
    }

    /// 129 for what was asked in a way that can never be, 128 for the rest.
    package var status: ExitStatus {
        switch self {
        case .badStageName, .noCommand, .dependencyIsOutput, .repeatedOutput, .unsupportedTarget: .usage
        default: .failure
        }
    }

    private func shown(_ text: String) -> String { Console.sanitized(text) }

    private func quoted(_ texts: [String]) -> String { texts.map { "'\(shown($0))'" }.joined(separator: ", ") }
}
