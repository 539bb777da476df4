import Files
import SystemPackage

/// What a target of a data command means: a stage, one of its outputs, or a part of one.
package struct DataTarget: Sendable {
    /// The one that is named or writes the output; of a `.dvc` file the one that stands for it.
    package let stage: Stage
    /// The output that the target names or lies in; `nil` for all of the stage.
    package var output: Output?
    /// The path inside of the output; `nil` for all of it.
    package var below: String?

    /// Takes a stage, and what of it is meant; nothing is looked for.
    package init(stage: Stage, output: Output? = nil, below: String? = nil) {
        self.stage = stage
        self.output = output
        self.below = below
    }

    /// The outputs that are meant.
    package var outputs: [Output] { output.map { [$0] } ?? stage.outputs }
}

extension ProjectWorkspace {
    /// What the words of a command line mean.
    ///
    /// - Parameters:
    ///   - texts: Stages, `.dvc` files, outputs, and paths inside of outputs; empty means all of the project.
    ///   - folder: Where they are seen from, relative to the project root.
    ///   - recursive: Take them as folders: everything in and below them.
    ///   - withDependencies: Also everything that the targets need.
    /// - Throws: ``DataError/unknownTarget(_:similar:)``, ``PipelineError``.
    package func targets(
        _ texts: [String], in folder: FilePath, recursive: Bool = false, withDependencies: Bool = false
    ) throws -> [DataTarget] {
        if texts.isEmpty { return graph.stages.map { DataTarget(stage: $0) } }
        var result: [DataTarget] = []
        let owners = OutputOwners(graph)
        for text in texts {
            let found = try targets(text, in: folder, recursive: recursive, owners)
            if withDependencies {
                for target in found { result += graph.ancestors(of: target.stage).map { DataTarget(stage: $0) } }
            }
            result += found
        }
        return withDependencies ? Self.unique(result) : result
    }

    private static func unique(_ targets: [DataTarget]) -> [DataTarget] {
        var seen: Set<ExactString> = []
        return targets.filter { target in
            let output = target.output.map { $0.path + "\u{0}" + (target.below ?? "") } ?? ""
            return seen.insert(ExactString(target.stage.address() + "\u{0}" + output)).inserted
        }
    }

    private func targets(
        _ text: String, in folder: FilePath, recursive: Bool, _ owners: OutputOwners
    ) throws -> [DataTarget] {
        let rooted = ProjectPath.rooted(text, in: folder, root: root)
        if !recursive, let (stage, output) = owners.around(rooted) {
            if output.rooted == rooted { return [DataTarget(stage: stage, output: output)] }
            if let below = rooted.relative(to: output.rooted)?.string {
                return [DataTarget(stage: stage, output: output, below: below)]
            }
        }
        var selection = StageSelection(targets: [text], folder: folder)
        let isFolder = try FileStatus.of(root.pushing(rooted), followingLinks: true)?.kind == .directory
        selection.recursive = recursive && isFolder
        if recursive && !isFolder { return try targets(text, in: folder, recursive: false, owners) }
        do throws(PipelineError) {
            let stages = try graph.targets(selection, files: files.map(\.path) + trackedData.map(\.path))
            return stages.map { DataTarget(stage: $0) }
        } catch {
            switch error {
            case .unknownStage(let name, _, let similar) where name.isIdentical(to: text),
                .noStage(let name, let similar) where name.isIdentical(to: text):
                throw DataError.unknownTarget(text, similar: similar)
            default: throw error
            }
        }
    }

}

/// All outputs of a project by their paths.
struct OutputOwners {
    private var owners: [FilePath: (stage: Stage, output: Output)] = [:]

    init(_ graph: StageGraph) {
        for stage in graph.stages {
            for output in stage.outputs { owners[output.rooted] = (stage, output) }
        }
    }

    /// The stage and the output that a path is, or is inside of.
    func around(_ path: FilePath) -> (stage: Stage, output: Output)? {
        var above = path
        while !above.isEmpty {
            if let owner = owners[above] { return owner }
            if !above.ascend() { break }
        }
        return nil
    }

    /// An output inside a folder.
    func inside(_ folder: FilePath) -> (stage: Stage, output: Output)? {
        owners.values.filter { $0.output.rooted != folder && $0.output.rooted.starts(with: folder) }
            .min { $0.output.rooted.string.utf8.lexicographicallyPrecedes($1.output.rooted.string.utf8) }
    }
}
