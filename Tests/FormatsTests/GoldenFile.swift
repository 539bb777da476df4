import Formats
import SystemPackage
import Testing

/// A fixture in the folder `Golden` beside this file.
enum GoldenFile {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = FilePath(#filePath).removingLastComponent().appending("Golden")
        let file = try FileDescriptor.open(folder.appending(name), .readOnly)
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: Int(try file.seek(offset: 0, from: .end)))
            var filled = 0
            while filled < bytes.count {
                let count = try bytes.withUnsafeMutableBytes { buffer in
                    try file.read(fromAbsoluteOffset: Int64(filled), into: .init(rebasing: buffer[filled...]))
                }
                if count == 0 { break }
                filled += count
            }
            return bytes
        }
    }

    static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// The mappings of a JSON list.
    static func cases(_ name: String) throws -> [Mapping] {
        try #require(try JSON.parse(bytes(name), file: name).list).compactMap(\.mapping)
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

extension Value {
    /// The value of a fixture, where mappings are lists of pairs so that keys may be of any type.
    var unpaired: Value {
        switch self {
        case .list(let items): return .list(items.map(\.unpaired))
        case .mapping(let wrapped):
            let pairs = wrapped["dict"]?.list?.compactMap(\.list) ?? []
            return .mapping(Mapping(entries: pairs.map { .init(key: $0[0].unpaired, value: $0[1].unpaired) }))
        default: return self
        }
    }
}
