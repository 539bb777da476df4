#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The only door to the terminal: results on standard output, everything else on standard error.
///
/// Text that came out of a repository goes through ``sanitized(_:)`` before it gets here, unless standard
/// output is a file or a pipe that wants the exact bytes.
package struct Console: Sendable {
    /// How much a user wants to hear.
    package enum Verbosity: Int, Sendable, Comparable {
        case quiet, normal, verbose

        /// `quiet` comes first.
        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// Decides which of the messages on standard error are written.
    package var verbosity: Verbosity
    /// Whether standard error is coloured.
    package var colour: Bool
    private let write: @Sendable (Int32, String) -> Void
    /// Whether text goes to the standard output and error of this process.
    private let isProcess: Bool

    /// The console of this process.
    package init(verbosity: Verbosity = .normal, colour: Bool = false) {
        self.verbosity = verbosity
        self.colour = colour
        isProcess = true
        write = { descriptor, text in
            ProgressLine.giveWay()
            Self.writeAll(text, to: descriptor)
        }
    }

    /// A console whose text goes to `sink` instead, with the file descriptor (1 or 2) it was meant for.
    package init(verbosity: Verbosity = .normal, sink: @escaping @Sendable (Int32, String) -> Void) {
        self.verbosity = verbosity
        colour = false
        isProcess = false
        write = sink
    }

    /// Prints a line of a command's result on standard output.
    package func print(_ line: String) { write(1, line + "\n") }

    /// Writes text of a command's result on standard output as it is.
    package func printRaw(_ text: String) { write(1, text) }

    /// Tells on standard error what is going on; silent when the user asked for quiet.
    package func note(_ line: String) {
        if verbosity > .quiet { write(2, line + "\n") }
    }

    /// Tells on standard error what only someone who looks for a fault wants to know.
    package func detail(_ line: String) {
        if verbosity == .verbose { write(2, line + "\n") }
    }

    /// Writes text on standard error as it is, also when the user asked for quiet.
    package func standardError(_ text: String) { write(2, text.hasSuffix("\n") ? text : text + "\n") }

    /// Passes on what a program printed, byte by byte.
    ///
    /// - Parameter descriptor: The program's standard output (1) or error (2).
    package func relay(_ bytes: [UInt8], to descriptor: Int32) {
        if isProcess {
            ProgressLine.giveWay()
            bytes.withUnsafeBufferPointer { Self.writeAll($0, to: descriptor) }
        } else {
            write(descriptor, String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Warns on standard error, also when the user asked for quiet.
    package func warn(_ text: String) { write(2, tagged("warning", "33", text) + "\n") }

    /// Says on standard error that a part failed while the command goes on, or why it ends.
    package func complain(_ text: String) { write(2, tagged("error", "31", text) + "\n") }

    /// Says what to do next, on standard error.
    package func hint(_ text: String) { write(2, tagged("hint", "33", text) + "\n") }

    private func tagged(_ tag: String, _ sgr: String, _ text: String) -> String {
        colour ? "\u{1B}[\(sgr)m\(tag):\u{1B}[m \(text)" : "\(tag): \(text)"
    }

    /// Text out of a repository with every control character made visible, so that it cannot steer a terminal.
    ///
    /// Line feeds become `\n`, others `\xHH` or `\u{H}`; the bidirectional overrides are treated likewise.
    package static func sanitized(_ text: String) -> String {
        let harmless = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        if harmless { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x09: result += "\\t"
            case 0..<0x20, 0x7F...0x9F: result += "\\x" + hex(scalar.value, width: 2)
            case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: result += "\\u{" + hex(scalar.value, width: 4) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func hex(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Whether the user sees, and wants to see, how far long work is.
    var showsProgress: Bool { isProcess && verbosity > .quiet && ProgressLine.isPossible }

    static func writeAll(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { writeAll($0, to: descriptor) }
    }

    private static func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) {
        guard let start = bytes.baseAddress else { return }
        var offset = 0
        while offset < bytes.count {
            let written = platformWrite(descriptor, start + offset, bytes.count - offset)
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return }
            offset += written
        }
    }
}

private func platformWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
