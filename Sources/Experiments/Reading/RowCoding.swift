import Formats
import Git

/// Writes the entries of a ``RowCache``.
struct RowEncoder {
    var bytes: [UInt8] = []

    mutating func put(count: Int) { put(word: UInt32(truncatingIfNeeded: count)) }

    private mutating func put<Word: FixedWidthInteger>(word: Word) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(count: text.utf8.count)
        bytes += text.utf8
    }

    mutating func put(_ entry: RowCache.Entry) {
        put(word: entry.seconds)
        put(entry.parent?.hex ?? "")
        put(files: entry.data.parameters)
        put(files: entry.data.metrics)
        put(entry.data.dependencies)
        put(entry.data.outputs)
        bytes.append(entry.data.hasCheckpoints ? 1 : 0)
        put(entry.data.state.rawValue)
    }

    private mutating func put(files: [(file: String, contents: RevisionData.Contents)]) {
        put(count: files.count)
        for (file, contents) in files {
            put(file)
            switch contents {
            case .value(let value):
                bytes.append(0)
                put(value)
            case .failure(let type, let message):
                bytes.append(1)
                put(type)
                put(message)
            }
        }
    }

    private mutating func put(_ data: [RevisionData.Datum]) {
        put(count: data.count)
        for datum in data {
            put(datum.path)
            put(datum.hash ?? "")
            put(word: Int64(datum.size ?? -1))
            put(word: Int64(datum.fileCount ?? -1))
            bytes.append((datum.isCached ? 1 : 0) | (datum.isTrackedData ? 2 : 0))
        }
    }

    private mutating func put(_ value: Value) {
        switch value {
        case .null: bytes.append(0)
        case .bool(let bool): bytes.append(bool ? 2 : 1)
        case .int(let int):
            bytes.append(3)
            put(word: Int64(int))
        case .bigInt(let digits):
            bytes.append(4)
            put(digits)
        case .float(let number):
            bytes.append(5)
            put(word: number.bitPattern)
        case .string(let text):
            bytes.append(6)
            put(text)
        case .list(let list):
            bytes.append(7)
            put(count: list.count)
            for item in list { put(item) }
        case .mapping(let mapping):
            bytes.append(8)
            put(count: mapping.entries.count)
            for entry in mapping.entries {
                put(entry.key)
                put(entry.value)
            }
        case .timestamp(let text):
            bytes.append(9)
            put(text)
        }
    }
}

/// Reads what ``RowEncoder`` wrote; every read beyond the end, or of something else, gives `nil`.
struct RowDecoder {
    private let bytes: [UInt8]
    private var index: Int

    init(_ bytes: [UInt8], at index: Int) {
        self.bytes = bytes
        self.index = index
    }

    var isAtEnd: Bool { index >= bytes.count }

    private mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) -> Word? {
        let size = MemoryLayout<Word>.size
        guard bytes.count - index >= size else { return nil }
        defer { index += size }
        return bytes.withUnsafeBytes { Word(littleEndian: $0.loadUnaligned(fromByteOffset: index, as: Word.self)) }
    }

    private mutating func byte() -> UInt8? { word(UInt8.self) }

    mutating func count() -> Int? { word(UInt32.self).map { Int($0) } }

    mutating func skip(_ count: Int) -> Range<Int>? {
        guard bytes.count - index >= count else { return nil }
        defer { index += count }
        return index..<index + count
    }

    mutating func text() -> String? {
        guard let length = count(), let range = skip(length) else { return nil }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    mutating func entry() -> RowCache.Entry? {
        guard let seconds = word(Int64.self), let parent = text(), let parameters = files(), let metrics = files(),
            let dependencies = data(), let outputs = data(), let hasCheckpoints = byte(),
            let state = text().flatMap(RunState.init(rawValue:))
        else { return nil }
        var data = RevisionData()
        data.parameters = parameters
        data.metrics = metrics
        data.dependencies = dependencies
        data.outputs = outputs
        data.hasCheckpoints = hasCheckpoints == 1
        data.state = state
        return RowCache.Entry(seconds: seconds, parent: CommitID(parent), data: data)
    }

    private mutating func files() -> [(file: String, contents: RevisionData.Contents)]? {
        guard let count = count() else { return nil }
        var result: [(file: String, contents: RevisionData.Contents)] = []
        for _ in 0..<count {
            guard let file = text(), let kind = byte() else { return nil }
            if kind == 0 {
                guard let value = value(depth: 0) else { return nil }
                result.append((file, .value(value)))
            } else {
                guard let type = text(), let message = text() else { return nil }
                result.append((file, .failure(type: type, message: message)))
            }
        }
        return result
    }

    private mutating func data() -> [RevisionData.Datum]? {
        guard let count = count() else { return nil }
        var result: [RevisionData.Datum] = []
        for _ in 0..<count {
            guard let path = text(), let hash = text(), let size = word(Int64.self), let files = word(Int64.self),
                let flags = byte()
            else { return nil }
            result.append(
                .init(
                    path: path, hash: hash.isEmpty ? nil : hash, size: size < 0 ? nil : Int(size),
                    fileCount: files < 0 ? nil : Int(files), isCached: flags & 1 != 0,
                    isTrackedData: flags & 2 != 0))
        }
        return result
    }

    private mutating func value(depth: Int) -> Value? {
        guard depth < 1_000, let tag = byte() else { return nil }
        switch tag {
        case 0: return .null
        case 1: return .bool(false)
        case 2: return .bool(true)
        case 3: return word(Int64.self).map { .int(Int($0)) }
        case 4: return text().map { .bigInt($0) }
        case 5: return word(UInt64.self).map { .float(Double(bitPattern: $0)) }
        case 6: return text().map { .string($0) }
        case 7:
            guard let count = count() else { return nil }
            var list: [Value] = []
            for _ in 0..<count {
                guard let item = value(depth: depth + 1) else { return nil }
                list.append(item)
            }
            return .list(list)
        case 8:
            guard let count = count() else { return nil }
            var entries: [Mapping.Entry] = []
            for _ in 0..<count {
                guard let key = value(depth: depth + 1), let value = value(depth: depth + 1) else { return nil }
                entries.append(.init(key: key, value: value))
            }
            return .mapping(Mapping(entries: entries))
        case 9: return text().map { .timestamp($0) }
        default: return nil
        }
    }
}
