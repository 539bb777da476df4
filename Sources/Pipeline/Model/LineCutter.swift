/// Cuts text into lines where DVC cuts commands.
enum LineCutter {
    /// The lines without their ends; a line end at the very end opens no further line.
    ///
    /// Line ends are LF, CR, CR LF, VT, FF, U+001C to U+001E, U+0085, U+2028 and U+2029.
    static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            if afterReturn && scalar == "\n" {
                afterReturn = false
                continue
            }
            afterReturn = scalar == "\r"
            if isLineEnd(scalar) {
                lines.append(String(line))
                line = String.UnicodeScalarView()
            } else {
                line.append(scalar)
            }
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
