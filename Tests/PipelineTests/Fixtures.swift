import Files
import Formats
import SystemPackage

@testable import Pipeline

/// Files made by the real DVC.
enum Golden {
    static let folder = FilePath(#filePath).removingLastComponent().appending("Golden")

    static func tree(_ path: String) -> WorkspaceTree { WorkspaceTree(root: folder.pushing(FilePath(path))) }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let bytes = try FileIO.read(folder.pushing(FilePath(path))) else { throw MissingFixture(path: path) }
        return bytes
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }
}

struct MissingFixture: Error { let path: String }

/// A tree that exists in memory only.
struct MemoryTree: FileTree {
    var files: [FilePath: String]

    init(_ files: [FilePath: String]) { self.files = files }

    func contents(of path: FilePath) throws -> [UInt8]? { files[path].map { Array($0.utf8) } }

    func kind(of path: FilePath) throws -> FileKind? {
        if files[path] != nil { return .file }
        return files.keys.contains { $0.starts(with: path) } ? .directory : nil
    }

    func list(_ directory: FilePath) throws -> [(name: String, kind: FileKind)]? {
        let depth = directory.components.count
        var found: [String: FileKind] = [:]
        for path in files.keys where directory.isEmpty || path.starts(with: directory) {
            let components = Array(path.components)
            guard components.count > depth else { continue }
            found[components[depth].string] = components.count == depth + 1 ? .file : .directory
        }
        return found.map { ($0.key, $0.value) }.sorted { $0.name < $1.name }
    }
}

/// A `dvc.yaml` from its text.
func parsed(_ text: String, path: FilePath = "dvc.yaml", root: FilePath? = nil) throws -> PipelineFile {
    try PipelineFile.parse(Array(text.utf8), path: path, root: root) ?? { throw MissingFixture(path: path.string) }()
}

/// What goes wrong with a text, as a user sees it.
func complaint(_ text: String) -> String? {
    do {
        _ = try parsed(text)
        return nil
    } catch let error as FormatError {
        return error.message
    } catch {
        return "\(error)"
    }
}
