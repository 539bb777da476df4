import Cache
import Diagnostics
import Files
import SystemPackage

/// A remote that `rclone` talks to.
struct RcloneRemote: RemoteStorage {
    private let target: RcloneTarget
    private let call: RcloneCall
    /// For what is on its way: the cache's file system.
    private let store: ObjectStore
    /// A folder on the remote for what is on its way there.
    private let meanwhile = Self.temporaryName()

    init(_ target: RcloneTarget, jobs: Int, store: ObjectStore) {
        self.target = target
        self.store = store
        call = RcloneCall(
            remote: target.name, address: target.address, environment: target.environment, jobs: jobs)
    }

    var address: String { target.address }
    var holdsRunCache: Bool { target.canBeListed }

    /// From here on a list of everything costs less than a question for each item.
    private static let listingPays = 3_000
    /// What one call of `rclone` copies at most. What is copied before an interruption counts by calls.
    private static let batch = (files: 1_000, bytes: 2_000_000_000)
    private static let byList = ["--files-from-raw", "-"]

    private func path(_ below: String = "", as name: String = "gitexp") -> String {
        name + ":" + target.path + (below.isEmpty ? "" : (target.path.isEmpty ? "" : "/") + below)
    }

    func sizes(of items: [RemoteItem]) throws -> [RemoteItem: Int] {
        if items.isEmpty { return [:] }
        if items.count >= Self.listingPays, target.canBeListed {
            let wanted = Set(items)
            return try everything(runCache: false).filter { wanted.contains($0.key) }
        }
        let output = try call.succeed(
            ["lsf", "-R", "--files-only", "--format", "sp", "--separator", " "] + Self.byList + [path()],
            paths: items.map(\.path), to: "look into", absentIsFine: true)
        return Self.listing(output, prefix: "")
    }

    /// Lines of a size in bytes, a blank and a path.
    private static func listing(_ output: [UInt8], prefix: String) -> [RemoteItem: Int] {
        var result: [RemoteItem: Int] = [:]
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard let blank = line.firstIndex(of: UInt8(ascii: " ")),
                let size = Int(String(decoding: line[..<blank], as: UTF8.self)),
                let item = RemoteItem(path: prefix + String(decoding: line[(blank + 1)...], as: UTF8.self))
            else { continue }
            result[item] = size
        }
        return result
    }

    func contents(of items: [RemoteItem]) throws -> [RemoteItem: [UInt8]] {
        if items.isEmpty { return [:] }
        let folder = try store.arrivals()
        defer { try? FileIO.removeTree(folder) }
        let ending = try call.run(
            ["copy", "--no-traverse", "--no-check-dest"] + Self.byList + [path(), folder.string],
            paths: items.map(\.path))
        var result: [RemoteItem: [UInt8]] = [:]
        for item in items { result[item] = try FileIO.read(folder.pushing(FilePath(item.path))) }
        if !ending.isSuccess, !ending.isAbsent, result.isEmpty {
            throw RemoteError.rclone(doing: "read from", address, says: ending.complaint)
        }
        return result
    }

    // MARK: Copying

    func send(_ items: [RemoteItem], from store: ObjectStore, _ meter: ProgressMeter?) throws -> [TransferFailure] {
        guard target.canBeWritten else { throw RemoteError.readOnly(target.name, scheme: target.scheme) }
        let failures = Results<TransferFailure>()
        let sized = try items.compactMap { item in try store.size(of: item).map { (item: item, size: $0) } }
        for batch in Self.batches(sized, size: \.size) {
            let intact = Results<(item: RemoteItem, size: Int)>()
            try Parallel.forEach(count: batch.count) { index in
                guard try store.isIntact(batch[index].item) ?? false else {
                    return failures.add(TransferFailure(batch[index].item, store.setAside(batch[index].item)))
                }
                intact.add(batch[index])
            }
            if intact.values.isEmpty { continue }
            for failure in try send(batch: intact.values, from: store, meter) { failures.add(failure) }
        }
        return failures.values
    }

    private func send(
        batch: [(item: RemoteItem, size: Int)], from store: ObjectStore, _ meter: ProgressMeter?
    ) throws -> [TransferFailure] {
        // A file that comes to be bit by bit gets its name when it is complete.
        let meanwhile = target.isAtomic ? nil : meanwhile
        let paths = batch.map(\.item.path)
        let tally = meter.map(Tally.init)
        let destination = path(meanwhile ?? "")
        var ending = try call.run(
            ["copy", "--no-traverse", "--no-check-dest"] + Self.byList + [store.directory.string, destination],
            paths: paths, onBytes: tally.map { tally in { tally.add($0) } })
        if let meanwhile, ending.isSuccess {
            // Under another name, because rclone refuses to move what is inside of where it goes.
            ending = try call.run(
                ["move", "--server-side-across-configs"] + Self.byList
                    + [path(meanwhile, as: "gitexparrivals"), path()],
                paths: paths)
        }
        let arrived = ending.isSuccess ? nil : Set(try sizes(of: batch.map(\.item)).keys)
        if let arrived, arrived.isEmpty { throw RemoteError.rclone(doing: "write to", address, says: ending.complaint) }
        var failures: [TransferFailure] = []
        var done = 0
        for (item, size) in batch {
            if arrived?.contains(item) ?? true {
                meter?.advance(files: 1)
                done += size
            } else {
                let error = RemoteError.rclone(doing: "write '\(item.path)' to", address, says: ending.complaint)
                failures.append(TransferFailure(item, error))
            }
        }
        tally?.add(done)
        return failures
    }

    func receive(
        _ items: [RemoteItem], into store: ObjectStore, _ meter: ProgressMeter?
    ) throws -> [TransferFailure] {
        let failures = Results<TransferFailure>()
        for batch in Self.batches(items, size: { _ in 0 }) {
            let folder = try store.arrivals()
            defer { try? FileIO.removeTree(folder) }
            let tally = meter.map(Tally.init)
            let ending = try call.run(
                ["copy", "--no-traverse", "--no-check-dest"] + Self.byList + [path(), folder.string],
                paths: batch.map(\.path), onBytes: tally.map { tally in { tally.add($0) } })
            let arrived = Results<RemoteItem>()
            let sizes = Results<Int>()
            try Parallel.forEach(count: batch.count) { index in
                let item = batch[index]
                let file = folder.pushing(FilePath(item.path))
                guard let status = try FileStatus.of(file, followingLinks: false) else { return }
                arrived.add(item)
                sizes.add(status.size)
                if try store.adopt(file, as: item) {
                    meter?.advance(files: 1)
                } else {
                    failures.add(
                        TransferFailure(item, RemoteError.damagedThere(item.path, remote: address, movedTo: nil)))
                }
            }
            tally?.add(sizes.values.reduce(0, +))
            let missing = Set(batch).subtracting(arrived.values)
            if missing.count == batch.count, !ending.isSuccess {
                throw RemoteError.rclone(doing: "read from", address, says: ending.complaint)
            }
            for item in missing {
                failures.add(
                    TransferFailure(
                        item,
                        ending.complaint.isEmpty
                            ? RemoteError.vanished(item.path, remote: address)
                            : .rclone(doing: "read '\(item.path)' from", address, says: ending.complaint)))
            }
        }
        return failures.values
    }

    private static func batches<Element>(_ items: [Element], size: (Element) -> Int) -> [[Element]] {
        var result: [[Element]] = []
        var bytes = 0
        for item in items {
            bytes += size(item)
            if let last = result.last, last.count < batch.files, bytes <= batch.bytes {
                result[result.count - 1].append(item)
            } else {
                result.append([item])
                bytes = size(item)
            }
        }
        return result
    }

    // MARK: All of it

    func everything(runCache: Bool) throws -> [RemoteItem: Int] {
        guard target.canBeListed else { return [:] }
        var result: [RemoteItem: Int] = [:]
        let list = ["lsf", "-R", "--fast-list", "--files-only", "--format", "sp", "--separator", " "]
        for (folder, filter) in runCache ? [("runs", [])] : [("files/md5", []), ("", ["--include", "/??/*"])] {
            let output = try call.succeed(list + filter + [path(folder)], to: "list", absentIsFine: true)
            result.merge(Self.listing(output, prefix: folder.isEmpty ? "" : folder + "/")) { $1 }
        }
        return result
    }

    func remove(_ items: [RemoteItem]) throws {
        guard target.canBeWritten else { throw RemoteError.readOnly(target.name, scheme: target.scheme) }
        if items.isEmpty { return }
        // In their order: a list must not outlive its files.
        for group in [items.filter(\.isManifest), items.filter { !$0.isManifest }] where !group.isEmpty {
            try call.succeed(["delete"] + Self.byList + [path()], paths: group.map(\.path), to: "remove from")
        }
    }

    private static let temporaryPrefix = ".git-exp-"

    private static func temporaryName() -> String {
        temporaryPrefix + "\(Clock.now() / 1_000_000_000)-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    func sweep() throws {
        guard !target.isAtomic, target.canBeWritten else { return }
        let output = try call.succeed(["lsf", "--dirs-only", path()], to: "look into", absentIsFine: true)
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let name = String(decoding: line, as: UTF8.self).prefix { $0 != "/" }
            guard name.hasPrefix(Self.temporaryPrefix),
                let begin = Int64(name.dropFirst(Self.temporaryPrefix.count).prefix { $0 != "-" }),
                begin < Clock.now() / 1_000_000_000 - 86_400
            else { continue }
            _ = try call.run(["purge", path(String(name))])
        }
    }

    /// There is nothing to wait for, only to tidy up.
    func sync() {
        guard !target.isAtomic else { return }
        _ = try? call.run(["purge", path(meanwhile)])
        try? sweep()
    }
}

/// Tells a meter of bytes as a call of `rclone` counts them: all since its beginning, now and then.
private final class Tally {
    private let meter: ProgressMeter
    private var told = 0

    init(_ meter: ProgressMeter) { self.meter = meter }

    /// - Parameter bytes: How many were copied so far; fewer than before is no news.
    func add(_ bytes: Int) {
        guard bytes > told else { return }
        meter.advance(bytes: bytes - told)
        told = bytes
    }
}
