import CMD5

/// MD5 digests as lower-case hexadecimal digits.
package enum MD5 {
    /// The digest of some bytes.
    package static func hex(_ bytes: [UInt8]) -> String {
        var state = cmd5_state()
        cmd5_init(&state)
        bytes.withUnsafeBytes { cmd5_update(&state, $0.baseAddress, $0.count) }
        var digest = Digest()
        withUnsafeMutableBytes(of: &digest.bytes) { cmd5_final(&state, $0.bindMemory(to: UInt8.self).baseAddress) }
        return digest.hex
    }

    /// The digest of some bytes, with each CR LF counted as LF.
    static func hexOfText(_ bytes: [UInt8]) -> String {
        var state = cmd5_state()
        cmd5_init(&state)
        bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            // By the mebibyte, as DVC reads: a line end across two blocks counts as it stands.
            while offset < buffer.count {
                let count = min(1 << 20, buffer.count - offset)
                cmd5_update_text(&state, buffer.baseAddress! + offset, count)
                offset += count
            }
        }
        var digest = Digest()
        withUnsafeMutableBytes(of: &digest.bytes) { cmd5_final(&state, $0.bindMemory(to: UInt8.self).baseAddress) }
        return digest.hex
    }

    /// The digests of many buffers, hashed side by side in the lanes of vector registers.
    static func hexes(of buffers: [[UInt8]]) -> [String] {
        var digests = [Digest](repeating: Digest(), count: buffers.count)
        // The buffers are held by `buffers` throughout, so their addresses stay good.
        func collect(_ index: Int, _ pointers: inout [UnsafePointer<UInt8>?]) {
            buffers[index].withUnsafeBufferPointer { pointers.append($0.baseAddress ?? UnsafePointer(emptyBuffer)) }
        }
        withExtendedLifetime(buffers) {
            var pointers: [UnsafePointer<UInt8>?] = []
            for index in buffers.indices { collect(index, &pointers) }
            let lengths = buffers.map(\.count)
            digests.withUnsafeMutableBytes { raw in
                let rows = raw.bindMemory(to: Row.self)
                cmd5_many(&pointers, lengths, buffers.count, rows.baseAddress)
            }
        }
        return digests.map(\.hex)
    }

    typealias Row = (
        UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
    )

    struct Digest {
        var bytes: Row = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

        var hex: String {
            withUnsafeBytes(of: bytes) { raw in
                String(unsafeUninitializedCapacity: 32) { buffer in
                    for (index, byte) in raw.enumerated() {
                        buffer[2 * index] = Self.digit(byte >> 4)
                        buffer[2 * index + 1] = Self.digit(byte & 0xF)
                    }
                    return 32
                }
            }
        }

        private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }
    }
}

private nonisolated(unsafe) let emptyBuffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
