/// Whether DVC 2 takes a file for a text, whose line ends do not count.
package enum TextTest {
    /// Judges by the first 512 bytes: empty is text, a NUL is not, else at most 30 % may be unusual.
    package static func isText(_ bytes: some Collection<UInt8>) -> Bool {
        let head = bytes.prefix(512)
        if head.isEmpty { return true }
        if head.contains(0) { return false }
        let unusual = head.count { byte in
            !((0x20...0x7E).contains(byte) || byte == 10 || byte == 13 || byte == 9 || byte == 12 || byte == 8)
        }
        return Double(unusual) / Double(head.count) <= 0.3
    }
}
