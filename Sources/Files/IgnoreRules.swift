import SystemPackage

/// One line of an ignore file, in git's syntax.
struct IgnorePattern: Hashable, Sendable {
    let isNegated: Bool
    let onlyFolders: Bool
    /// Whether the pattern is matched against the whole path below its file, and not against each name.
    let isAnchored: Bool
    /// The pattern's parts between slashes, as bytes; `**` stands for any number of folders.
    let parts: [[UInt8]]

    init?(_ line: some StringProtocol) {
        var text = Array(line.utf8)
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        while text.last == 0x20, !(text.count > 1 && text[text.count - 2] == UInt8(ascii: "\\")) { text.removeLast() }
        if text.isEmpty || text[0] == UInt8(ascii: "#") { return nil }
        isNegated = text[0] == UInt8(ascii: "!")
        if isNegated { text.removeFirst() }
        onlyFolders = text.last == UInt8(ascii: "/")
        if onlyFolders { text.removeLast() }
        isAnchored = text.contains(UInt8(ascii: "/"))
        if text.first == UInt8(ascii: "/") { text.removeFirst() }
        if text.isEmpty { return nil }
        parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).map { Array($0) }
    }

    func matches(_ path: [[UInt8]], isFolder: Bool) -> Bool {
        if onlyFolders && !isFolder { return false }
        guard isAnchored else { return path.last.map { Glob.matches($0[...], parts[0][...]) } ?? false }
        return matches(path[...], parts[...])
    }

    private func matches(_ path: ArraySlice<[UInt8]>, _ parts: ArraySlice<[UInt8]>) -> Bool {
        guard let part = parts.first else { return path.isEmpty }
        if part.elementsEqual("**".utf8) {
            // At the end it means everything inside, so one name at least.
            if parts.count == 1 { return !path.isEmpty }
            return (path.startIndex...path.endIndex).contains { matches(path[$0...], parts.dropFirst()) }
        }
        guard let name = path.first, Glob.matches(name[...], part[...]) else { return false }
        return matches(path.dropFirst(), parts.dropFirst())
    }
}

/// Shell patterns: `*`, `?`, `[a-z]`, `[!a]` and `\`; none of them matches a slash.
enum Glob {
    static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var name = name
        var pattern = pattern
        // Where to go on when what follows the last star does not fit.
        var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
        while true {
            if let symbol = pattern.first, symbol == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (name, pattern)
                continue
            }
            if pattern.isEmpty && name.isEmpty { return true }
            if let byte = name.first, let rest = step(byte, pattern) {
                name = name.dropFirst()
                pattern = rest
                continue
            }
            guard let last = retry, !last.name.isEmpty else { return false }
            name = last.name.dropFirst()
            pattern = last.pattern
            retry = (name, pattern)
        }
    }

    /// The pattern behind its first element, if that one matches the byte.
    private static func step(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let symbol = pattern.first else { return nil }
        switch symbol {
        case UInt8(ascii: "?"):
            return pattern.dropFirst()
        case UInt8(ascii: "["):
            return bracket(byte, pattern)
        case UInt8(ascii: "\\") where pattern.count > 1:
            return pattern.dropFirst().first == byte ? pattern.dropFirst(2) : nil
        default:
            return symbol == byte ? pattern.dropFirst() : nil
        }
    }

    private static func bracket(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = pattern.dropFirst()
        var isNegated = false
        if let mark = rest.first, mark == UInt8(ascii: "!") || mark == UInt8(ascii: "^") {
            isNegated = true
            rest = rest.dropFirst()
        }
        var isMatch = false
        var isFirst = true
        while let symbol = rest.first, isFirst || symbol != UInt8(ascii: "]") {
            isFirst = false
            var low = symbol
            rest = rest.dropFirst()
            if low == UInt8(ascii: "\\"), let escaped = rest.first {
                low = escaped
                rest = rest.dropFirst()
            }
            if rest.first == UInt8(ascii: "-"), let high = rest.dropFirst().first, high != UInt8(ascii: "]") {
                isMatch = isMatch || (low...max(low, high)).contains(byte)
                rest = rest.dropFirst(2)
            } else {
                isMatch = isMatch || low == byte
            }
        }
        guard rest.first == UInt8(ascii: "]"), isMatch != isNegated else { return nil }
        return rest.dropFirst()
    }
}

/// The rules of the ignore files (`.dvcignore`, `.gitignore`) of a tree; deeper files add to those above them.
package struct IgnoreRules: Sendable {
    private struct Source: Sendable {
        /// The folder of the file, in parts from the root.
        let folder: [[UInt8]]
        let patterns: [IgnorePattern]
    }

    private var sources: [Source] = []

    /// Ignores nothing yet.
    package init() {}

    /// Adds the rules of an ignore file.
    ///
    /// - Parameter folder: The folder that holds it, relative to the root.
    package mutating func add(_ contents: [UInt8], in folder: FilePath) {
        let lines = String(decoding: contents, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        let patterns = lines.compactMap { IgnorePattern($0) }
        if !patterns.isEmpty { sources.append(Source(folder: Self.parts(folder), patterns: patterns)) }
    }

    /// Whether nothing is ignored, so that nobody has to ask.
    package var isEmpty: Bool { sources.isEmpty }

    /// Whether the path (relative to the root) is ignored itself; the last rule that matches decides.
    ///
    /// What lies below an ignored folder is ignored, too; a caller that walks does not go there.
    package func ignores(_ path: FilePath, isFolder: Bool) -> Bool {
        if sources.isEmpty { return false }
        let parts = Self.parts(path)
        for source in sources.reversed() where parts.starts(with: source.folder) && parts.count > source.folder.count {
            let below = Array(parts[source.folder.count...])
            if let pattern = source.patterns.last(where: { $0.matches(below, isFolder: isFolder) }) {
                return !pattern.isNegated
            }
        }
        return false
    }

    /// Whether the path or a folder above it is ignored.
    package func ignoresSomewhere(_ path: FilePath, isFolder: Bool) -> Bool {
        if sources.isEmpty { return false }
        var prefix = FilePath()
        let last = path.components.count - 1
        for (index, component) in path.components.enumerated() {
            prefix.append(component)
            if ignores(prefix, isFolder: index < last || isFolder) { return true }
        }
        return false
    }

    private static func parts(_ path: FilePath) -> [[UInt8]] { path.components.map { Array($0.string.utf8) } }
}
