import Diagnostics
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Puts objects of the cache where they are wanted.
///
/// Every object is read and compared with its name on the way, also one that is only linked: a damaged one is moved
/// aside and never gets into the workspace.
struct Placement: Sendable {
    /// An object and the path that is to hold its data; nothing is there yet, but the folder above is.
    struct Item: Sendable {
        let md5: String
        let target: FilePath
        /// Where the data goes in the end, for messages.
        let destination: FilePath
    }

    let store: ObjectStore
    let memo: StatMemo
    let progress: Progress
    let generation: Generation
    let type: LinkType

    /// Chooses the first type that works between cache and staging folder; a copy always does.
    init(_ reader: DataReader, _ generation: Generation, _ types: [LinkType], sample: String?, _ staging: Staging)
        throws
    {
        store = reader.store
        memo = reader.memo
        progress = reader.progress
        self.generation = generation
        var chosen = LinkType.copy
        if let sample {
            let object = store.path(of: sample, generation)
            for type in types {
                let probe = staging.next()
                let works = try type == .copy || DataLink.make(type, from: object, to: probe)
                try FileIO.remove(probe)
                if works {
                    chosen = type
                    break
                }
            }
        }
        type = chosen
    }

    /// How many items one thread takes at a time: at least so many, and up to the end of their folder or the larger number.
    private static let portion = 128...2_048
    /// How many bytes of small objects are in memory at a time, for each thread.
    private static let bytesAtOnce = 8 << 20

    /// Places all items, on all processors.
    ///
    /// - Throws: ``CacheError/missingObject(md5:path:)``, ``CacheError/corruptObject(md5:movedTo:)``, `FileError`. Then
    ///   some of the items are in place.
    func place(_ items: [Item]) throws {
        let portions = Self.portions(items)
        try progress.during("Bringing data", files: items.count, bytes: nil) { meter in
            try Parallel.forEach(count: portions.count) { try placePortion(items[portions[$0]], meter) }
        }
    }

    /// Two threads that make names in one folder would wait for each other, so each one gets folders of its own.
    private static func portions(_ items: [Item]) -> [Range<Int>] {
        var portions: [Range<Int>] = []
        var start = 0
        for end in items.indices.dropFirst() where end - start >= portion.lowerBound {
            let isFull = end - start >= portion.upperBound
            if isFull || items[end].target.parent != items[end - 1].target.parent {
                portions.append(start..<end)
                start = end
            }
        }
        return start < items.count ? portions + [start..<items.count] : portions
    }

    private func placePortion(_ items: ArraySlice<Item>, _ meter: ProgressMeter?) throws {
        var waiting: [(item: Item, bytes: [UInt8])] = []
        var size = 0
        for item in items {
            guard let bytes = try small(item) else {
                try placeLarge(item, meter)
                meter?.advance(files: 1)
                continue
            }
            waiting.append((item, bytes))
            size += bytes.count
            if size >= Self.bytesAtOnce {
                try finish(waiting)
                meter?.advance(files: waiting.count, bytes: size)
                waiting = []
                size = 0
            }
        }
        try finish(waiting)
        meter?.advance(files: waiting.count, bytes: size)
    }

    /// The bytes of an object that is hashed side by side with others; `nil` for a large one.
    private func small(_ item: Item) throws -> [UInt8]? {
        let object = store.path(of: item.md5, generation)
        let file: FileDescriptor
        do {
            file = try FileIO.retry {
                try FileDescriptor.open(object, .readOnly, options: [.closeOnExec, .nonBlocking, .noFollow])
            }
        } catch  where error == .noSuchFileOrDirectory || error == .notDirectory {
            throw CacheError.missingObject(md5: item.md5, path: item.destination)
        } catch {
            throw FileError("read", object, error)
        }
        defer { try? file.close() }
        let status = try FileStatus.of(file, path: object)
        guard status.kind == .file else { throw CacheError.missingObject(md5: item.md5, path: item.destination) }
        guard status.size <= DataReader.laneLimit else { return nil }
        do {
            return try [UInt8](unsafeUninitializedCapacity: status.size) { buffer, count in
                count = 0
                while count < status.size {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                    let read = try FileIO.retry { try file.read(into: rest) }
                    if read == 0 { return }
                    count += read
                }
            }
        } catch {
            throw FileError("read", object, error as? Errno ?? .ioError)
        }
    }

    private func finish(_ waiting: [(item: Item, bytes: [UInt8])]) throws {
        if waiting.isEmpty { return }
        let contents = waiting.map(\.bytes)
        let md5s: [String] =
            switch generation {
            case .three: MD5.hexes(of: contents)
            case .two: contents.map { TextTest.isText($0) ? MD5.hexOfText($0) : MD5.hex($0) }
            }
        for (index, (item, bytes)) in waiting.enumerated() {
            guard md5s[index].utf8.elementsEqual(item.md5.utf8) else { throw try movedAside(item.md5) }
            // A hard link to an empty file would tie unrelated files together.
            if type == .hardlink ? !bytes.isEmpty && hardLink(item) : try link(item) { continue }
            try write(bytes, to: item.target)
        }
    }

    private func placeLarge(_ item: Item, _ meter: ProgressMeter?) throws {
        let object = store.path(of: item.md5, generation)
        if type != .copy {
            guard let status = try FileStatus.of(object, followingLinks: false) else {
                throw CacheError.missingObject(md5: item.md5, path: item.destination)
            }
            if memo.md5(of: object, status, generation) != item.md5 {
                let digest = try FileHasher.digest(of: object, generation: generation, meter: meter)
                if digest.md5 != item.md5 { throw try movedAside(item.md5) }
                memo.record(item.md5, of: object, digest.status, generation)
            }
            if try link(item) { return }
        }
        do {
            try DataLink.copy(object, item.md5, generation, to: item.target, meter: meter)
        } catch CacheError.missingObject {
            throw CacheError.missingObject(md5: item.md5, path: item.destination)
        }
    }

    /// - Returns: Whether a link was made; an object that has too many of them already, and an empty one, is copied.
    private func link(_ item: Item) throws -> Bool {
        if type == .copy { return false }
        return try DataLink.make(type, from: store.path(of: item.md5, generation), to: item.target)
    }

    private func hardLink(_ item: Item) -> Bool {
        store.path(of: item.md5, generation).withPlatformString { object in
            item.target.withPlatformString { platformLink(object, $0) }
        } == 0
    }

    private func movedAside(_ md5: String) throws -> CacheError {
        let object = store.path(of: md5, generation)
        let aside = FilePath(object.string + ".corrupt")
        try FileIO.move(object, to: aside)
        return .corruptObject(md5: md5, movedTo: aside)
    }

    private func write(_ bytes: [UInt8], to target: FilePath) throws {
        do throws(Errno) {
            let file = try FileIO.retry {
                try FileDescriptor.open(
                    target, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
            }
            defer { try? file.close() }
            try FileIO.retry { try bytes.withUnsafeBytes { try FileIO.write($0, to: file) } }
        } catch {
            throw FileError("write", target, error)
        }
    }
}

private func platformLink(_ object: UnsafePointer<CChar>, _ target: UnsafePointer<CChar>) -> Int32 {
    link(object, target)
}
