import Formats
import Git
import Pipeline
import Reporting
import SystemPackage

/// Reads the parameters of revisions.
package struct ParametersReading {
    private let context: ExperimentContext
    private let reader: RevisionReader
    private let targets: [FilePath]

    /// - Parameters:
    ///   - targets: Files as the user names them, of which all values count; empty means those that the project names.
    ///   - onlyUsed: Whether only those parameters count that stages use.
    package init(_ context: ExperimentContext, targets: [String], onlyUsed: Bool) throws {
        self.context = context
        self.targets = targets.map { ProjectPath.rooted($0, in: context.folder, root: context.project.root) }
        reader = try RevisionReader(context)
        reader.onlyUsedParameters = onlyUsed
        reader.wholeParameterFiles = self.targets
    }

    /// The parameters of what a user names, `workspace` included.
    package func files(of text: String, _ resolver: RevisionResolver) throws -> [MetricsFile] {
        let data =
            try text == "workspace"
            ? reader.workspaceData() : reader.data(of: context.repository.commit(resolver.resolve(text).commit))
        return data.parameters.compactMap { file, contents in
            if !targets.isEmpty, !targets.contains(FilePath(file)) { return nil }
            guard case .value(let value) = contents else { return MetricsFile(path: file, value: nil, leaves: []) }
            return MetricsFile(path: file, value: value, leaves: value.parameterLeaves.map(Self.plain))
        }
    }

    /// A list stands as its text.
    private static func plain(_ leaf: (name: String, value: Value)) -> (name: String, value: Value) {
        switch leaf.value {
        case .list, .mapping: (leaf.name, .string(PythonText.str(leaf.value)))
        default: leaf
        }
    }
}
