import Files
import Formats
import SystemPackage
import TestSupport
import Testing

@testable import Cache

@Suite struct HashTests {
    /// A file recipe and the hashes that real DVC gave to the file.
    struct Vector: CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let new: String
        let old: String
        var testDescription: String { name }
    }

    static func vectors() throws -> [Vector] {
        let path = FilePath(#filePath).removingLastComponent().pushing("Golden/hash.json")
        let list = try JSON.parse(try #require(try FileIO.read(path)), file: "hash.json").list ?? []
        return list.compactMap { item in
            guard let entry = item.mapping, let name = entry["name"]?.string, let new = entry["md5_3x"]?.string,
                let old = entry["md5_2x_written_by_2.58.2"]?.string
            else { return nil }
            var bytes: [UInt8] = []
            for part in entry["parts"]?.list ?? [] {
                let hex = Array(part.mapping?["hex"]?.string ?? "")
                let piece = stride(from: 0, to: hex.count, by: 2).compactMap {
                    UInt8(String(hex[$0...$0 + 1]), radix: 16)
                }
                for _ in 0..<(part.mapping?["times"]?.int ?? 1) { bytes += piece }
            }
            return Vector(name: name, bytes: bytes, new: new, old: old)
        }
    }

    @Test func bothGenerationsHashAsDVCDoes() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count > 5)
        let folder = try TemporaryDirectory()
        for vector in vectors {
            let file = folder.path.appending("file")
            try FileIO.replace(file, with: vector.bytes, sync: false)
            #expect(try FileHasher.digest(of: file, generation: .three).md5 == vector.new, "\(vector.name)")
            #expect(try FileHasher.digest(of: file, generation: .two).md5 == vector.old, "\(vector.name)")
        }
    }

    @Test func manyBuffersSideBySideHashLikeEachAlone() {
        let buffers = (0..<200).map { size in (0..<size * 7).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) } }
        #expect(MD5.hexes(of: buffers) == buffers.map(MD5.hex))
        #expect(MD5.hex(Array("abc".utf8)) == "900150983cd24fb0d6963f7d28e17f72")
    }

    @Test func aLargeFileIsCopiedWhileItIsHashed() throws {
        let folder = try TemporaryDirectory()
        let bytes = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let file = folder.path.appending("model")
        try FileIO.replace(file, with: bytes, sync: false)
        let store = ObjectStore(directory: folder.path.appending("cache"))
        let reader = DataReader(
            store: store, memo: StatMemo(file: folder.path.appending("memo")), root: folder.path)
        let hash = try #require(try reader.hash(file, generation: .three, saving: true))
        #expect(hash.md5 == MD5.hex(bytes))
        let object = store.path(of: hash.md5, .three)
        #expect(try FileIO.read(object) == bytes)
        #expect(try FileStatus.of(object, followingLinks: false)?.mode == 0o444)
    }
}
