import Files
import SystemPackage
import TestSupport
import Testing

@testable import Cache

@Suite struct PlacementTests {
    private struct Project {
        let folder: TemporaryDirectory
        let reader: DataReader

        init(_ types: [LinkType] = [.copy]) throws {
            folder = try TemporaryDirectory()
            reader = DataReader(
                store: ObjectStore(directory: folder.path.appending("cache"), linkTypes: types),
                memo: StatMemo(file: folder.path.appending("memo")), root: folder.path)
        }

        var data: FilePath { folder.path.appending("data") }

        func write(_ path: String, _ text: String) throws {
            let file = folder.path.pushing(FilePath(path))
            try FileIO.makeDirectories(file.removingLastComponent())
            try FileIO.replace(file, with: Array(text.utf8), sync: false)
        }

        func read(_ path: String) throws -> String? {
            try FileIO.read(folder.path.pushing(FilePath(path))).map { String(decoding: $0, as: UTF8.self) }
        }

        func save() throws -> OutputHash {
            try #require(try reader.hash(data, generation: .three, saving: true))
        }

        /// A list of files as an object, whatever it says.
        func forge(_ entries: [ManifestEntry]) throws -> OutputHash {
            let bytes = Manifest.bytes(of: entries)
            let md5 = MD5.hex(bytes) + ".dir"
            try reader.store.store(bytes, as: md5, .three)
            return OutputHash(md5: md5, size: 0, nfiles: entries.count, generation: .three)
        }

        /// Replaces an object's bytes without its name or mode telling.
        func corrupt(_ md5: String) throws {
            let object = reader.store.path(of: md5, .three)
            try FileIO.remove(object)
            try FileIO.replace(object, with: Array("evil".utf8), mode: 0o444, sync: false)
        }

        var leftovers: [String] {
            get throws { try FileIO.list(folder.path.pushing(".dvc/tmp/git-exp/checkout"))?.map(\.name) ?? [] }
        }
    }

    private func status(_ path: FilePath) throws -> FileStatus? { try FileStatus.of(path, followingLinks: false) }

    @Test(arguments: [[LinkType.copy], [.hardlink, .copy], [.symlink, .copy], [.reflink, .copy]])
    func aDamagedObjectIsNeverBrought(_ types: [LinkType]) throws {
        let project = try Project(types)
        try project.write("data/a", "1")
        try project.write("data/sub/b", "2")
        let hash = try project.save()
        try FileIO.removeTree(project.data)
        let md5 = MD5.hex(Array("2".utf8))
        try project.corrupt(md5)
        let object = project.reader.store.path(of: md5, .three)
        #expect(throws: CacheError.corruptObject(md5: md5, movedTo: FilePath(object.string + ".corrupt"))) {
            try Checkout(project.reader).bring(hash, to: project.data, overwriting: true)
        }
        // Neither the damaged file nor half a directory is there, and the object is out of the way.
        #expect(try status(project.data) == nil && status(object) == nil && project.leftovers.isEmpty)
        #expect(throws: CacheError.missingObject(md5: md5, path: project.data.pushing("sub/b"))) {
            try Checkout(project.reader).bring(hash, to: project.data, overwriting: true)
        }
    }

    @Test func aDamagedLargeObjectIsNeverLinked() throws {
        let project = try Project([.hardlink])
        try project.write("data", String(repeating: "x", count: 3 << 20))
        let hash = try project.save()
        try FileIO.remove(project.data)
        try project.corrupt(hash.md5)
        let object = project.reader.store.path(of: hash.md5, .three)
        try FileIO.remove(object)
        try FileIO.replace(object, with: Array(repeating: 0x79, count: 3 << 20), mode: 0o444, sync: false)
        #expect(throws: CacheError.self) {
            try Checkout(project.reader).bring(hash, to: project.data, overwriting: true)
        }
        #expect(try status(project.data) == nil)
    }

    @Test(arguments: [
        ".git/hooks/post-checkout", "a/.GIT/config", ".dvc/config", "x/../../y", "..", "/proc/x", "a\u{0}",
    ])
    func listsThatDoHarmAreRefused(_ path: String) throws {
        let project = try Project()
        try project.write("data", "harmless")
        let file = try project.save()
        try FileIO.remove(project.data)
        let hash = try project.forge([ManifestEntry(path: path, md5: file.md5)])
        #expect(throws: CacheError.self) {
            try Checkout(project.reader).bring(hash, to: project.data, overwriting: true)
        }
        #expect(try status(project.data) == nil)
    }

    @Test func aLinkInsideTheDataIsNotWrittenThrough() throws {
        let project = try Project()
        let outside = try TemporaryDirectory()
        try project.write("data/sub/x", "1")
        let hash = try project.save()
        try FileIO.removeTree(project.data.appending("sub"))
        #expect(try DataLink.make(.symlink, from: outside.path, to: project.data.appending("sub")))
        #expect(throws: CacheError.beyondLink(project.data.appending("sub"))) {
            try Checkout(project.reader).bring(hash, to: project.data, overwriting: false)
        }
        #expect(try FileIO.list(outside.path)?.isEmpty == true)
        try Checkout(project.reader).bring(hash, to: project.data, overwriting: true)
        #expect(try FileIO.list(outside.path)?.isEmpty == true)
        #expect(try project.read("data/sub/x") == "1" && status(project.data.appending("sub"))?.kind == .directory)
    }

    @Test func aListWithAFileInsideAFileBringsNothing() throws {
        let project = try Project()
        try project.write("data", "x")
        let file = try project.save()
        try FileIO.remove(project.data)
        let hash = try project.forge([
            ManifestEntry(path: "a", md5: file.md5), ManifestEntry(path: "a/b", md5: file.md5),
        ])
        #expect(throws: (any Error).self) {
            try Checkout(project.reader).bring(hash, to: project.data, overwriting: true)
        }
        #expect(try status(project.data) == nil && project.leftovers.isEmpty)
    }

    @Test func onlyWhatDiffersIsReplaced() throws {
        let project = try Project()
        for (name, text) in [("a", "1"), ("b", "2"), ("sub/c", "3")] { try project.write("data/" + name, text) }
        let hash = try project.save()
        let kept = try status(project.data.appending("a"))
        try project.write("data/b", "changed")
        try project.write("data/new/d", "4")
        try FileIO.removeTree(project.data.appending("sub"))
        _ = try project.save()
        let outcome = try Checkout(project.reader).checkOut(hash, to: project.data, overwriting: false)
        #expect(outcome.change == .modified && outcome.added == 1 && outcome.modified == 1 && outcome.deleted == 1)
        #expect(try status(project.data.appending("a")) == kept)
        #expect(try project.read("data/sub/c") == "3" && status(project.data.appending("new")) == nil)
        #expect(try project.leftovers.isEmpty)
    }

    @Test func aPartComesBackAlone() throws {
        let project = try Project()
        for (name, text) in [("a", "1"), ("sub/b", "2"), ("sub/c", "3")] { try project.write("data/" + name, text) }
        let hash = try project.save()
        try FileIO.removeTree(project.data)
        let checkout = Checkout(project.reader)
        #expect(try checkout.checkOut(hash, to: project.data, overwriting: false, below: "sub").added == 2)
        #expect(try status(project.data.appending("a")) == nil)
        #expect(throws: CacheError.notInDirectory(project.data.appending("zz"), directory: project.data)) {
            try checkout.checkOut(hash, to: project.data, overwriting: false, below: "zz")
        }
    }

    @Test func linksTakeTheWantedTypeAgain() throws {
        let project = try Project()
        for (name, text) in [("a", "1"), ("empty", ""), ("sub/c", "3")] { try project.write("data/" + name, text) }
        let hash = try project.save()
        let checkout = Checkout(project.reader)
        let object = project.reader.store.path(of: MD5.hex(Array("1".utf8)), .three)
        #expect(try checkout.relink(hash, at: project.data, linkTypes: [.hardlink]) == 2)
        #expect(try status(project.data.appending("a"))?.inode == status(object)?.inode)
        #expect(try status(project.data.appending("empty"))?.links == 1)
        #expect(try checkout.relink(hash, at: project.data, linkTypes: [.hardlink]) == 0)
        #expect(try checkout.relink(hash, at: project.data, linkTypes: [.symlink]) == 3)
        #expect(try FileIO.symlinkTarget(project.data.appending("a")) == object)
        #expect(try checkout.relink(hash, at: project.data, linkTypes: [.copy]) == 3)
        let copy = try #require(try status(project.data.appending("a")))
        #expect(copy.kind == .file && copy.links == 1 && copy.mode & 0o200 != 0)
        #expect(try project.reader.hash(project.data, generation: .three, saving: false) == hash)
    }

    @Test func whatAKilledProcessLeftIsSweptAndNeverTakenForData() throws {
        let project = try Project()
        try project.write("data/a", "1")
        let hash = try project.save()
        let remains = ".dvc/tmp/git-exp/checkout/999999999-x"
        try project.write(remains + "/1/a", "half")
        try FileIO.removeTree(project.data)
        try Checkout(project.reader).bring(hash, to: project.data, overwriting: false)
        #expect(try project.read(remains + "/1/a") == nil && project.leftovers.isEmpty)
    }

    @Test func aPartOfADirectoryIsHashedAnew() throws {
        let project = try Project()
        for (name, text) in [("a", "1"), ("b", "2"), ("s/c", "3")] { try project.write("data/" + name, text) }
        let old = try project.save()
        for (name, text) in [("a", "a2"), ("b", "b2"), ("s/d", "4")] { try project.write("data/" + name, text) }
        func part(_ below: String, _ old: OutputHash) throws -> OutputHash {
            try project.reader.directory(
                old, at: project.data, replacing: below, size: nil, generation: .three, saving: true
            ).hash
        }
        let first = try part("a", old)
        let list = try project.reader.store.manifest(of: first)
        #expect(list.map(\.path) == ["a", "b", "s/c"])
        #expect(list.map(\.md5) == ["a2", "2", "3"].map { MD5.hex(Array($0.utf8)) })
        #expect(try project.reader.store.manifest(of: part("s", first)).map(\.path) == ["a", "b", "s/c", "s/d"])
        try FileIO.remove(project.data.appending("b"))
        #expect(try project.reader.store.manifest(of: part("b", first)).map(\.path) == ["a", "s/c"])
    }

    @Test func namesThatMeanSomethingToGitAreEscaped() {
        #expect(GitIgnoreFile.line(for: "st[r]*.txt") == "/st\\[r\\]\\*.txt")
        #expect(GitIgnoreFile.line(for: "#hash!") == "/\\#hash\\!")
        #expect(GitIgnoreFile.line(for: "back\\slash") == "/back\\\\slash")
        #expect(GitIgnoreFile.line(for: "blank ") == "/blank\\ ")
        #expect(GitIgnoreFile.line(for: "*\u{301}") == "/\\*\u{301}")
        let bytes = Array("/a\n/st\\[r\\]\n".utf8)
        #expect(GitIgnoreFile.removing("st[r]", from: bytes) == Array("/a\n".utf8))
    }
}
