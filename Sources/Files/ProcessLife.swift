#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether a process of this number is there and has not ended, whoever owns it.
///
/// One that has ended and waits for its parent to notice does nothing any more.
package func isAlive(_ process: Int32) -> Bool {
    guard process > 0, kill(process, 0) == 0 || errno == EPERM else { return false }
    guard let file = fopen("/proc/\(process)/stat", "r") else { return true }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, Int32(line.count), file) != nil else { return true }
    // The state stands behind the name, which is in parentheses and may hold some itself.
    let text = line.map { UInt8(bitPattern: $0) }
    guard let end = text.lastIndex(of: UInt8(ascii: ")")), end + 2 < text.count else { return true }
    return text[end + 2] != UInt8(ascii: "Z") && text[end + 2] != UInt8(ascii: "X")
}

/// The number of this process.
package func ownProcess() -> Int32 { getpid() }
