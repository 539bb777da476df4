import Diagnostics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A question to the person at the terminal.
enum Question {
    /// Whether someone sits at the terminal.
    static var canBeAsked: Bool { isatty(0) == 1 }

    /// Asks at the terminal for something that is not shown while it is typed; `nil` where there is no terminal.
    @Sendable static func secret(_ text: String) -> String? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var usual = termios()
        guard tcgetattr(terminal, &usual) == 0 else { return nil }
        var hidden = usual
        // Ctrl-C comes as a character, so that the terminal is itself again before we go.
        hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &hidden)
        _ = Array((Console.sanitized(text) + ": ").utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
        var typed: [UInt8] = []
        var byte: UInt8 = 0
        var isInterrupted = false
        reading: while read(terminal, &byte, 1) == 1 {
            switch byte {
            case 3:
                isInterrupted = true
                break reading
            case 4, 10, 13: break reading
            case 8, 127:
                // A character may be several bytes.
                while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            default: typed.append(byte)
            }
        }
        tcsetattr(terminal, TCSAFLUSH, &usual)
        _ = write(terminal, "\n", 1)
        if isInterrupted { raise(SIGINT) }
        return String(validating: typed, as: UTF8.self)
    }

    /// Whether the answer is yes; without a terminal it is no.
    static func ask(_ text: String, _ console: Console) -> Bool {
        guard canBeAsked else { return false }
        console.standardError(Console.sanitized(text) + " [y/n]")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
