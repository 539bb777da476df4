import Clibgit2

package enum CommitKind {}
package enum TreeKind {}
package enum BlobKind {}
package typealias CommitID = ObjectID<CommitKind>
package typealias TreeID = ObjectID<TreeKind>
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
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 40 else { return nil }
        var words: (UInt64, UInt64, UInt32) = (0, 0, 0)
        for (index, byte) in text.utf8.enumerated() {
            let digit: UInt64
            switch byte {
            case 0x30...0x39: digit = UInt64(byte - 0x30)
            case 0x61...0x66: digit = UInt64(byte - 0x57)
            case 0x41...0x46: digit = UInt64(byte - 0x37)
            default: return nil
            }
            if index < 16 {
                words.0 = words.0 << 4 | digit
            } else if index < 32 {
                words.1 = words.1 << 4 | digit
            } else {
                words.2 = words.2 << 4 | UInt32(digit)
            }
        }
        guard words != (0, 0, 0) else { return nil }
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
    package var hex: String {
        String(unsafeUninitializedCapacity: 40) { buffer in
            func put(_ word: UInt64, _ digits: Int, at start: Int) {
                for index in 0..<digits {
                    let nibble = UInt8(truncatingIfNeeded: word >> UInt64(4 * (digits - 1 - index)) & 0xF)
                    buffer[start + index] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
                }
            }
            put(high, 16, at: 0)
            put(middle, 16, at: 16)
            put(UInt64(low), 8, at: 32)
            return 40
        }
    }

    /// The first seven digits, as tables and messages show them.
    package var short: String { String(hex.prefix(7)) }
}

extension ObjectID: CustomStringConvertible {
    package var description: String { hex }
}

extension ObjectID: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
    }
}
