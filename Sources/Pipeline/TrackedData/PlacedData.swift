import Cache
import Files
import Formats
import SystemPackage

/// Remembers which data commands brought into the workspace, so that it can go when nothing tracks it any more.
package struct PlacedData {
    private struct Item {
        let path: FilePath
        let md5: String
        let generation: Generation
    }

    private let workspace: ProjectWorkspace
    private let file: FilePath

    /// Takes the project; the list is in its folder for temporary files.
    package init(_ workspace: ProjectWorkspace) {
        self.workspace = workspace
        file = ProjectWorkspace.scratch(of: workspace.root).appending("placed")
    }

    /// Takes in what is in the workspace of these targets as their entries say.
    package func record(_ targets: [DataTarget]) throws {
        var items: [FilePath: Item] = [:]
        for item in read() { items[item.path] = item }
        let old = items.mapValues(\.md5)
        for target in targets {
            let entry = workspace.lock(of: target.stage)
            for output in target.outputs where output.isCached {
                guard let hash = entry?.output(output.path)?.hash,
                    try FileStatus.of(workspace.root.pushing(output.rooted), followingLinks: false) != nil
                else { continue }
                items[output.rooted] = Item(path: output.rooted, md5: hash.md5, generation: hash.generation)
            }
        }
        if items.mapValues(\.md5) != old { write(Array(items.values)) }
    }

    /// Removes what was brought once, is unchanged, and belongs to nothing any more.
    ///
    /// - Returns: The paths that went, seen from the project root.
    func removeForgotten(_ checkout: Checkout) throws -> [String] {
        let items = read()
        if items.isEmpty { return [] }
        let owners = OutputOwners(workspace.graph)
        var removed: [String] = []
        var kept: [Item] = []
        for item in items {
            if owners.around(item.path) != nil || owners.inside(item.path) != nil {
                kept.append(item)
                continue
            }
            let path = workspace.root.pushing(item.path)
            guard try workspace.isReallyInside(item.path), try !workspace.sourceControl.isTracked(item.path),
                let hash = try? workspace.reader.hash(path, generation: item.generation, saving: false),
                hash.md5 == item.md5, try workspace.store.contains(hash)
            else { continue }
            if try checkout.remove(path, generation: item.generation, overwriting: false) {
                removed.append(item.path.string + (hash.isDirectory ? "/" : ""))
            }
        }
        if kept.count != items.count { write(kept) }
        return removed
    }

    /// A damaged file is an empty one.
    private func read() -> [Item] {
        guard let bytes = try? FileIO.read(file), let list = try? JSON.parse(bytes, file: file.string).list else {
            return []
        }
        return list.compactMap { value in
            guard let mapping = value.mapping, let path = mapping["path"]?.string, let md5 = mapping["md5"]?.string,
                ObjectStore.isObjectName(md5), ProjectPath.isInside(ProjectPath.rooted(path, in: ""))
            else { return nil }
            return Item(
                path: ProjectPath.rooted(path, in: ""), md5: md5,
                generation: mapping["generation"]?.int == 2 ? .two : .three)
        }
    }

    /// What cannot be written is only remembered less long.
    private func write(_ items: [Item]) {
        let list = items.sorted { $0.path.string.utf8.lexicographicallyPrecedes($1.path.string.utf8) }.map { item in
            Value.mapping(
                Mapping([
                    ("path", .string(item.path.string)), ("md5", .string(item.md5)),
                    ("generation", .int(item.generation == .two ? 2 : 3)),
                ]))
        }
        do {
            try FileIO.makeDirectories(file.parent)
            try FileIO.replace(file, with: Array(JSON.pythonDumps(.list(list)).utf8), sync: false)
        } catch {}
    }
}
