import Diagnostics

extension GraphDrawing {
    /// The graph as boxes with lines between them, for a terminal.
    package var boxes: String {
        let labels = nodes.map { Array(Console.sanitized($0)) }
        let parts = components.map { $0.sorted() }
        var owners = [Int](repeating: 0, count: nodes.count)
        var places = owners
        for (number, part) in parts.enumerated() {
            for (place, node) in part.enumerated() {
                owners[node] = number
                places[node] = place
            }
        }
        var inside = [[(from: Int, to: Int)]](repeating: [], count: parts.count)
        for edge in edges { inside[owners[edge.from]].append((places[edge.from], places[edge.to])) }
        return zip(parts, inside).map { part, edges in Self.draw(part.map { labels[$0] }, edges) }
            .joined(separator: "\n")
    }

    private static func draw(_ labels: [[Character]], _ edges: [(from: Int, to: Int)]) -> String {
        let layout = LayeredLayout(widths: labels.map { $0.count + 4 }, edges: edges)
        let width = layout.items.map { $0.column + $0.width }.max() ?? 0
        var row = [Int](repeating: 0, count: layout.items.count)
        for (index, items) in layout.rows.enumerated() { for item in items { row[item] = index } }
        var spans = [Int](repeating: 0, count: layout.rows.count)
        for (from, to) in layout.links {
            spans[row[from]] = max(spans[row[from]], abs(layout.items[from].centre - layout.items[to].centre))
        }
        // Between rows there is room for lines that are no flatter than three columns a line.
        var tops: [Int] = []
        var top = 0
        for index in layout.rows.indices {
            tops.append(top)
            top += 3 + max(3, min(12, (spans[index] + 5) / 6))
        }
        var canvas = Canvas(width: width, height: (tops.last ?? 0) + 3)
        for (from, to) in layout.links {
            let start = (x: layout.items[from].centre, y: tops[row[from]] + 3)
            canvas.line(from: start, to: (x: layout.items[to].centre, y: tops[row[to]] - 1))
        }
        for (index, item) in layout.items.enumerated() {
            if let node = item.node {
                canvas.box(labels[node], x: item.column, y: tops[row[index]])
            } else {
                for line in 0..<3 { canvas.star(x: item.column, y: tops[row[index]] + line) }
            }
        }
        return canvas.text
    }
}

/// A field of characters, a byte each: drawings of thousands of stages are wide and high.
private struct Canvas {
    private static let blank = UInt8(ascii: " ")
    /// Stands for a character that is in `others`.
    private static let other: UInt8 = 0

    private let width: Int
    /// Each as long as what is drawn on it.
    private var lines: [[UInt8]]
    /// Characters that are more than a byte, by line and column.
    private var others: [Int: [Int: Character]] = [:]

    init(width: Int, height: Int) {
        self.width = width
        lines = Array(repeating: [], count: height)
    }

    var text: String {
        var text = ""
        for (y, line) in lines.enumerated() {
            let line = line[..<(line.lastIndex { $0 != Self.blank }.map { $0 + 1 } ?? 0)]
            if let others = others[y] {
                for (x, byte) in line.enumerated() {
                    text.append(byte == Self.other ? others[x] ?? " " : Character(UnicodeScalar(byte)))
                }
            } else {
                text += String(decoding: line, as: UTF8.self)
            }
            text += "\n"
        }
        return text
    }

    mutating func set(_ character: Character, x: Int, y: Int) {
        if let byte = character.asciiValue, byte != Self.other {
            set(byte, x: x, y: y)
        } else if set(Self.other, x: x, y: y) {
            others[y, default: [:]][x] = character
        }
    }

    @discardableResult
    private mutating func set(_ byte: UInt8, x: Int, y: Int) -> Bool {
        guard y >= 0, y < lines.count, x >= 0, x < width else { return false }
        let missing = x - lines[y].count
        if missing > 0 { lines[y].append(contentsOf: repeatElement(Self.blank, count: missing)) }
        if missing >= 0 { lines[y].append(byte) } else { lines[y][x] = byte }
        return true
    }

    mutating func box(_ label: [Character], x: Int, y: Int) {
        for offset in 0..<label.count + 4 {
            let byte = offset == 0 || offset == label.count + 3 ? UInt8(ascii: "+") : UInt8(ascii: "-")
            set(byte, x: x + offset, y: y)
            set(byte, x: x + offset, y: y + 2)
        }
        for (offset, character) in (["|", " "] + label + [" ", "|"]).enumerated() {
            set(character, x: x + offset, y: y + 1)
        }
    }

    /// A bend of an edge, or a point of it.
    mutating func star(x: Int, y: Int) { set(UInt8(ascii: "*"), x: x, y: y) }

    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
        let steps = max(abs(end.x - start.x), abs(end.y - start.y))
        if steps == 0 { return star(x: start.x, y: start.y) }
        // Every line gets a star; of a flat piece every second column is enough.
        var last: (x: Int, y: Int)?
        for step in 0...steps {
            let x = start.x + (end.x - start.x) * step / steps
            let y = start.y + (end.y - start.y) * step / steps
            if let last, last.y == y, abs(last.x - x) < 2, step != steps { continue }
            star(x: x, y: y)
            last = (x, y)
        }
    }
}
