import SystemPackage

extension FilePath {
    /// The path from `base` down to this one; `nil` where it does not lie below. Both are taken as they are written.
    package func relative(to base: FilePath) -> FilePath? {
        let base = base.lexicallyNormalized()
        var rest = lexicallyNormalized()
        guard rest.starts(with: base) else { return nil }
        return rest.removePrefix(base) ? rest : nil
    }
}
