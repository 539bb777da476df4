import Files
import Formats
import SystemPackage
import TestSupport
import Testing

@testable import Cache

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct RunCacheTests {
    private func entry(_ parameters: Mapping, made md5: String = "b", size: Int = 1) -> Value {
        func file(_ path: String, _ md5: String) -> Value {
            .mapping(Mapping([("path", .string(path)), ("md5", .string(md5)), ("size", .int(size))]))
        }
        return .mapping(
            Mapping([
                ("cmd", .string("x")), ("deps", .list([file("in", "a")])), ("params", .mapping(parameters)),
                ("outs", .list([file("out", md5)])),
            ]))
    }

    @Test func sha256OfAnyLength() {
        #expect(SHA256.hex("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
        #expect(
            SHA256.hex(String(repeating: "a", count: 1_000))
                == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
        #expect(SHA256.hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.hex(String(repeating: "b", count: 64))
                == "a0fab1377f49a759b57f63318262ebe89fabfc990e8e93ceac2984561482b9d4")
        #expect(
            SHA256.hex(String(repeating: "b", count: 119))
                == "68297a9eb141ce16bbc0847da1c0c48e2858704feaa13993bde29f87a198a6e1")
    }

    @Test func theKeyLeavesOutSizesAndContentsOfOutputs() throws {
        let base = Mapping([("lr", .float(0.1))])
        let name = try #require(RunCacheName(of: entry(base)))
        #expect(RunCacheName(of: entry(base, size: 2)) == name)
        let other = try #require(RunCacheName(of: entry(base, made: "c")))
        #expect(other.key == name.key && other.value != name.value)
        let nested = Mapping([("lr", .float(0.1)), ("size", .int(5))])
        #expect(RunCacheName(of: entry(nested)) == name)
        #expect(RunCacheName.leavesOut(partOf: .list([.mapping(nested)])))
        #expect(!RunCacheName.leavesOut(partOf: .mapping(base)))
        #expect(RunCacheName.key(of: entry(Mapping([("lr", .int(1))]))) != name.key)
    }

    @Test func aDateHasNoName() {
        let dated = Mapping([("a", .list([.mapping(Mapping([("b", .timestamp("2024-01-01"))]))]))])
        #expect(RunCacheName(of: entry(dated)) == nil)
    }

    @Test func entriesComeNewestFirstAndNothingElse() throws {
        let folder = try TemporaryDirectory()
        let cache = RunCache(ObjectStore(directory: folder.path.appending("cache")))
        let names = try ["1", "2", "3"].map { try #require(RunCacheName(of: entry(Mapping(), made: $0))) }
        for (number, name) in names.enumerated() {
            #expect(try !cache.contains(name))
            try cache.write([UInt8(number)], as: name)
            #expect(try cache.contains(name))
            // The second is the newest.
            let time = timeval(tv_sec: number == 1 ? 9 : number, tv_usec: 0)
            _ = cache.path(of: name).withPlatformString { path in utimes(path, [time, time]) }
        }
        let home = cache.path(of: names[0]).removingLastComponent()
        try FileIO.replace(home.appending("notes"), with: [9], sync: false)
        #expect(try cache.entries(for: names[0].key).map(\.bytes) == [[1], [2], [0]])
        #expect(home.removingLastComponent().lastComponent?.string == String(names[0].key.prefix(2)))
        #expect(try cache.entries(for: String(repeating: "0", count: 64)).isEmpty)
        // Nothing is left of how they were written.
        #expect(try FileIO.list(folder.path.appending("cache"))?.map(\.name) == ["runs"])
    }
}
