/// Reads the value of an override: a literal, a list, a mapping, a cast, or several values for a sweep.
struct OverrideValueParser {
    private let text: [Character]
    private let argument: String
    private var index = 0

    init(_ text: String, argument: String) {
        self.text = Array(text)
        self.argument = argument
    }

    /// One value, or the several of a sweep.
    mutating func whole() throws(OverrideError) -> [Value] {
        skipBlanks()
        if index == text.count { return [.string("")] }
        if let sweep = try sweepFunction() { return sweep }
        var values: [Value] = []
        repeat {
            values.append(try element(isTop: true))
            skipBlanks()
        } while take(",")
        guard index == text.count else { throw malformed("'\(text[index])' is not expected there") }
        return values
    }

    private func malformed(_ problem: String) -> OverrideError { .malformed(argument, problem) }

    private mutating func skipBlanks() {
        while index < text.count, text[index] == " " || text[index] == "\t" { index += 1 }
    }

    private mutating func take(_ character: Character) -> Bool {
        guard index < text.count, text[index] == character else { return false }
        index += 1
        return true
    }

    private mutating func element(isTop: Bool) throws(OverrideError) -> Value {
        skipBlanks()
        guard index < text.count else { return .string("") }
        switch text[index] {
        case "[": return try list()
        case "{": return try mapping()
        case "'", "\"": return .string(try quoted())
        default: break
        }
        if let cast = try castFunction() { return cast }
        return try bare(isTop: isTop)
    }

    private mutating func list() throws(OverrideError) -> Value {
        index += 1
        var items: [Value] = []
        skipBlanks()
        if take("]") { return .list([]) }
        repeat { items.append(try element(isTop: false)); skipBlanks() } while take(",")
        guard take("]") else { throw malformed("a list needs ']' at its end") }
        return .list(items)
    }

    private mutating func mapping() throws(OverrideError) -> Value {
        index += 1
        var mapping = Mapping()
        skipBlanks()
        if take("}") { return .mapping(mapping) }
        repeat {
            skipBlanks()
            let key: Value
            if index < text.count, text[index] == "'" || text[index] == "\"" {
                key = .string(try quoted())
            } else {
                let start = index
                while index < text.count, !":,{}[]".contains(text[index]) { index += 1 }
                key = Self.literal(String(text[start..<index]).trimmed)
            }
            skipBlanks()
            guard take(":") else { throw malformed("a mapping needs ':' behind each key") }
            mapping.entries.append(.init(key: key, value: try element(isTop: false)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw malformed("a mapping needs '}' at its end") }
        return .mapping(mapping)
    }

    private mutating func quoted() throws(OverrideError) -> String {
        let quote = text[index]
        index += 1
        var result = ""
        while index < text.count {
            let character = text[index]
            index += 1
            if character == quote { return result }
            if character == "\\", index < text.count, text[index] == quote || text[index] == "\\" {
                result.append(text[index])
                index += 1
            } else {
                result.append(character)
            }
        }
        throw malformed("a quote is not closed")
    }

    /// Text without quotes; a backslash takes the meaning of the character behind it.
    private mutating func bare(isTop: Bool) throws(OverrideError) -> Value {
        var result = ""
        var isEscaped = false
        var depth = 0
        loop: while index < text.count {
            let character = text[index]
            switch character {
            case "$" where index + 1 < text.count && text[index + 1] == "{":
                depth += 1
                result += "${"
                index += 2
                continue
            case "}" where depth > 0: depth -= 1
            case ",": break loop
            case "]", "}", ")": if depth == 0 { break loop }
            case "[", "{", "(":
                if depth == 0 { throw malformed("'\(character)' is not expected there; quote the value") }
            case "=" where isTop: throw malformed("a second '=' is not expected there; quote the value")
            case "'", "\"": throw malformed("a quote may only stand around a whole value")
            case "\\" where index + 1 < text.count && "\\,()[]{}:= \t".contains(text[index + 1]):
                index += 1
                isEscaped = true
                result.append(text[index])
                index += 1
                continue
            default: break
            }
            result.append(character)
            index += 1
        }
        let trimmed = isEscaped ? result : result.trimmed
        return isEscaped ? .string(trimmed) : Self.literal(trimmed)
    }

    private mutating func castFunction() throws(OverrideError) -> Value? {
        guard let name = functionName(["int", "float", "str", "bool"]) else { return nil }
        index += name.count + 1
        let inner = try element(isTop: false)
        skipBlanks()
        guard take(")") else { throw malformed("'\(name)(' needs ')'") }
        guard let value = Self.cast(inner, to: name) else { throw malformed("the value cannot become \(name)") }
        return value
    }

    private func functionName(_ names: [String]) -> String? {
        names.first { name in
            text[index...].starts(with: Array(name + "("))
        }
    }

    private mutating func sweepFunction() throws(OverrideError) -> [Value]? {
        let known = ["choice", "range", "sort", "shuffle", "tag", "interval", "glob"]
        guard let name = functionName(known) else { return nil }
        if name == "interval" || name == "glob" { throw malformed("'\(name)' is not supported here") }
        index += name.count + 1
        var arguments: [Value] = []
        skipBlanks()
        if !take(")") {
            repeat { arguments.append(try element(isTop: false)); skipBlanks() } while take(",")
            guard take(")") else { throw malformed("'\(name)(' needs ')'") }
        }
        guard index == text.count else { throw malformed("nothing may stand behind '\(name)(…)'") }
        throw .sweep(argument)
    }

    private static func cast(_ value: Value, to type: String) -> Value? {
        switch (type, value) {
        case ("int", .int), ("float", .float), ("str", .string), ("bool", .bool): value
        case ("int", .float(let number)): number.magnitude < 9e18 ? .int(Int(number)) : nil
        case ("int", .bool(let bool)): .int(bool ? 1 : 0)
        case ("int", .string(let text)): Int(text).map { .int($0) }
        case ("float", .int(let int)): .float(Double(int))
        case ("float", .bool(let bool)): .float(bool ? 1 : 0)
        case ("float", .string(let text)): Double(text).map { .float($0) }
        case ("bool", .int(let int)): .bool(int != 0)
        case ("bool", .float(let number)): .bool(number != 0)
        case ("bool", .string(let text)):
            text.lowercased() == "true" ? .bool(true) : text.lowercased() == "false" ? .bool(false) : nil
        case ("str", .int(let int)): .string(String(int))
        case ("str", .float(let number)): .string(PythonNumber.repr(number))
        case ("str", .bool(let bool)): .string(bool ? "true" : "false")
        case ("str", .null): .string("null")
        default: nil
        }
    }

    static func literal(_ text: String) -> Value {
        switch text.lowercased() {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        let body = text.hasPrefix("+") || text.hasPrefix("-") ? text.dropFirst() : text[...]
        let isNegative = text.hasPrefix("-")
        switch body.lowercased() {
        case "inf": return .float(isNegative ? -.infinity : .infinity)
        case "nan": return .float(.nan)
        default: break
        }
        func isGrouped(_ digits: Substring) -> Bool {
            let parts = digits.split(separator: "_", omittingEmptySubsequences: false)
            return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
        }
        if isGrouped(body), body == "0" || !body.hasPrefix("0") {
            let digits = body.filter { $0 != "_" }
            return Int(digits).map { .int(isNegative ? -$0 : $0) } ?? .bigInt((isNegative ? "-" : "") + digits)
        }
        let mark = body.firstIndex { $0 == "e" || $0 == "E" }
        let mantissa = body[..<(mark ?? body.endIndex)]
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let hasPoint = halves.count == 2
        guard halves.count <= 2, hasPoint || mark != nil, halves.contains(where: { !$0.isEmpty }),
            halves.allSatisfy({ $0.isEmpty || isGrouped($0) })
        else { return .string(text) }
        if let mark {
            let exponent = body[body.index(after: mark)...].drop { $0 == "+" || $0 == "-" }
            guard isGrouped(exponent) else { return .string(text) }
        }
        let clean = body.filter { $0 != "_" }
        let padded = (clean.hasPrefix(".") ? "0" : "") + clean.replacingPoint
        return Double(padded).map { .float(isNegative ? -$0 : $0) } ?? .string(text)
    }
}

extension String {
    /// `5.` and `5.e3` with a digit behind the point, as the standard library reads numbers.
    fileprivate var replacingPoint: String {
        guard let point = firstIndex(of: ".") else { return self }
        let next = index(after: point)
        return next == endIndex || self[next] == "e" || self[next] == "E" ? self[...point] + "0" + self[next...] : self
    }
}
