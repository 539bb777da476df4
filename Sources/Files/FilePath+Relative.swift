import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FilePath {
    /// The path without its last component, as `removingLastComponent()` gives it at many times the cost.
    package var parent: FilePath {
        withPlatformString { text in
            guard let slash = strrchr(text, Int32(UInt8(ascii: "/"))) else { return "" }
            let length = max(1, UnsafePointer(slash) - text)
            return FilePath(platformString: Array(UnsafeBufferPointer(start: text, count: length)) + [0])
        }
    }

    /// Takes the last component away, as `removeLastComponent()` does at many times the cost.
    ///
    /// - Returns: Whether there was one.
    package mutating func ascend() -> Bool {
        let above = parent
        if above.length == length { return false }
        self = above
        return true
    }

    /// The path from `base` down to this one; `nil` where it does not lie below. Both are taken as they are written.
    package func relative(to base: FilePath) -> FilePath? {
        let base = base.lexicallyNormalized()
        var rest = lexicallyNormalized()
        guard rest.starts(with: base) else { return nil }
        return rest.removePrefix(base) ? rest : nil
    }
}
