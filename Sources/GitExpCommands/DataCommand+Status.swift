import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Pipeline

extension DataCommand {
    struct DataStatus: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show what became of data since the last commit, and what is not in the cache.",
            discussion: """
                'Committed' are changes of dvc.lock and '.dvc' files that git has yet to commit, 'uncommitted' those of the \
                data that dvc.lock and '.dvc' files do not have yet. Paths are seen from the top folder of the project.

                With --cloud, the cache is compared with a remote instead: 'new' is only in the cache, 'deleted' only on \
                the remote, 'missing' in neither; with --quiet nothing is printed then, and the exit status is 1 where \
                something differs.

                Example: git exp data status --granular
                """)

        /// Which files that nobody tracks are listed.
        enum Untracked: String, ExpressibleByArgument, CaseIterable {
            case no, all
        }

        @OptionGroup var sharing: SharingOptions

        @Flag(name: .shortAndLong, help: "Compare the cache with a remote.")
        var cloud = false

        @Flag(help: "Also single files of folders.")
        var granular = false

        @Flag(help: "Also data that did not change.")
        var unchanged = false

        @Option(
            defaultAsFlag: .all,
            help: ArgumentHelp("Also files that neither git nor git exp has.", valueName: "no|all"))
        var untrackedFiles: Untracked?

        @Flag(help: "Also data that is not on the remote.")
        var notInRemote = false

        // The remote is asked each time.
        @Flag(help: .hidden)
        var noRemoteRefresh = false

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            guard !cloud else {
                if granular || unchanged || notInRemote || untrackedFiles != nil {
                    throw ValidationError(
                        "'--cloud' does not go with '--granular', '--unchanged', '--untracked-files' and '--not-in-remote'"
                    )
                }
                return
            }
            if let name = sharing.nameOfSelection { throw ValidationError("'\(name)' goes with '--cloud'") }
        }

        func run() throws {
            let context = try Workspace.openProject(global.console)
            if cloud {
                return try RemoteComparison(context: context, console: global.console)
                    .print(sharing.selection, sharing.options(), json: json, isQuiet: global.quiet)
            }
            if global.quiet { return }
            let workspace = try context.workspace(checking: false)
            var options = DataStateReader.Options()
            options.granular = granular
            options.unchanged = unchanged
            options.untracked = untrackedFiles == .all
            let remote = notInRemote ? DataSharing(context, workspace.store, sharing.options()) : nil
            let state = try DataStateReader(context, workspace, options).state(of: sharing.targets, sharing: remote)
            let text = DataStateText(state)
            global.console.printRaw(json ? JSON.pythonDumps(text.json) + "\n" : text.text)
        }
    }
}

/// What `data status` prints, in the words and the JSON of DVC.
struct DataStateText {
    private let state: DataState

    init(_ state: DataState) { self.state = state }

    var json: Value {
        var result = Mapping()
        func add(_ key: String, _ paths: [String]) {
            if !paths.isEmpty { result[key] = .list(paths.map { .string($0) }) }
        }
        func add(_ key: String, _ changes: DataState.Changes) {
            var value = Mapping()
            for (word, paths) in Self.parts(changes) where !paths.isEmpty {
                value[word] = .list(paths.map { .string($0) })
            }
            if !changes.renamed.isEmpty {
                value["renamed"] = .list(
                    changes.renamed.map { pair in
                        .mapping(Mapping([("old", .string(pair.old)), ("new", .string(pair.new))]))
                    })
            }
            if !value.isEmpty { result[key] = .mapping(value) }
        }
        add("not_in_cache", state.notInCache)
        add("not_in_remote", state.notInRemote)
        add("committed", state.committed)
        add("uncommitted", state.uncommitted)
        add("untracked", state.untracked)
        add("unchanged", state.unchanged)
        return .mapping(result)
    }

    var text: String {
        var sections: [String] = []
        func section(_ title: String, _ hints: [String], _ lines: [String]) {
            if lines.isEmpty { return }
            sections.append(
                title + ":\n" + hints.map { "  (\($0))\n" }.joined()
                    + lines.map { "        " + Console.sanitized($0) + "\n" }.joined())
        }
        section("Not in cache", ["use \"git exp data fetch <file>...\" to download files"], state.notInCache)
        section("Not in remote", ["use \"git exp data push <file>...\" to upload files"], state.notInRemote)
        section(
            "DVC committed changes", ["git commit the corresponding dvc files to update the repo"],
            Self.lines(state.committed))
        section(
            "DVC uncommitted changes",
            [
                "use \"git exp commit <file>...\" to track changes",
                "use \"git exp checkout <file>...\" to discard changes",
            ], Self.lines(state.uncommitted))
        section(
            "Untracked files",
            ["use \"git add <file> ...\" or \"git exp add <file>...\" to commit to git or to dvc"], state.untracked)
        section("DVC unchanged files", [], state.unchanged)
        var text = state.isClean ? "No changes.\n" : sections.joined(separator: "\n")
        if state.isRepositoryDirty {
            let other = state.isClean ? "" : "other "
            text += "(there are \(other)changes not tracked by dvc, use \"git status\" to see)\n"
        }
        return text
    }

    private static func parts(_ changes: DataState.Changes) -> [(word: String, paths: [String])] {
        [
            ("modified", changes.modified), ("added", changes.added), ("deleted", changes.deleted),
            ("unknown", changes.unknown),
        ]
    }

    private static func lines(_ changes: DataState.Changes) -> [String] {
        var lines: [String] = []
        for (word, paths) in parts(changes) {
            lines += paths.map { "\(word): \($0)" }
            if word == "deleted" { lines += changes.renamed.map { "renamed: \($0.old) -> \($0.new)" } }
        }
        return lines
    }
}
