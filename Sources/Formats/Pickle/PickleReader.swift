extension Pickle {
    /// Reads a pickle; tuples become lists.
    ///
    /// - Throws: ``Refusal`` for everything but plain data, also where it is too deep or too large.
    package static func load(_ bytes: [UInt8]) throws(Refusal) -> Value {
        guard bytes.count <= 1 << 20 else { throw Refusal(problem: "it is larger than 1 MB") }
        var reader = Reader(bytes: bytes)
        return try reader.run()
    }

    /// A machine with a stack, which knows no instruction that calls anything.
    private struct Reader {
        /// What is on the stack; the pickle's own copies are values, so nothing is shared and nothing can be a cycle.
        private enum Item {
            case mark
            case value(Value)
        }

        private let bytes: [UInt8]
        private var position = 0
        private var stack: [Item] = []
        private var memo: [Int: Value] = [:]
        /// Copies out of the memo could grow without bounds.
        private var copied = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func run() throws(Refusal) -> Value {
            while true {
                let code = try next(1)[0]
                if code == Code.stop { break }
                try perform(code)
            }
            guard stack.count == 1 else { throw Refusal(problem: "it does not hold one value") }
            return try pop()
        }

        private mutating func perform(_ code: UInt8) throws(Refusal) {
            switch code {
            case Code.version: _ = try next(1)
            case Code.frame: _ = try next(8)
            case Code.mark: stack.append(.mark)
            case Code.none: push(.null)
            case Code.yes: push(.bool(true))
            case Code.no: push(.bool(false))
            case Code.byte: push(.int(try number(1)))
            case Code.twoBytes: push(.int(try number(2)))
            case Code.int: push(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
            case Code.long: push(.int(try longNumber()))
            case Code.float: push(.float(try float()))
            case Code.shortText: push(.string(try text(try number(1))))
            case Code.text: push(.string(try text(try number(4))))
            case Code.emptyList, Code.emptyTuple: push(.list([]))
            case Code.emptyMapping: push(.mapping(Mapping()))
            case Code.tupleOfOne, Code.tupleOfTwo, Code.tupleOfThree:
                push(.list(try take(Int(code - Code.tupleOfOne) + 1)))
            case Code.tuple: push(.list(try takeToMark()))
            case Code.append: try extend(with: try takeToMark())
            case Code.appendOne: try extend(with: try take(1))
            case Code.setItems: try set(try takeToMark())
            case Code.setItem: try set(try take(2))
            case Code.memoize: memo[memo.count] = try top()
            case Code.put: memo[try number(1)] = try top()
            case Code.longPut: memo[try number(4)] = try top()
            case Code.get: try recall(try number(1))
            case Code.longGet: try recall(try number(4))
            default: throw Refusal(problem: "it holds more than plain data")
            }
        }

        // MARK: Stack

        private mutating func push(_ value: Value) { stack.append(.value(value)) }

        private func top() throws(Refusal) -> Value {
            guard case .value(let value)? = stack.last else { throw Refusal(problem: "it is damaged") }
            return value
        }

        private mutating func pop() throws(Refusal) -> Value {
            let value = try top()
            stack.removeLast()
            return value
        }

        private mutating func take(_ count: Int) throws(Refusal) -> [Value] {
            var values: [Value] = []
            for _ in 0..<count { values.append(try pop()) }
            return values.reversed()
        }

        private mutating func takeToMark() throws(Refusal) -> [Value] {
            var values: [Value] = []
            while true {
                switch stack.popLast() {
                case .value(let value): values.append(value)
                case .mark: return values.reversed()
                case nil: throw Refusal(problem: "it is damaged")
                }
            }
        }

        private mutating func extend(with values: [Value]) throws(Refusal) {
            guard let list = try pop().list else { throw Refusal(problem: "it is damaged") }
            push(.list(list + values))
        }

        private mutating func set(_ pairs: [Value]) throws(Refusal) {
            guard var mapping = try pop().mapping, pairs.count.isMultiple(of: 2) else {
                throw Refusal(problem: "it is damaged")
            }
            for index in stride(from: 0, to: pairs.count, by: 2) {
                guard let key = pairs[index].string else { throw Refusal(problem: "a key in it is no text") }
                mapping[key] = pairs[index + 1]
            }
            push(.mapping(mapping))
        }

        /// Texts and numbers may come again; what holds others could make the value explode.
        private mutating func recall(_ number: Int) throws(Refusal) {
            guard let value = memo[number] else { throw Refusal(problem: "it is damaged") }
            switch value {
            case .list(let list) where !list.isEmpty: throw Refusal(problem: "it uses a list twice")
            case .mapping(let mapping) where !mapping.isEmpty: throw Refusal(problem: "it uses a mapping twice")
            case .string(let text): copied += text.utf8.count
            default: copied += 1
            }
            guard copied <= 1 << 20 else { throw Refusal(problem: "it is too large") }
            push(value)
        }

        // MARK: Bytes

        private mutating func next(_ count: Int) throws(Refusal) -> ArraySlice<UInt8> {
            guard count >= 0, count <= bytes.count - position else { throw Refusal(problem: "it ends too early") }
            defer { position += count }
            let slice = bytes[position..<(position + count)]
            return ArraySlice(Array(slice))
        }

        private mutating func number(_ count: Int) throws(Refusal) -> Int {
            try next(count).reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        private mutating func longNumber() throws(Refusal) -> Int {
            let count = try number(1)
            guard count <= 8 else { throw Refusal(problem: "a number in it is too large") }
            let digits = try next(count)
            let filling: UInt64 = (digits.last ?? 0) & 0x80 != 0 && count < 8 ? ~0 << (8 * UInt64(count)) : 0
            return Int(bitPattern: UInt(digits.reversed().reduce(0) { $0 << 8 | UInt64($1) } | filling))
        }

        private mutating func float() throws(Refusal) -> Double {
            Double(bitPattern: try next(8).reduce(0) { $0 << 8 | UInt64($1) })
        }

        private mutating func text(_ count: Int) throws(Refusal) -> String {
            let bytes = try next(count)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Refusal(problem: "a text in it is not UTF-8")
            }
            return text
        }
    }
}
