import Files
import Formats
import SystemPackage

/// The `.dvc` files of a project, and all of its stages in the order in which they were found.
package struct TrackedDataCollection {
    /// The files with their bytes, in the order in which they were found.
    package private(set) var files: [(bytes: [UInt8], data: TrackedData)] = []
    /// Those of pipeline files and those that stand for `.dvc` files.
    package private(set) var stages: [Stage] = []
    private let root: FilePath?

    init(root: FilePath?) { self.root = root }

    /// Whether a file of this name tracks data.
    package static func isName(_ name: String) -> Bool {
        name.utf8.last == UInt8(ascii: "c") && name.hasSuffix(".dvc") && name.utf8.count > 4
    }

    /// Takes a file in; `nil` where it is not a `.dvc` file.
    ///
    /// - Throws: `FormatError` for a file that cannot be read.
    mutating func add(_ bytes: [UInt8], at path: FilePath) throws(FormatError) -> TrackedData? {
        guard let name = path.lastComponent?.string, Self.isName(name) else { return nil }
        let data = try TrackedData.parse(bytes, path: path, root: root)
        files.append((bytes, data))
        stages.append(data.stage)
        return data
    }

    /// Takes the stages of a pipeline file in.
    mutating func add(_ file: PipelineFile) { stages += file.stages }
}
