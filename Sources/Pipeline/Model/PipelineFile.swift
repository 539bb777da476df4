import Files
import Formats
import SystemPackage

/// A `dvc.yaml`.
package struct PipelineFile: Sendable {
    /// Relative to the project root.
    package let path: FilePath
    /// In the order of the file.
    package private(set) var stages: [Stage] = []
    /// The top-level `params`.
    package private(set) var parameters: [ListedFile] = []
    /// The top-level `metrics`.
    package private(set) var metrics: [ListedFile] = []
    /// The top-level `plots`.
    package private(set) var plots: [PlotDefinition] = []
    /// The top-level `artifacts`, in the order of the file.
    package private(set) var artifacts: [Artifact] = []
    /// The parameter files, there or not, that what is above was made from, seen from the project root.
    package private(set) var templateFiles: [FilePath] = []

    /// The folder of the file, relative to the project root; empty for the root itself.
    package var folder: FilePath { path.parent }

    /// Where a stage has the `live` section, which DVC 2.34 and later refuse.
    package var liveStages: [Stage] { stages.filter { $0.live != nil } }

    /// Reads a `dvc.yaml` out of a tree.
    ///
    /// - Parameters:
    ///   - path: Relative to the tree's root, which is the project root.
    ///   - root: The absolute project root; absolute paths inside it are taken for relative ones.
    /// - Returns: `nil` where there is no such file.
    /// - Throws: `FormatError` with the place of the first fault, and what the tree throws.
    package static func load(
        _ path: FilePath, from tree: any FileTree, root: FilePath? = nil
    ) throws -> PipelineFile? {
        try tree.contents(of: path).flatMap { try parse($0, path: path, root: root, templates: TemplateSource(tree)) }
    }

    /// Reads the text of a `dvc.yaml`.
    ///
    /// The result depends on the arguments and on the contents of ``templateFiles`` alone, so a caller may remember it.
    ///
    /// - Parameter templates: The files that expressions take values from; none is read without need.
    /// - Returns: `nil` for a text without a document, such as an empty one.
    /// - Throws: `FormatError` with the place of the first fault.
    package static func parse(
        _ bytes: [UInt8], path: FilePath, root: FilePath? = nil, templates: TemplateSource = .none
    ) throws(FormatError) -> PipelineFile? {
        guard let node = try YAML.parse(bytes, file: path.string) else { return nil }
        let reader = NodeReader(file: path.string, bytes: bytes)
        if reader.isNull(node) { return nil }
        var file = PipelineFile(path: path)
        try file.read(node, reader, root: root, templates)
        return file
    }

    private init(path: FilePath) { self.path = path }

    /// - Parameter plain: A reader for which expressions are only text.
    private mutating func read(
        _ node: YAMLNode, _ plain: NodeReader, root: FilePath?, _ templates: TemplateSource
    ) throws(FormatError) {
        let entries = try plain.entries(of: node, "the file")
        let vars = entries.first { $0.key == "vars" && !plain.isNull($0.value) }?.value
        let environment = TemplateEnvironment(file: path, reader: plain, root: root, source: templates, vars: vars)
        // What is wrong with `vars` is wrong even where nothing uses them.
        if vars != nil { _ = try environment.base() }
        let scope = TemplateScope(environment)
        var reader = plain
        reader.scope = scope
        for entry in entries {
            if plain.isNull(entry.value) { continue }
            switch entry.key {
            case "stages":
                try readStages(entry.value, StageGenerator(reader: plain, scope: scope, file: path, root: root))
            case "params": parameters = try listedFiles(entry.value, "'params'", reader)
            case "metrics": metrics = try listedFiles(entry.value, "'metrics'", reader)
            case "plots": plots = try PlotReader(reader).definitions(entry.value)
            case "artifacts": artifacts = try readArtifacts(entry.value, reader)
            case "vars", "datasets": break  // only `ds://` dependencies use data sets, and those are refused
            default:
                throw plain.unknownKey(
                    entry, of: "the file", expected: ["stages", "params", "metrics", "plots", "artifacts", "vars"])
            }
        }
        templateFiles = environment.consulted
    }

    private mutating func readStages(_ node: YAMLNode, _ generator: StageGenerator) throws(FormatError) {
        var names = ExactStringSet()
        for entry in try generator.reader.entries(of: node, "'stages'") {
            let made = try generator.stages(of: entry)
            for stage in made where !names.insert(stage.name) {
                throw generator.reader.error(at: entry.keyNode, "stage '\(stage.name)' is there twice")
            }
            stages += made
        }
    }

    private func listedFiles(
        _ node: YAMLNode, _ what: String, _ reader: NodeReader
    ) throws(FormatError) -> [ListedFile] {
        var files: [ListedFile] = []
        for element in try reader.list(node, what) {
            let path = try reader.path(element, "a file of \(what)")
            let rooted = ProjectPath.rooted(path, in: folder)
            files.append(ListedFile(path: path, rooted: rooted, position: element.start))
        }
        return files
    }

    private func readArtifacts(_ node: YAMLNode, _ reader: NodeReader) throws(FormatError) -> [Artifact] {
        var artifacts: [Artifact] = []
        for entry in try reader.entries(of: node, "'artifacts'") {
            let what = "artifact '\(entry.key)'"
            var artifact = Artifact(name: entry.key, path: "", rooted: "", labels: [], position: entry.keyNode.start)
            for part in try reader.entries(of: entry.value, what) {
                switch part.key {
                case "path": artifact.path = try reader.path(part.value, "'path' of \(what)")
                case "type": artifact.type = try reader.text(part.value, "'type' of \(what)")
                case "desc": artifact.description = try reader.text(part.value, "'desc' of \(what)")
                case "labels": artifact.labels = try reader.texts(part.value, "'labels' of \(what)")
                case "meta": artifact.meta = try reader.value(part.value, "'meta' of \(what)")
                default:
                    throw reader.unknownKey(
                        part, of: what, expected: ["path", "type", "desc", "labels", "meta"])
                }
            }
            if artifact.path.isEmpty { throw reader.error(at: entry.keyNode, "missing 'path' in \(what)") }
            artifact.rooted = ProjectPath.rooted(artifact.path, in: folder)
            artifacts.append(artifact)
        }
        return artifacts
    }
}
