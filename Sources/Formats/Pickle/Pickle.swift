import Diagnostics

/// Python's pickles, as far as they hold plain data: mappings, lists, tuples, strings, whole numbers, truth values and
/// `None`.
///
/// DVC keeps in one what an experiment in its queue is to run. A pickle can ask its reader to call any function; such
/// a one, and everything else that is not plain data, is refused.
package enum Pickle {
    /// Bytes that are no pickle, or one with more than plain data in it.
    package struct Refusal: UserFacingError, Hashable {
        let problem: String

        /// Says where the bytes are no pickle, or what in them is no plain data.
        package var message: String { "a saved call of DVC cannot be read: \(problem)" }
        /// Always the same: the entry cannot be repaired.
        package var hint: String? { "take the experiment out of the queue, and queue it again" }
    }

    /// Writes a value; lists at the places in `tuples`, seen as keys of the outermost mapping, become tuples.
    ///
    /// Protocol 2, which every Python 3 reads.
    package static func dump(_ value: Value, tuples: Set<String> = []) -> [UInt8] {
        var bytes: [UInt8] = [0x80, 2]
        if let mapping = value.mapping {
            write(mapping, tuples: tuples, to: &bytes)
        } else {
            write(value, to: &bytes)
        }
        bytes.append(Code.stop)
        return bytes
    }

    private static func write(_ mapping: Mapping, tuples: Set<String> = [], to bytes: inout [UInt8]) {
        bytes += [Code.emptyMapping, Code.mark]
        for entry in mapping.entries {
            write(entry.key, to: &bytes)
            if let key = entry.key.string, tuples.contains(key), let list = entry.value.list {
                bytes.append(Code.mark)
                for element in list { write(element, to: &bytes) }
                bytes.append(Code.tuple)
            } else {
                write(entry.value, to: &bytes)
            }
        }
        bytes.append(Code.setItems)
    }

    private static func write(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(Code.none)
        case .bool(let flag): bytes.append(flag ? Code.yes : Code.no)
        case .int(let number): write(number, to: &bytes)
        case .string(let text), .bigInt(let text), .timestamp(let text): write(text, to: &bytes)
        case .float(let number):
            bytes.append(Code.float)
            withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes += $0 }
        case .list(let list):
            bytes += [Code.emptyList, Code.mark]
            for element in list { write(element, to: &bytes) }
            bytes.append(Code.append)
        case .mapping(let mapping): write(mapping, to: &bytes)
        }
    }

    private static func write(_ number: Int, to bytes: inout [UInt8]) {
        if let small = Int32(exactly: number) {
            bytes.append(Code.int)
            withUnsafeBytes(of: small.littleEndian) { bytes += $0 }
        } else {
            bytes += [Code.long, 8]
            withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(Code.text)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).littleEndian) { bytes += $0 }
        bytes += Array(text.utf8)
    }

    /// The instructions that plain data needs, by the names of Python's `pickletools`.
    enum Code {
        static let mark = UInt8(ascii: "(")
        static let stop = UInt8(ascii: ".")
        static let none = UInt8(ascii: "N")
        static let yes: UInt8 = 0x88
        static let no: UInt8 = 0x89
        static let int = UInt8(ascii: "J")
        static let byte = UInt8(ascii: "K")
        static let twoBytes = UInt8(ascii: "M")
        static let long: UInt8 = 0x8A
        static let float = UInt8(ascii: "G")
        static let text = UInt8(ascii: "X")
        static let shortText: UInt8 = 0x8C
        static let emptyList = UInt8(ascii: "]")
        static let append = UInt8(ascii: "e")
        static let appendOne = UInt8(ascii: "a")
        static let emptyMapping = UInt8(ascii: "}")
        static let setItems = UInt8(ascii: "u")
        static let setItem = UInt8(ascii: "s")
        static let emptyTuple = UInt8(ascii: ")")
        static let tuple = UInt8(ascii: "t")
        static let tupleOfOne: UInt8 = 0x85
        static let tupleOfTwo: UInt8 = 0x86
        static let tupleOfThree: UInt8 = 0x87
        static let version: UInt8 = 0x80
        static let frame: UInt8 = 0x95
        static let memoize: UInt8 = 0x94
        static let put = UInt8(ascii: "q")
        static let longPut = UInt8(ascii: "r")
        static let get = UInt8(ascii: "h")
        static let longGet = UInt8(ascii: "j")
    }
}
