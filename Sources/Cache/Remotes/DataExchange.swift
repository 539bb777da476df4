import Diagnostics
import Files
import Formats
import SystemPackage

/// Copies data between the cache and one remote.
///
/// The list of a directory's files comes last, so that it is nowhere without its files.
package struct DataExchange {
    private let store: ObjectStore
    private let remote: any RemoteStorage
    private let progress: Progress

    /// Takes the two sides; `progress` shows how far a long transfer is.
    package init(_ store: ObjectStore, _ remote: any RemoteStorage, _ progress: Progress) {
        self.store = store
        self.remote = remote
        self.progress = progress
    }

    // MARK: Push

    /// Copies what the remote does not have.
    ///
    /// - Parameter runCache: Whether all entries of the run cache go there, too. As with DVC 2, its own entries bring
    ///   the objects along that they name; DVC 3 sends none.
    /// - Throws: Where the remote as a whole cannot be used.
    package func push(_ wanted: [Wanted], runCache: Bool = false) throws -> ExchangeReport {
        var report = ExchangeReport()
        var files: Set<RemoteItem> = []
        // Each list with all that stands on it, also where a part of it only is asked for: whoever finds a list takes its
        // files for present.
        var lists: [RemoteItem: Set<RemoteItem>] = [:]
        let ofRuns = runCache && remote.holdsRunCache ? try RunCache(store).legacyObjects() : []
        for one in Set(wanted + ofRuns) {
            guard one.hash.isDirectory else {
                files.insert(one.item)
                continue
            }
            do {
                let all = try store.manifest(of: one.hash)
                files.formUnion(one.members(of: all))
                lists[one.item] = Set(Wanted(one.hash).members(of: all))
            } catch let error as CacheError {
                switch error {
                case .missingObject: lists[one.item] = []
                case .badManifest: report.failures.append(TransferFailure(one.item, store.setAside(one.item)))
                default: throw error
                }
            }
        }
        var there = Set(
            try remote.sizes(of: Self.sorted(lists.values.reduce(files) { $0.union($1) }.union(lists.keys))).keys)
        try send(files.subtracting(there), &report)
        there.formUnion(files.subtracting(report.missing + report.failures.map(\.item)))
        let missing = lists.filter { !there.contains($0.key) }
        try send(Set(missing.filter { $0.value.isSubset(of: there) }.map(\.key)), &report)
        report.withheld = missing.filter { !$0.value.isSubset(of: there.union(report.missing)) }.count
        if runCache { try pushRunCache(&report) }
        if report.count > 0 { remote.sync() }
        return report
    }

    private func send(_ items: Set<RemoteItem>, _ report: inout ExchangeReport) throws {
        var present: [RemoteItem] = []
        var bytes = 0
        for item in items {
            guard let size = try store.size(of: item) else {
                report.missing.append(item)
                continue
            }
            present.append(item)
            bytes += size
        }
        if present.isEmpty { return }
        let failures = try progress.during("Pushing", files: present.count, bytes: bytes) { meter in
            try remote.send(Self.sorted(present), from: store, meter)
        }
        report.failures += failures
        report.count += present.count - failures.count
    }

    private func pushRunCache(_ report: inout ExchangeReport) throws {
        guard remote.holdsRunCache else { return }
        let here = Set(try RunCache(store).names().map { RemoteItem.run($0) })
        if here.isEmpty { return }
        try send(here.subtracting(try remote.everything(runCache: true).keys), &report)
    }

    /// In an order that does not depend on chance.
    private static func sorted(_ items: some Sequence<RemoteItem>) -> [RemoteItem] {
        items.map { ($0.path, $0) }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map(\.1)
    }

    // MARK: Fetch

    /// Copies what the cache does not have.
    ///
    /// - Parameter runCache: Whether all entries of the run cache come from there, too.
    /// - Throws: Where the remote as a whole cannot be used.
    package func fetch(_ wanted: [Wanted], runCache: Bool = false) throws -> ExchangeReport {
        var report = ExchangeReport()
        let wanted = Set(wanted)
        let lists = try lists(of: wanted.filter(\.hash.isDirectory), &report)
        var files: Set<RemoteItem> = []
        for one in wanted {
            if let list = lists[one.item] {
                files.formUnion(one.members(of: list.entries))
            } else if !one.hash.isDirectory {
                files.insert(one.item)
            }
        }
        let known = Set(report.missing + report.failures.map(\.item))
        try receive(try files.filter { try !known.contains($0) && !store.hasTrustedItem($0) }, &report)
        let absent = Set(report.missing + report.failures.map(\.item))
        for (item, list) in lists {
            guard let bytes = list.bytes, case .object(let md5, let generation) = item else { continue }
            let members = wanted.filter { $0.item == item }.flatMap { $0.members(of: list.entries) }
            if members.contains(where: absent.contains) { continue }
            try store.store(bytes, as: md5, generation)
            report.count += 1
        }
        if runCache { try fetchRunCache(&report) }
        return report
    }

    /// The list of a directory; the bytes where it is not yet in the cache.
    private typealias List = (entries: [ManifestEntry], bytes: [UInt8]?)

    private func lists(of wanted: Set<Wanted>, _ report: inout ExchangeReport) throws -> [RemoteItem: List] {
        var lists: [RemoteItem: List] = [:]
        var absent: Set<RemoteItem> = []
        for one in wanted where lists[one.item] == nil {
            do {
                lists[one.item] = (try store.manifest(of: one.hash), nil)
            } catch let error as CacheError {
                if case .badManifest = error { _ = store.setAside(one.item) }
                absent.insert(one.item)
            }
        }
        if absent.isEmpty { return lists }
        let found = try remote.contents(of: Self.sorted(absent))
        for item in Self.sorted(absent) {
            guard case .object(let md5, _) = item else { continue }
            guard let bytes = found[item] else {
                report.missing.append(item)
                continue
            }
            guard MD5.hex(bytes) + ".dir" == md5 else {
                let error = RemoteError.damagedThere(item.path, remote: remote.address, movedTo: nil)
                report.failures.append(TransferFailure(item, error))
                continue
            }
            do {
                lists[item] = (try Manifest.parse(bytes, name: md5), bytes)
            } catch let error as CacheError {
                report.failures.append(TransferFailure(item, error))
            }
        }
        return lists
    }

    private func receive(_ items: [RemoteItem], _ report: inout ExchangeReport) throws {
        if items.isEmpty { return }
        let sizes = try remote.sizes(of: Self.sorted(items))
        report.missing += Self.sorted(items.filter { sizes[$0] == nil })
        if sizes.isEmpty { return }
        try receive(present: Array(sizes.keys), bytes: sizes.values.reduce(0, +), &report)
    }

    private func receive(present: [RemoteItem], bytes: Int, _ report: inout ExchangeReport) throws {
        let failures = try progress.during("Fetching", files: present.count, bytes: bytes) { meter in
            try remote.receive(Self.sorted(present), into: store, meter)
        }
        report.failures += failures
        report.count += present.count - failures.count
    }

    private func fetchRunCache(_ report: inout ExchangeReport) throws {
        guard remote.holdsRunCache else { return }
        let sizes = try remote.everything(runCache: true)
        let wanted = try sizes.keys.filter { try store.size(of: $0) == nil }
        if wanted.isEmpty { return }
        try receive(present: wanted, bytes: wanted.reduce(0) { $0 + (sizes[$1] ?? 0) }, &report)
    }

    // MARK: Status

    /// Where data is.
    package enum Place: String, Sendable {
        /// In the cache and on the remote.
        case both
        /// Only in the cache.
        case new
        /// Only on the remote.
        case deleted
        /// Neither in the cache nor on the remote.
        case missing
    }

    /// Where outputs are, and the files of directories.
    ///
    /// - Returns: For each of `wanted` its place and those of its files by their path; files of a directory whose list is
    ///   nowhere are not known.
    package func places(of wanted: [Wanted]) throws -> [(place: Place, files: [(path: String, place: Place)])] {
        var ignored = ExchangeReport()
        let lists = try lists(of: Set(wanted.filter(\.hash.isDirectory)), &ignored)
        var items: Set<RemoteItem> = []
        for one in wanted {
            items.insert(one.item)
            if let list = lists[one.item] { items.formUnion(one.members(of: list.entries)) }
        }
        let there = try remote.sizes(of: Self.sorted(items))
        func place(_ item: RemoteItem) throws -> Place {
            switch (try store.size(of: item) != nil, there[item] != nil) {
            case (true, true): .both
            case (true, false): .new
            case (false, true): .deleted
            case (false, false): .missing
            }
        }
        return try wanted.map { one in
            let files = lists[one.item].map { one.files(of: $0.entries) } ?? []
            return (
                try place(one.item),
                try files.map { ($0.path, try place(.object(md5: $0.md5, one.hash.generation))) }
            )
        }
    }
}

extension ObjectStore {
    /// Whether an item is there and can be relied on.
    func hasTrustedItem(_ item: RemoteItem) throws -> Bool {
        switch item {
        case .object(let md5, let generation): try hasTrustedObject(md5, generation)
        case .run: try size(of: item) != nil
        }
    }
}
