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
    /// Whether the answer is yes; without a terminal it is no.
    static func ask(_ text: String, _ console: Console) -> Bool {
        guard isatty(0) == 1 else { return false }
        console.standardError(Console.sanitized(text) + " [y/n]")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
