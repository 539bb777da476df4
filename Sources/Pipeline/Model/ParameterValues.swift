import Files
import Formats
import SystemPackage

/// What a stage's parameter file holds for it.
package struct ParameterValues: Sendable {
    /// The path as the stage writes it.
    package let file: String
    /// Seen from the project root.
    package let rooted: FilePath
    /// Without the file all keys are missing.
    package let fileExists: Bool
    /// Whether every top-level key of the file counts.
    package let isWhole: Bool
    /// The keys that the stage asks for; unused where `isWhole`.
    package let keys: [String]
    /// Dotted keys with their values, in the order in which the stage asks for them.
    package let values: Mapping
    /// Keys that the stage asks for and that are not there.
    package let missing: [String]

    /// Picks what a stage asks for.
    ///
    /// - Parameters:
    ///   - dependency: The keys.
    ///   - document: The file's contents; `nil` where there is no file.
    package init(_ dependency: ParameterDependency, in document: Value?) {
        file = dependency.file
        rooted = dependency.rooted
        fileExists = document != nil
        isWhole = dependency.isWhole
        keys = dependency.keys
        if dependency.isWhole {
            values = document?.mapping ?? Mapping()
            missing = []
            return
        }
        var values = Mapping()
        var missing: [String] = []
        for key in dependency.keys {
            if let document, let value = ParameterFile.value(at: key, in: document) {
                values.entries.append(.init(key: .string(key), value: value))
            } else {
                missing.append(key)
            }
        }
        self.values = values
        self.missing = missing
    }

    /// - Throws: ``PipelineError`` where the file or a key that the stage asks for is missing.
    package func requireAll() throws(PipelineError) {
        if !fileExists { throw .missingParameterFile(file: rooted.string) }
        if !missing.isEmpty { throw .missingParameters(keys: missing, file: rooted.string) }
    }
}

/// Reads parameter files out of a tree, each one once.
package final class ParameterReader {
    private let tree: any FileTree
    private let parse: ([UInt8], String) throws -> Value
    private var documents: [FilePath: Value?] = [:]

    /// - Parameters:
    ///   - tree: The workspace or a commit.
    ///   - parse: Turns bytes into a value, given the file's name; a caller that reads many commits remembers here
    ///     what it has parsed before.
    package init(
        tree: any FileTree,
        parse: @escaping ([UInt8], String) throws -> Value = { try ParameterFile.load($0, name: $1) }
    ) {
        self.tree = tree
        self.parse = parse
    }

    /// The contents of a file; `nil` where there is none.
    ///
    /// - Throws: `FormatError` for contents that cannot be parsed, and what the tree throws.
    package func document(_ path: FilePath) throws -> Value? {
        if let known = documents[path] { return known }
        let document = try tree.contents(of: path).map { try parse($0, path.string) }
        documents[path] = .some(document)
        return document
    }

    /// The values that a stage asks for, one element per file in the order of the stage.
    package func values(of stage: Stage) throws -> [ParameterValues] {
        try stage.parameters.map { ParameterValues($0, in: try document($0.rooted)) }
    }
}
