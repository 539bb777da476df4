#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether a process of this number exists, whoever owns it.
package func isAlive(_ process: Int32) -> Bool {
    process > 0 && (kill(process, 0) == 0 || errno == EPERM)
}

/// The number of this process.
package func ownProcess() -> Int32 { getpid() }
