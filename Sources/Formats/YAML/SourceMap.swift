/// Turns the parser's places, which count code points, into byte offsets.
struct SourceMap {
    private static let stride = 64
    /// Byte offset of every 64th code point; empty where all text is ASCII.
    private let checkpoints: [Int]
    private let base: Int

    /// - Parameter base: Bytes before `text` that the parser never saw: a byte order mark.
    init(_ text: UnsafeBufferPointer<UInt8>, base: Int) {
        self.base = base
        guard text.contains(where: { $0 >= 0x80 }) else {
            checkpoints = []
            return
        }
        var checkpoints: [Int] = []
        checkpoints.reserveCapacity(text.count / Self.stride + 1)
        var count = 0
        for (offset, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
            if count % Self.stride == 0 { checkpoints.append(offset) }
            count += 1
        }
        self.checkpoints = checkpoints
    }

    /// The offset in bytes of the code point `index` of `text`.
    func offset(of index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        guard !checkpoints.isEmpty else { return base + min(index, text.count) }
        let slot = min(index / Self.stride, checkpoints.count - 1)
        var offset = checkpoints[slot]
        var left = index - slot * Self.stride
        while offset < text.count {
            if text[offset] & 0xC0 != 0x80 {
                if left == 0 { break }
                left -= 1
            }
            offset += 1
        }
        return base + offset
    }
}
