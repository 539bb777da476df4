#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the terminal, if there is one, can show.
enum TerminalStyle {
    static var isOutputTerminal: Bool { isatty(1) == 1 }

    private static var isDumb: Bool { getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true }

    /// Whether messages on standard error are coloured.
    static var colourOfErrors: Bool { isatty(2) == 1 && !isDumb && getenv("NO_COLOR") == nil }

    /// Whether results on standard output are coloured.
    ///
    /// - Parameter setting: The git setting `color.ui`.
    static func colourOfOutput(setting: String?) -> Bool {
        switch setting?.lowercased() {
        case "always": true
        case "never", "false", "no", "off", "0": false
        default: isOutputTerminal && !isDumb && getenv("NO_COLOR") == nil
        }
    }

    /// The width of the terminal in columns; `nil` without one.
    static var width: Int? {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
