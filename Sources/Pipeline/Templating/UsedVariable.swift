import Files
import SystemPackage

/// A value of a parameter file that an expression uses.
package struct UsedVariable: Sendable, Hashable {
    /// Seen from the project root.
    package let file: FilePath
    /// Dotted; numbers are places in lists.
    package let key: String

    /// The same file, and a key of the same bytes.
    package static func == (left: Self, right: Self) -> Bool {
        left.file == right.file && left.key.isIdentical(to: right.key)
    }

    /// Of the file and the bytes of the key, as `==` compares.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(file)
        hasher.combine(ExactString(key))
    }
}
