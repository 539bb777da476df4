import Files
import Formats
import SystemPackage

/// The files whose values a project shows as metrics, parameters and plots.
package struct DataSources: Sendable {
    /// A file, or a folder of files.
    package struct Source: Sendable {
        /// Seen from the project root.
        package let path: FilePath
        /// The stage and the output that make it, or a folder that holds it; `nil` where no stage does.
        package fileprivate(set) var origin: (stage: Stage, output: Output)?
        /// The `dvc.yaml` that names it.
        package let file: FilePath
        /// How to draw it; empty for all but plots.
        package let plot: PlotProperties
        /// The id of a plot that the top level defines; `nil` otherwise.
        package let plotID: String?

        /// Whether its contents are in the cache and not in git.
        package var isCached: Bool { origin?.output.isCached ?? false }

        /// The same with the output that it is, or that it is inside of.
        fileprivate func owned(by owners: [FilePath: (stage: Stage, output: Output)]) -> Source {
            if origin != nil { return self }
            var source = self
            var above = path
            while !above.isEmpty {
                if let owner = owners[above] {
                    source.origin = owner
                    break
                }
                if !above.ascend() { break }
            }
            return source
        }
    }

    /// In the order of the files; every path once.
    package let metrics: [Source]
    /// In the order of the files; every path once.
    package let parameters: [Source]
    /// Those of stages first, then those of the top level, file by file.
    package let plots: [Source]

    /// - Parameter files: All pipeline files of a project.
    package init(of files: [PipelineFile]) {
        let owners = Self.owners(files)
        metrics = Self.unique(files.flatMap(Self.metrics)).map { $0.owned(by: owners) }
        parameters = Self.unique(files.flatMap(Self.parameters)).map { $0.owned(by: owners) }
        plots = files.flatMap(Self.plots).map { $0.owned(by: owners) }
    }

    private static func owners(_ files: [PipelineFile]) -> [FilePath: (stage: Stage, output: Output)] {
        var owners: [FilePath: (stage: Stage, output: Output)] = [:]
        for stage in files.flatMap(\.stages) {
            for output in stage.outputs { owners[output.rooted] = (stage, output) }
        }
        return owners
    }

    private static func metrics(of file: PipelineFile) -> [Source] {
        var sources: [Source] = []
        for stage in file.stages {
            for output in stage.outputs where output.kind == .metric { sources.append(source(stage, output)) }
            if let live = stage.live, live.summary {
                let path = stage.rooted(live.path + ".json")
                sources.append(Source(path: path, origin: nil, file: file.path, plot: PlotProperties(), plotID: nil))
            }
        }
        return sources + file.metrics.map { listed($0.rooted, file) }
    }

    private static func parameters(of file: PipelineFile) -> [Source] {
        file.stages.flatMap { stage in stage.parameters.map { listed($0.rooted, file) } }
            + file.parameters.map { listed($0.rooted, file) }
    }

    private static func plots(of file: PipelineFile) -> [Source] {
        let ofStages = file.stages.flatMap { stage in
            stage.outputs.filter { $0.kind == .plot || $0.kind == .live }.map { source(stage, $0) }
        }
        let ofFile = file.plots.map { plot in
            Source(
                path: ProjectPath.rooted(plot.id, in: file.folder), origin: nil, file: file.path, plot: plot.properties,
                plotID: plot.id)
        }
        return ofStages + ofFile
    }

    private static func source(_ stage: Stage, _ output: Output) -> Source {
        Source(path: output.rooted, origin: (stage, output), file: stage.file, plot: output.plot, plotID: nil)
    }

    private static func listed(_ path: FilePath, _ file: PipelineFile) -> Source {
        Source(path: path, origin: nil, file: file.path, plot: PlotProperties(), plotID: nil)
    }

    /// The first of each path, but one that knows its stage before one that does not.
    private static func unique(_ sources: [Source]) -> [Source] {
        var numbers: [FilePath: Int] = [:]
        var result: [Source] = []
        for source in sources {
            guard let number = numbers[source.path] else {
                numbers[source.path] = result.count
                result.append(source)
                continue
            }
            if result[number].origin == nil && source.origin != nil { result[number] = source }
        }
        return result
    }
}

extension Value {
    /// The metrics in the value of a file: numbers, strings and truth values, nested keys joined with dots.
    ///
    /// Lists and nulls are left out, as is everything below a list.
    package var metricLeaves: [(name: String, value: Value)] {
        var leaves: [(name: String, value: Value)] = []
        func collect(_ value: Value, _ name: String?) {
            switch value {
            case .mapping(let mapping):
                for entry in mapping.entries {
                    let key = entry.key.string ?? PythonText.str(entry.key)
                    collect(entry.value, name.map { $0 + "." + key } ?? key)
                }
            case .bool, .int, .bigInt, .float, .string: leaves.append((name ?? "", value))
            case .null, .list, .timestamp: break
            }
        }
        if case .mapping = self { collect(self, nil) }
        return leaves
    }
}
