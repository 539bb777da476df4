import Cache
import Files
import Merging
import SystemPackage
import TestSupport
import Testing

@Suite struct TrackedDataMergeTests {
    private let directory: TemporaryDirectory
    private let store: ObjectStore

    init() throws {
        directory = try TemporaryDirectory()
        store = ObjectStore(directory: directory.path.appending("cache"))
    }

    /// Writes a list of files as it stands, and returns the `.dvc` file that names it.
    private func record(_ list: String, size: Int, extra: String = "") throws -> [UInt8] {
        let md5 = MD5.hex(Array(list.utf8)) + ".dir"
        let path = store.path(of: md5, .three)
        try FileIO.makeDirectories(path.removingLastComponent())
        try FileIO.replace(path, with: Array(list.utf8), sync: false)
        return Array("outs:\n- md5: \(md5)\n  size: \(size)\n  nfiles: 1\n  hash: md5\n  path: raw\n\(extra)".utf8)
    }

    private func list(_ files: String...) -> String {
        let digest = String(repeating: "0", count: 31)
        return "["
            + files.map { "{\"md5\": \"\(digest)\($0.first!)\", \"relpath\": \"\($0.dropFirst())\"}" }
            .joined(separator: ", ") + "]"
    }

    private func merge(_ base: [UInt8], _ ours: [UInt8], _ theirs: [UInt8]) throws -> String {
        let merge = TrackedDataMerge(store: store, path: "raw.dvc", root: directory.path)
        return String(decoding: try merge.merge(base: base, ours: ours, theirs: theirs), as: UTF8.self)
    }

    @Test func filesOfBothSides() throws {
        let merged = try merge(
            record(list("1a", "1b"), size: 10), record(list("1a", "1b", "2c"), size: 15, extra: "# of ours\n"),
            record(list("3a"), size: 7, extra: "  desc: of theirs\n"))
        let list = list("3a", "2c")
        let md5 = MD5.hex(Array(list.utf8)) + ".dir"
        #expect(
            merged
                == "outs:\n- md5: \(md5)\n  size: 12\n  nfiles: 2\n  hash: md5\n  path: raw\n  desc: of theirs\n# of ours\n"
                || merged.contains("md5: \(md5)\n  size: 12\n  nfiles: 2\n") && merged.contains("# of ours"),
            "\(merged)")
        #expect(merged.contains("  desc: of theirs\n"))
        #expect(try FileIO.read(store.path(of: md5, .three)) == Array(list.utf8))
    }

    @Test func filesThatBothChangedAreNamed() throws {
        let base = try record(list("1a"), size: 1)
        #expect(throws: TrackedDataConflict.members(of: "raw", ["a"])) {
            try merge(base, record(list("2a"), size: 1), record(list("3a"), size: 1))
        }
        #expect(throws: TrackedDataConflict.members(of: "raw", ["a"])) {
            try merge(base, record(list(), size: 0), record(list("3a"), size: 1))
        }
        // A file here and a folder there.
        #expect(throws: TrackedDataConflict.members(of: "raw", ["x"])) {
            try merge(base, record(list("1a", "2x"), size: 1), record(list("1a", "2x/y"), size: 1))
        }
    }

    @Test func aListThatLeadsElsewhereIsRefused() throws {
        let (base, ours) = (try record(list("1a"), size: 1), try record(list("1a", "2b"), size: 2))
        for path in ["../x", "/etc/x", ".git/hooks/post-merge", "x/../../y"] {
            #expect(throws: CacheError.self) { try merge(base, ours, record(list("1a", "2" + path), size: 2)) }
        }
    }

    @Test func aListThatIsNotThere() throws {
        let (base, ours) = (try record(list("1a"), size: 1), try record(list("1a", "2b"), size: 2))
        let theirs = Array(
            String(decoding: ours, as: UTF8.self).replacing("md5: ", with: "md5: 0123", maxReplacements: 1).utf8)
        let digest = String(repeating: "9", count: 32) + ".dir"
        let missing = Array("outs:\n- md5: '\(digest)'\n  size: 1\n  hash: md5\n  path: raw\n".utf8)
        #expect(throws: TrackedDataConflict.missingList(of: "raw", md5: digest)) { try merge(base, ours, missing) }
        #expect(throws: (any Error).self) { try merge(base, ours, theirs) }
    }

    @Test func filesAreTakenFromTheSideThatChangedThem() throws {
        func file(_ digit: String) -> [UInt8] {
            Array(
                "outs:\n- md5: \(String(repeating: "a", count: 31))\(digit)\n  size: 1\n  hash: md5\n  path: x\n".utf8)
        }
        #expect(try merge(file("1"), file("1"), file("2")).utf8.elementsEqual(file("2")))
        #expect(throws: TrackedDataConflict.files("x")) { try merge(file("1"), file("3"), file("2")) }
    }
}
