/// A stretch of a string that is written in one go: a word, spaces, or line breaks other than the line feed.
struct ScalarRun {
    enum Kind { case word, spaces, breaks }

    let kind: Kind
    let bytes: UnsafeBufferPointer<UInt8>
    /// Length in code points.
    let count: Int
    /// Whether it begins or ends the string.
    let isOuter: Bool

    static func forEach(in text: UnsafeBufferPointer<UInt8>, _ body: (ScalarRun) -> Void) {
        var start = 0
        while start < text.count {
            let kind = kind(in: text, at: start).0
            var end = start
            var count = 0
            while end < text.count {
                let (next, length) = self.kind(in: text, at: end)
                if next != kind { break }
                end += length
                count += 1
            }
            body(
                ScalarRun(
                    kind: kind, bytes: UnsafeBufferPointer(rebasing: text[start..<end]), count: count,
                    isOuter: start == 0 || end == text.count))
            start = end
        }
    }

    private static func kind(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> (Kind, Int) {
        let byte = text[index]
        if byte == 0x20 { return (.spaces, 1) }
        if byte < 0x80 { return (.word, 1) }
        let (scalar, length) = ScalarAnalysis.scalar(in: text, at: index)
        return (ScalarAnalysis.isWideBreak(scalar) ? .breaks : .word, length)
    }
}
