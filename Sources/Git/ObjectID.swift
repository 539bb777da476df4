import Clibgit2

/// Marks the ids of commits; it has no values.
package enum CommitKind {}
/// Marks the ids of trees; it has no values.
package enum TreeKind {}
/// Marks the ids of blobs; it has no values.
package enum BlobKind {}
/// The id of a commit.
package typealias CommitID = ObjectID<CommitKind>
/// The id of a folder's list of names.
package typealias TreeID = ObjectID<TreeKind>
/// The id of a file's contents.
package typealias BlobID = ObjectID<BlobKind>

/// The name of an object, typed by the kind of the object, so that none is taken for another.
package struct ObjectID<Kind>: Hashable, Sendable {
    // Twenty bytes in three words hash and compare faster than a string of forty.
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    init(_ oid: git_oid) {
        (high, middle, low) = withUnsafeBytes(of: oid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
            )
        }
    }

    /// Parses forty hexadecimal digits; `nil` for anything else and for git's all-zero name.
    package init?(_ text: String) {
        var text = text
        guard let words = text.withUTF8({ ObjectIDText.words($0) }) else { return nil }
        (high, middle, low) = words
    }

    /// Reads forty hexadecimal digits in place; `nil` for anything else.
    package init?(digits: Slice<UnsafeBufferPointer<UInt8>>) {
        guard let words = ObjectIDText.words(UnsafeBufferPointer(rebasing: digits)) else { return nil }
        (high, middle, low) = words
    }

    var oid: git_oid {
        var oid = git_oid()
        withUnsafeMutableBytes(of: &oid) { bytes in
            bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: middle.bigEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
        return oid
    }

    /// The forty lower-case hexadecimal digits.
    package var hex: String { ObjectIDText.hex(high, middle, low) }

    /// The first seven digits, as tables and messages show them.
    package var short: String { String(hex.prefix(7)) }
}

extension ObjectID: CustomStringConvertible {
    /// The forty lower-case hexadecimal digits.
    package var description: String { hex }
}

extension ObjectID: Comparable {
    /// The order of the digits.
    package static func < (left: Self, right: Self) -> Bool {
        (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
    }
}

/// The digits of object names; apart from the generic type, so that it is compiled once and for all kinds.
private enum ObjectIDText {
    static func words(_ digits: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64, UInt32)? {
        guard digits.count == 40 else { return nil }
        guard let high = word(digits, 0..<16), let middle = word(digits, 16..<32), let low = word(digits, 32..<40),
            high | middle | low != 0
        else { return nil }
        return (high, middle, UInt32(low))
    }

    private static func word(_ digits: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UInt64? {
        var word: UInt64 = 0
        var index = range.lowerBound
        while index < range.upperBound {
            let digit = digits[index]
            switch digit {
            case 0x30...0x39: word = word << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: word = word << 4 | UInt64(digit - 0x57)
            case 0x41...0x46: word = word << 4 | UInt64(digit - 0x37)
            default: return nil
            }
            index += 1
        }
        return word
    }

    static func hex(_ high: UInt64, _ middle: UInt64, _ low: UInt32) -> String {
        String(unsafeUninitializedCapacity: 40) { buffer in
            put(high, 16, buffer, 0)
            put(middle, 16, buffer, 16)
            put(UInt64(low), 8, buffer, 32)
            return 40
        }
    }

    private static func put(_ word: UInt64, _ digits: Int, _ buffer: UnsafeMutableBufferPointer<UInt8>, _ start: Int) {
        var index = 0
        while index < digits {
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(4 * (digits - 1 - index)) & 0xF)
            buffer[start + index] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
            index += 1
        }
    }
}
