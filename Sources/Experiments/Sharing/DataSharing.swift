import Cache
import Diagnostics
import Files
import Pipeline
import SystemPackage

/// Copies data between the cache and remotes.
package struct DataSharing {
    /// How data is copied.
    package struct Options: Sendable {
        /// The remote; `nil` means the default one, and for outputs that are bound to one that one.
        package var remote: String?
        /// How many files are copied at the same time; `nil` leaves it to the settings.
        package var jobs: Int?
        /// Whether the entries of the run cache are copied, too.
        package var runCache = false
        /// Asks at the terminal for a password, or whatever the argument says; `nil` where there is no terminal.
        package var askSecret: @Sendable (String) -> String? = { _ in nil }

        /// The default remote and the settings' number of jobs, without the run cache and with nobody to ask.
        package init() {}
    }

    private let context: ProjectContext
    private let store: ObjectStore
    private let options: Options

    /// Takes the project whose remotes count, and the cache.
    package init(_ context: ProjectContext, _ store: ObjectStore, _ options: Options) {
        self.context = context
        self.store = store
        self.options = options
    }

    /// Copies the data of outputs to their remotes.
    ///
    /// - Throws: ``RemoteSettingsError``, ``RemoteError``; what concerns single files is in the report.
    package func push(_ outputs: [UsedOutput]) throws -> ExchangeReport {
        let groups = try groups(outputs.filter(\.isPushed))
        return try transfer(groups, writing: true) { exchange, wanted, runCache in
            try exchange.push(wanted, runCache: runCache)
        }
    }

    /// Copies the data of outputs from their remotes.
    ///
    /// - Throws: ``RemoteSettingsError``, ``RemoteError``; what concerns single files is in the report.
    package func fetch(_ outputs: [UsedOutput]) throws -> ExchangeReport {
        try FileIO.makeDirectories(store.directory, mode: store.isShared ? 0o2775 : 0o777)
        try store.sweep()
        try store.salvage()
        var report = try transfer(try groups(outputs), writing: false) { exchange, wanted, runCache in
            try exchange.fetch(wanted, runCache: runCache)
        }
        // What is never pushed is not expected to be there.
        let expected = Set(outputs.filter(\.isPushed).map { RemoteItem(of: $0.wanted.hash) })
        let unexpected = Set(outputs.filter { !$0.isPushed }.map { RemoteItem(of: $0.wanted.hash) }).subtracting(
            expected)
        report.missing.removeAll { unexpected.contains($0) }
        return report
    }

    /// Where the data of outputs is: a word for each file that is not in both places.
    package func compare(_ outputs: [UsedOutput]) throws -> [(path: String, place: DataExchange.Place)] {
        var result: [(path: String, place: DataExchange.Place)] = []
        for (name, group) in try groups(outputs.filter(\.isPushed)) {
            let exchange = DataExchange(store, try open(name, writing: false, mayBeAbsent: true), .none)
            for (output, found) in zip(group, try exchange.places(of: group.map(\.wanted))) {
                if found.place != .both { result.append((output.path.string, found.place)) }
                for file in found.files where file.place != .both {
                    result.append((output.path.string + "/" + file.path, file.place))
                }
            }
        }
        return result
    }

    /// The names of the remotes that outputs belong to; the default one, or the one that was asked for, comes first.
    package func remoteNames(_ outputs: [UsedOutput]) throws -> [String] { try groups(outputs).map(\.name) }

    /// Brings data that a run lacks from the remotes.
    ///
    /// What cannot be brought is told; the run goes on without it.
    package static func supply(
        _ context: ProjectContext, askSecret: @escaping @Sendable (String) -> String?
    ) -> DataSupply {
        var options = Options()
        options.askSecret = askSecret
        func fetch(_ outputs: [UsedOutput], runCache: Bool) throws {
            var options = options
            options.runCache = runCache
            let store = try context.project.config.cache(root: context.project.root).store
            let report = try DataSharing(context, store, options).fetch(outputs)
            for failure in report.failures { context.console.warn(failure.error.message) }
        }
        return DataSupply(
            fetch: { wanted in
                // Uncached metrics have their data on remotes of DVC 2 only; not to find it is no news.
                try fetch(wanted.compactMap { UsedOutput($0.output, $0.hash, uncached: true) }, runCache: false)
            },
            fetchRuns: { try fetch([], runCache: true) })
    }

    // MARK: Remotes

    /// Whether an output belongs to a remote whose folder is not there yet, so that the remote has nothing at all.
    ///
    /// A remote that the settings do not know is none.
    /// - Throws: `FileError`.
    package func hasNewRemote(_ outputs: [UsedOutput]) throws -> Bool {
        guard let groups = try? groups(outputs) else { return false }
        return try groups.contains { group in
            guard let folder = try? settings(group.name).path else { return false }
            return try FileStatus.of(folder, followingLinks: true)?.kind != .directory
        }
    }

    private func groups(_ outputs: [UsedOutput]) throws -> [(name: String, outputs: [UsedOutput])] {
        if let name = options.remote?.lowercased() {
            return [(name, outputs.filter { $0.remote.map { $0.isIdentical(to: name) } ?? true })]
        }
        let bound = Dictionary(grouping: outputs.filter { $0.remote != nil }) { ExactString($0.remote ?? "") }
        var result = bound.sorted { $0.key < $1.key }.map { (name: $0.key.text, outputs: $0.value) }
        let free = outputs.filter { $0.remote == nil }
        if !free.isEmpty || options.runCache || result.isEmpty {
            let name = try settings(nil).name
            if let index = result.firstIndex(where: { $0.name.isIdentical(to: name) }) {
                result[index].outputs += free
            } else {
                result.insert((name, free), at: 0)
            }
        }
        return result
    }

    private func settings(_ name: String?) throws(RemoteSettingsError) -> RemoteSettings {
        try RemoteSettings(name, in: context.project.config, environment: context.environment)
    }

    /// Opens a remote.
    ///
    /// - Parameters:
    ///   - writing: Whether data is going to be sent there.
    ///   - mayBeAbsent: Whether a folder that is not there is taken for an empty one.
    package func open(_ name: String?, writing: Bool, mayBeAbsent: Bool = false) throws -> any RemoteStorage {
        let settings = try settings(name)
        let jobs = try settings.jobs(options.jobs, default: 4 * Parallel.width)
        guard let folder = settings.path else {
            let target = try RcloneTarget(
                settings, environment: context.environment, askSecret: options.askSecret)
            return RcloneRemote(target, jobs: jobs, store: store)
        }
        if try FileStatus.of(folder, followingLinks: true)?.kind != .directory {
            guard writing || mayBeAbsent else { throw RemoteError.noFolder(folder) }
            let shown = "the folder '\(Console.sanitized(folder.string))' of remote '\(settings.name)'"
            if writing {
                try FileIO.makeDirectories(folder)
                context.console.note("made \(shown)")
            } else {
                context.console.warn("\(shown) is not there")
            }
        }
        return FolderRemote(folder, jobs: jobs)
    }

    private func transfer(
        _ groups: [(name: String, outputs: [UsedOutput])], writing: Bool,
        _ body: (DataExchange, [Wanted], _ runCache: Bool) throws -> ExchangeReport
    ) throws -> ExchangeReport {
        var report = ExchangeReport()
        let main = options.runCache ? try settings(options.remote).name : nil
        for (name, outputs) in groups {
            let exchange = DataExchange(store, try open(name, writing: writing), Progress(context.console))
            report.add(try body(exchange, outputs.map(\.wanted), main?.isIdentical(to: name) ?? false))
        }
        return report
    }
}

extension RemoteItem {
    /// The object of an output.
    package init(of hash: OutputHash) { self = .object(md5: hash.md5, hash.generation) }
}
