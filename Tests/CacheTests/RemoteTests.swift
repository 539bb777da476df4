import Diagnostics
import Files
import SystemPackage
import TestSupport
import Testing

@testable import Cache

@Suite struct RemoteTests {
    /// A cache and a remote that is a folder.
    private struct Place {
        let folder: TemporaryDirectory
        let store: ObjectStore
        let remote: FolderRemote

        init() throws {
            folder = try TemporaryDirectory()
            store = ObjectStore(directory: folder.path.appending("cache"))
            remote = FolderRemote(folder.path.appending("remote"), jobs: 4)
        }

        /// Another cache for the same remote.
        var other: ObjectStore { ObjectStore(directory: folder.path.appending("other")) }

        func exchange(_ store: ObjectStore) -> DataExchange { DataExchange(store, remote, .none) }

        func keep(_ text: String, _ generation: Generation = .three) throws -> OutputHash {
            let md5 = MD5.hex(Array(text.utf8))
            try store.store(Array(text.utf8), as: md5, generation)
            return OutputHash(md5: md5, size: text.utf8.count, generation: generation)
        }

        /// A directory of files with these contents, named by their number.
        func keep(directory texts: [String], _ generation: Generation = .three) throws -> OutputHash {
            let entries = try texts.enumerated().map {
                ManifestEntry(path: "f\($0.offset)", md5: try keep($0.element, generation).md5)
            }
            let bytes = Manifest.bytes(of: entries)
            let md5 = MD5.hex(bytes) + ".dir"
            try store.store(bytes, as: md5, generation)
            return OutputHash(md5: md5, size: 0, nfiles: texts.count, generation: generation)
        }

        /// All files below the remote's folder.
        func remoteFiles() throws -> [String] { try files(below: folder.path.appending("remote"), "") }

        private func files(below path: FilePath, _ prefix: String) throws -> [String] {
            try (FileIO.list(path) ?? []).flatMap { name, kind in
                kind == .directory ? try files(below: path.appending(name), prefix + name + "/") : [prefix + name]
            }
        }
    }

    @Test(arguments: [Generation.two, .three]) func dataGoesThereAndBack(_ generation: Generation) throws {
        let place = try Place()
        let file = try place.keep("a file\r\n", .three)
        let folder = try place.keep(directory: ["one", "two"], generation)
        let report = try place.exchange(place.store).push([Wanted(file), Wanted(folder)])
        #expect(report.count == 4)
        #expect(report.failures.isEmpty && report.missing.isEmpty)
        let prefix = generation == .three ? "files/md5/" : ""
        #expect(try place.remoteFiles().contains("\(prefix)\(folder.md5.prefix(2))/\(folder.md5.dropFirst(2))"))
        #expect(try place.exchange(place.store).push([Wanted(file), Wanted(folder)]).count == 0)
        let fetched = try place.exchange(place.other).fetch([Wanted(file), Wanted(folder)])
        #expect(fetched.count == 4)
        #expect(try place.other.contains(file))
        #expect(try place.other.contains(folder))
        let object = place.other.path(of: file.md5, .three)
        #expect(try FileStatus.of(object, followingLinks: false)?.mode == 0o444)
        #expect(try place.exchange(place.other).fetch([Wanted(file), Wanted(folder)]).count == 0)
    }

    @Test func aDamagedObjectOfTheCacheIsNotSent() throws {
        let place = try Place()
        let folder = try place.keep(directory: ["one", "two"])
        let victim = place.store.path(of: MD5.hex(Array("one".utf8)), .three)
        try FileIO.replace(victim, with: Array("bad".utf8), sync: false)
        let report = try place.exchange(place.store).push([Wanted(folder)])
        #expect(report.failures.count == 1)
        #expect(try #require(report.failures.first).error.message.contains(MD5.hex(Array("one".utf8))))
        #expect(try FileStatus.of(victim, followingLinks: false) == nil)
        #expect(try FileIO.read(FilePath(victim.string + ".corrupt")) == Array("bad".utf8))
        // The other file is there; the list is not, because it would claim that all of it is.
        #expect(try place.remoteFiles() == [RemoteItem.object(md5: MD5.hex(Array("two".utf8)), .three).path])
    }

    @Test func aDamagedObjectOfTheRemoteIsNotTaken() throws {
        let place = try Place()
        let folder = try place.keep(directory: ["one", "two"])
        _ = try place.exchange(place.store).push([Wanted(folder)])
        let item = RemoteItem.object(md5: MD5.hex(Array("one".utf8)), .three)
        let victim = place.folder.path.appending("remote").pushing(FilePath(item.path))
        try FileIO.replace(victim, with: Array("bad".utf8), sync: false)
        let report = try place.exchange(place.other).fetch([Wanted(folder)])
        #expect(report.failures.map(\.item) == [item])
        #expect(try place.other.size(of: item) == nil)
        #expect(try place.other.size(of: Wanted(folder).item) == nil)
        #expect(try FileIO.read(FilePath(victim.string + ".corrupt")) == Array("bad".utf8))
        // Pushed again from where it is intact, it can be fetched.
        #expect(try place.exchange(place.store).push([Wanted(folder)]).count == 1)
        #expect(try place.exchange(place.other).fetch([Wanted(folder)]).count == 2)
        #expect(try place.other.contains(folder))
    }

    @Test func aHostileListIsRefused() throws {
        let place = try Place()
        let bytes = Array("[{\"md5\": \"\(MD5.hex([]))\", \"relpath\": \"../../x\"}]".utf8)
        let item = RemoteItem.object(md5: MD5.hex(bytes) + ".dir", .three)
        let path = place.folder.path.appending("remote").pushing(FilePath(item.path))
        try FileIO.makeDirectories(path.removingLastComponent())
        try FileIO.replace(path, with: bytes, sync: false)
        let hash = OutputHash(md5: MD5.hex(bytes) + ".dir", size: 0, nfiles: 1, generation: .three)
        let report = try place.exchange(place.other).fetch([Wanted(hash)])
        #expect(report.failures.map(\.item) == [item])
        #expect(report.count == 0)
    }

    @Test func missingDataIsNamed() throws {
        let place = try Place()
        let known = try place.keep("known")
        let gone = OutputHash(md5: MD5.hex(Array("gone".utf8)), size: 4, generation: .three)
        #expect(try place.exchange(place.store).push([Wanted(known), Wanted(gone)]).missing == [Wanted(gone).item])
        let report = try place.exchange(place.other).fetch([Wanted(known), Wanted(gone)])
        #expect(report.missing == [Wanted(gone).item])
        #expect(report.count == 1)
    }

    @Test func aPartOfADirectoryComesAlone() throws {
        let place = try Place()
        let folder = try place.keep(directory: ["one", "two", "three"])
        _ = try place.exchange(place.store).push([Wanted(folder)])
        let report = try place.exchange(place.other).fetch([Wanted(folder, below: "f1")])
        #expect(report.count == 2)
        #expect(try place.other.manifest(of: folder).count == 3)
        #expect(try !place.other.contains(folder))
        #expect(try place.exchange(place.other).fetch([Wanted(folder)]).count == 2)
    }

    @Test func aListIsSentWithAllOfItsFilesOnly() throws {
        let place = try Place()
        let folder = try place.keep(directory: ["one", "two"])
        let part = try place.exchange(place.store).push([Wanted(folder, below: "f0")])
        #expect(part.count == 1 && part.withheld == 1)
        #expect(try place.remoteFiles() == [RemoteItem.object(md5: MD5.hex(Array("one".utf8)), .three).path])
        let rest = try place.exchange(place.store).push([Wanted(folder, below: "f1")])
        #expect(rest.count == 2 && rest.withheld == 0)
        #expect(try place.exchange(place.other).fetch([Wanted(folder)]).count == 3)
    }

    @Test func whatAKilledTransferBroughtIsTaken() throws {
        let place = try Place()
        let good = RemoteItem.object(md5: MD5.hex(Array("good".utf8)), .three)
        let half = RemoteItem.object(md5: MD5.hex(Array("half".utf8)), .three)
        // No process has this number.
        let folder = place.store.directory.appending(".git-exp-99999999-x.tmp")
        for (item, text) in [(good, "good"), (half, "ha")] {
            let path = folder.pushing(FilePath(item.path))
            try FileIO.makeDirectories(path.removingLastComponent())
            try FileIO.replace(path, with: Array(text.utf8), sync: false)
        }
        try place.store.salvage()
        #expect(try place.store.isIntact(good) == true)
        #expect(try place.store.size(of: half) == nil)
        #expect(try FileStatus.of(folder, followingLinks: false) == nil)
    }

    @Test func manyObjectsAreFoundByListing() throws {
        let place = try Place()
        let hashes = try (0..<1_200).map { try place.keep("file \($0)") }
        #expect(try place.exchange(place.store).push(hashes.map { Wanted($0) }).count == 1_200)
        let extra = try place.keep("one more")
        #expect(try place.exchange(place.store).push((hashes + [extra]).map { Wanted($0) }).count == 1)
        #expect(try place.remote.everything(runCache: false).count == 1_201)
    }

    @Test func placesTellWhereDataIs() throws {
        let place = try Place()
        let both = try place.keep("both")
        _ = try place.exchange(place.store).push([Wanted(both)])
        let folder = try place.keep(directory: ["both", "new"])
        let found = try place.exchange(place.store).places(of: [Wanted(both), Wanted(folder)])
        #expect(found.map(\.place) == [.both, .new])
        #expect(found[1].files.map(\.place) == [.both, .new])
        #expect(try place.exchange(place.other).places(of: [Wanted(both)]).map(\.place) == [.deleted])
    }

    @Test(arguments: [
        "files/md5/ab/../x", "files/md5/ab", "ab/cd", "runs/ab/cd/ef", "",
        "files/md5/AB/" + String(repeating: "0", count: 30),
        "abc/" + String(repeating: "0", count: 29),
    ]) func otherNamesAreNoItems(_ path: String) { #expect(RemoteItem(path: path) == nil) }

    @Test func namesAreReadBack() throws {
        let md5 = MD5.hex([1])
        let digest = String(repeating: "0a", count: 32)
        let name = try #require(RunCacheName(key: digest, value: digest))
        for item in [RemoteItem.object(md5: md5, .two), .object(md5: md5 + ".dir", .three), .run(name)] {
            #expect(RemoteItem(path: item.path) == item)
        }
    }

    /// Another process removes what was there a moment ago.
    @Test func whatVanishesIsNamed() throws {
        let place = try Place()
        let file = try place.keep("a file")
        let item = RemoteItem.object(md5: file.md5, .three)
        let object = place.store.path(of: item)
        try FileIO.remove(object)
        let sent = try place.remote.send([item], from: place.store, nil)
        #expect(sent.map(\.error.message) == [CacheError.missingObject(md5: file.md5, path: object).message])
        let received = try place.remote.receive([item], into: place.other, nil)
        let expected = RemoteError.vanished(item.path, remote: place.folder.path.appending("remote").string)
        #expect(received.map(\.error.message) == [expected.message])
        #expect(try place.remoteFiles().isEmpty)
    }

    /// Where the remote cannot be written, the file is named and nothing unfinished stays behind.
    @Test func aRemoteThatCannotBeWritten() throws {
        let place = try Place()
        let file = try place.keep("a file")
        let item = RemoteItem.object(md5: file.md5, .three)
        let target = place.folder.path.appending("remote").pushing(FilePath(item.path))
        // Permissions do not stop root, but a full folder in the place of a file stops everybody.
        try FileIO.makeDirectories(target.appending("in the way"))
        let report = try place.remote.send([item], from: place.store, nil)
        #expect(report.count == 1)
        #expect(try #require(report.first).error.message.contains(target.string))
        #expect(try FileIO.list(target.removingLastComponent())?.count == 1)
    }

    @Test func aListUnderTheNameOfAnother() throws {
        let place = try Place()
        let bytes = Manifest.bytes(of: [])
        #expect(try place.store.members(of: bytes, named: MD5.hex(bytes) + ".dir", .three).isEmpty)
        let other = MD5.hex(Array("x".utf8)) + ".dir"
        #expect(throws: CacheError.badManifest(other, problem: "its contents do not match its name")) {
            try place.store.members(of: bytes, named: other, .three)
        }
    }
}
