/// A function in the value of an override: casts, sweeps, and orders of sweeps.
struct OverrideCall {
    let name: String
    let argument: String
    var elements: [OverrideElement] = []
    var named: [(name: String, element: OverrideElement)] = []

    init(name: String, argument: String) {
        self.name = name
        self.argument = argument
    }

    func evaluate() throws(OverrideError) -> OverrideElement {
        switch name {
        case "int", "float", "str", "bool": return try cast()
        case "choice": return try choice()
        case "range": return try range()
        case "sort": return try sort()
        case "shuffle": return try shuffle()
        case "tag": return try tag()
        case "interval", "glob": throw malformed("'\(name)' is not supported")
        default: throw malformed("there is no function '\(name)'; quote the value if it is text")
        }
    }

    private func malformed(_ problem: String) -> OverrideError { .malformed(argument, problem) }

    private func named(_ label: String) -> OverrideElement? { named.last { $0.name == label }?.element }

    private func plain(_ element: OverrideElement?) -> Value? {
        if case .value(let value)? = element { value } else { nil }
    }

    /// All arguments as one: the only one, or several as a choice.
    private func united(or label: String) throws(OverrideError) -> OverrideElement {
        let others = named.filter { $0.name != "reverse" }
        if let only = named(label), others.count == 1, elements.isEmpty { return only }
        guard others.isEmpty, let first = elements.first else { throw malformed("'\(name)' needs a value") }
        if elements.count == 1 { return first }
        var values: [Value] = []
        for element in elements {
            guard let value = plain(element) else { throw malformed("'\(name)' takes one sweep or several values") }
            values.append(value)
        }
        return .choice(OverrideChoice(values: values, isSimple: true))
    }

    private func cast() throws(OverrideError) -> OverrideElement {
        let cast = OverrideCast(rawValue: name)
        func converted(_ value: Value) throws(OverrideError) -> Value {
            guard let result = cast?.apply(to: value) else { throw malformed("the value cannot become \(name)") }
            return result
        }
        switch try united(or: "value") {
        case .value(let value): return .value(try converted(value))
        case .choice(var choice):
            for index in choice.values.indices { choice.values[index] = try converted(choice.values[index]) }
            return .choice(choice)
        case .range(var range):
            guard cast == .int || cast == .float else { throw malformed("a range cannot become \(name)") }
            range.start = try converted(range.start)
            range.stop = try converted(range.stop)
            range.step = try converted(range.step)
            return .range(range)
        }
    }

    private func choice() throws(OverrideError) -> OverrideElement {
        guard named.isEmpty, !elements.isEmpty else { throw malformed("'choice' needs values") }
        var values: [Value] = []
        for element in elements {
            switch element {
            case .value(let value): values.append(value)
            case .choice(let inner) where inner.isSimple && elements.count == 1: values = inner.values
            default: throw malformed("a sweep may not stand inside 'choice'")
            }
        }
        return .choice(OverrideChoice(values: values))
    }

    private func range() throws(OverrideError) -> OverrideElement {
        var bounds = elements
        for label in ["start", "stop", "step"].dropFirst(bounds.count) {
            guard let bound = named(label) else { break }
            bounds.append(bound)
        }
        var numbers: [Value] = []
        for bound in bounds {
            guard let number = plain(bound), number.double != nil else {
                throw malformed("'range' takes numbers")
            }
            numbers.append(number)
        }
        guard (1...3).contains(numbers.count), elements.count + named.count <= 3 else {
            throw malformed("'range' takes a stop, or a start, a stop and a step")
        }
        if numbers.count == 1 { numbers.insert(.int(0), at: 0) }
        let step = plain(named("step")) ?? (numbers.count == 3 ? numbers[2] : .int(1))
        guard step.double != nil else { throw malformed("'range' takes numbers") }
        return .range(OverrideRange(start: numbers[0], stop: numbers[1], step: step))
    }

    private func sort() throws(OverrideError) -> OverrideElement {
        let descending = plain(named("reverse")) == .bool(true)
        func sorted(_ values: [Value]) throws(OverrideError) -> [Value] {
            guard let result = OverrideOrder.sorted(values, descending: descending) else {
                throw malformed("'sort' takes numbers, or texts")
            }
            return result
        }
        switch try united(or: named("list") == nil ? "sweep" : "list") {
        case .value(.list(let items)): return .value(.list(try sorted(items)))
        case .value(let value): return .value(value)
        case .choice(var choice):
            choice.values = try sorted(choice.values)
            return .choice(choice)
        case .range(let range): return .range(range.sorted(descending: descending))
        }
    }

    private func shuffle() throws(OverrideError) -> OverrideElement {
        switch try united(or: named("list") == nil ? "sweep" : "list") {
        case .value(.list(let items)): return .value(.list(items.shuffled()))
        case .value(let value): return .value(.list([value]))
        case .choice(var choice):
            choice.isShuffled = true
            return .choice(choice)
        case .range(var range):
            range.isShuffled = true
            return .range(range)
        }
    }

    /// Tags say something to other programs only; the sweep stays as it is.
    private func tag() throws(OverrideError) -> OverrideElement {
        guard let last = named("sweep") ?? elements.last, plain(last) == nil else {
            throw malformed("the last argument of 'tag' has to be a sweep")
        }
        for element in elements.dropLast(named("sweep") == nil ? 1 : 0) where plain(element)?.string == nil {
            throw malformed("a tag has to be text")
        }
        return last
    }
}

/// The order of `sort`.
enum OverrideOrder {
    /// - Returns: `nil` where the values cannot be compared.
    static func sorted(_ values: [Value], descending: Bool) -> [Value]? {
        let texts = values.compactMap(\.string)
        if texts.count == values.count {
            let ordered = stable(texts, descending) { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
            return ordered.map { .string($0) }
        }
        let numbers = values.compactMap { value in (value.bool.map { $0 ? 1 : 0 } ?? value.double).map { (value, $0) } }
        guard numbers.count == values.count else { return nil }
        return stable(numbers, descending) { $0.1 < $1.1 }.map(\.0)
    }

    private static func stable<Element>(
        _ elements: [Element], _ descending: Bool, by precedes: (Element, Element) -> Bool
    ) -> [Element] {
        elements.enumerated().sorted { left, right in
            if descending ? precedes(right.element, left.element) : precedes(left.element, right.element) {
                return true
            }
            if descending ? precedes(left.element, right.element) : precedes(right.element, left.element) {
                return false
            }
            return left.offset < right.offset
        }.map(\.element)
    }
}
