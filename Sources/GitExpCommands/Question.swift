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

    /// Whether the answer is yes; without a terminal it is no.
    static func ask(_ text: String, _ console: Console) -> Bool {
        guard canBeAsked else { return false }
        console.standardError(Console.sanitized(text) + " [y/n]")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
