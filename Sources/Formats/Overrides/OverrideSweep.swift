/// Several values, one for each run.
struct OverrideChoice {
    var values: [Value]
    /// Written as `a,b` and not as `choice(a,b)`.
    var isSimple = false
    var isShuffled = false
}

/// Numbers from a start to before a stop.
struct OverrideRange {
    /// More numbers than this are taken for a mistake.
    private static let limit = 100_000

    var start: Value
    var stop: Value
    var step: Value = .int(1)
    var isShuffled = false

    /// The numbers; whole ones where all three bounds are whole. `nil` for a step of zero or too many of them.
    var values: [Value]? {
        if case .int(let start) = start, case .int(let stop) = stop, case .int(let step) = step {
            guard step != 0 else { return nil }
            var values: [Value] = []
            for number in stride(from: start, to: stop, by: step) {
                if values.count == Self.limit { return nil }
                values.append(.int(number))
            }
            return values
        }
        guard let start = start.double, let stop = stop.double, let step = step.double, step != 0,
            start.isFinite, stop.isFinite, step.isFinite
        else { return nil }
        var values: [Value] = []
        while true {
            let number = ExactSum(start, plus: step, times: Double(values.count))
            guard step > 0 ? number.isLess(than: stop) : number.isGreater(than: stop) else { return values }
            if values.count == Self.limit { return nil }
            values.append(.float(number.shortest))
        }
    }

    /// The same numbers in ascending or descending order.
    func sorted(descending: Bool) -> OverrideRange {
        guard let from = start.double, let to = stop.double, descending ? from < to : from > to else { return self }
        let distance = step.absolute
        var result = self
        result.start = stop.adding(distance, sign: descending ? -1 : 1)
        result.stop = start.adding(distance, sign: descending ? -1 : 1)
        result.step = Value.int(0).adding(step, sign: -1)
        return result
    }
}

/// `base + step × count` without the error of rounding twice.
private struct ExactSum {
    let nearest: Double
    private let remainder: Double

    init(_ base: Double, plus step: Double, times count: Double) {
        let product = step * count
        let lost = (-product).addingProduct(step, count)
        nearest = base + product
        let back = nearest - base
        remainder = (base - (nearest - back)) + (product - back) + lost
    }

    /// The nearest float; of two that are equally near, the one with the shorter text.
    var shortest: Double {
        let other = remainder > 0 ? nearest.nextUp : nearest.nextDown
        guard remainder != 0, (other - nearest).magnitude == 2 * remainder.magnitude else { return nearest }
        return other.description.utf8.count < nearest.description.utf8.count ? other : nearest
    }

    func isLess(than bound: Double) -> Bool { nearest == bound ? remainder < 0 : nearest < bound }
    func isGreater(than bound: Double) -> Bool { nearest == bound ? remainder > 0 : nearest > bound }
}

extension Value {
    /// A number as a float.
    var double: Double? {
        switch self {
        case .int(let int): Double(int)
        case .bigInt(let digits): Double(digits)
        case .float(let number): number
        default: nil
        }
    }

    fileprivate var absolute: Value {
        switch self {
        case .int(let int): .int(Int(clamping: int.magnitude))
        default: .float(double?.magnitude ?? 0)
        }
    }

    fileprivate func adding(_ other: Value, sign: Int) -> Value {
        if case .int(let left) = self, case .int(let right) = other {
            let (product, first) = right.multipliedReportingOverflow(by: sign)
            let (sum, second) = left.addingReportingOverflow(product)
            if !first, !second { return .int(sum) }
        }
        return .float((double ?? 0) + (other.double ?? 0) * Double(sign))
    }
}
