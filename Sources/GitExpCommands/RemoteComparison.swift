import Diagnostics
import Experiments
import Formats
import Pipeline
import SystemPackage

/// What `status --cloud` and `data status --cloud` print: where data is, in the cache or on a remote.
struct RemoteComparison {
    let context: ProjectContext
    let console: Console

    /// - Parameter json: Whether to print JSON.
    /// - Throws: `ExitStatus.no` where something differs and the console is quiet; what asking the remote throws.
    func print(_ selection: DataSelection, _ options: DataSharing.Options, json: Bool, isQuiet: Bool) throws {
        let workspace = try context.workspace(checking: false)
        let outputs = try UsedDataReader(context, workspace).outputs(of: selection)
        let dataSharing = DataSharing(context, workspace.store, options)
        let differing = try dataSharing.compare(outputs)
        if isQuiet {
            if !differing.isEmpty { throw ExitStatus.no }
            return
        }
        let shown = differing.map { found in
            (path: ProjectPath.relative(FilePath(found.path), from: context.folder).string, place: found.place)
        }
        if json {
            var result = Mapping()
            for (path, place) in shown { result[path] = .string(place.rawValue) }
            return console.print(JSON.pythonDumps(.mapping(result)))
        }
        for (path, place) in shown {
            let word = place.rawValue + ":"
            let gap = String(repeating: " ", count: 20 - word.utf8.count)
            console.print("\t" + word + gap + Console.sanitized(path))
        }
        if shown.isEmpty {
            let names = try dataSharing.remoteNames(outputs).map { "'\(Console.sanitized($0))'" }
            console.print("Cache and remote \(names.joined(separator: ", ")) are in sync.")
        }
    }
}
