/// Shell patterns for names: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`.
package enum Glob {
    /// Whether the whole of `name` matches.
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        matches(Array(pattern.unicodeScalars)[...], Array(name.unicodeScalars)[...])
    }

    /// Remembers the last star alone, so that hostile patterns cost a product of the lengths at most.
    private static func matches(_ pattern: ArraySlice<Unicode.Scalar>, _ name: ArraySlice<Unicode.Scalar>) -> Bool {
        var pattern = pattern
        var name = name
        var star: (pattern: ArraySlice<Unicode.Scalar>, name: ArraySlice<Unicode.Scalar>)?
        while true {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                star = (pattern, name)
                continue
            }
            if let scalar = name.first, let rest = step(pattern, scalar) {
                pattern = rest
                name = name.dropFirst()
                continue
            }
            if name.isEmpty && pattern.isEmpty { return true }
            guard let last = star, !last.name.isEmpty else { return false }
            name = last.name.dropFirst()
            pattern = last.pattern
            star = (pattern, name)
        }
    }

    /// The pattern after one that takes `scalar`; `nil` where it takes another.
    private static func step(
        _ pattern: ArraySlice<Unicode.Scalar>, _ scalar: Unicode.Scalar
    ) -> ArraySlice<Unicode.Scalar>? {
        guard let first = pattern.first else { return nil }
        if first == "?" { return pattern.dropFirst() }
        if first == "[", let set = bracket(pattern.dropFirst()) {
            return set.contains(scalar) ? set.rest : nil
        }
        return first == scalar ? pattern.dropFirst() : nil
    }

    private struct Bracket {
        var isNegated = false
        var ranges: [ClosedRange<UInt32>] = []
        var rest: ArraySlice<Unicode.Scalar> = []

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }

    private static func bracket(_ text: ArraySlice<Unicode.Scalar>) -> Bracket? {
        var result = Bracket()
        var text = text
        if text.first == "!" {
            result.isNegated = true
            text = text.dropFirst()
        }
        var isFirst = true
        while let scalar = text.first, isFirst || scalar != "]" {
            isFirst = false
            text = text.dropFirst()
            if text.first == "-", let end = text.dropFirst().first, end != "]" {
                text = text.dropFirst(2)
                if scalar.value <= end.value { result.ranges.append(scalar.value...end.value) }
            } else {
                result.ranges.append(scalar.value...scalar.value)
            }
        }
        guard text.first == "]" else { return nil }
        result.rest = text.dropFirst()
        return result
    }
}
