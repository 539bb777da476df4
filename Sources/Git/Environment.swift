import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An environment variable of this process; `nil` where it is absent or not UTF-8.
func getenvironment(_ name: String) -> String? {
    getenv(name).flatMap { String(validatingCString: $0) }
}

func pause(microseconds: UInt32) { usleep(microseconds) }

func currentProcess() -> Int32 { getpid() }

/// The folder of this process.
func currentFolder() -> FilePath {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return FilePath(platformString: path)
}
