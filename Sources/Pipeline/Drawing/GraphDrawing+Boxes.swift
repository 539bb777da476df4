import Diagnostics

extension GraphDrawing {
    /// The graph as boxes with lines between them, for a terminal.
    package var boxes: String {
        let labels = nodes.map { Array(Console.sanitized($0)) }
        var blocks: [String] = []
        for part in components {
            let part = part.sorted()
            let places = Dictionary(uniqueKeysWithValues: part.enumerated().map { ($1, $0) })
            let inside = edges.compactMap { edge in
                places[edge.from].flatMap { from in places[edge.to].map { (from: from, to: $0) } }
            }
            blocks.append(Self.draw(part.map { labels[$0] }, inside))
        }
        return blocks.joined(separator: "\n")
    }

    private static func draw(_ labels: [[Character]], _ edges: [(from: Int, to: Int)]) -> String {
        let layout = LayeredLayout(widths: labels.map { $0.count + 4 }, edges: edges)
        let width = layout.items.map { $0.column + $0.width }.max() ?? 0
        // Between rows there is room for lines that are no flatter than three columns a line.
        var tops: [Int] = []
        var top = 0
        for index in layout.rows.indices {
            tops.append(top)
            let row = Set(layout.rows[index])
            let span =
                layout.links.filter { row.contains($0.from) }
                .map { abs(layout.items[$0.from].centre - layout.items[$0.to].centre) }.max() ?? 0
            top += 3 + max(3, min(12, (span + 5) / 6))
        }
        var canvas = Canvas(width: width, height: (tops.last ?? 0) + 3)
        var row = [Int](repeating: 0, count: layout.items.count)
        for (index, items) in layout.rows.enumerated() { for item in items { row[item] = index } }
        for (from, to) in layout.links {
            let start = (x: layout.items[from].centre, y: tops[row[from]] + 3)
            canvas.line(from: start, to: (x: layout.items[to].centre, y: tops[row[to]] - 1))
        }
        for (index, item) in layout.items.enumerated() {
            if let node = item.node {
                canvas.box(labels[node], x: item.column, y: tops[row[index]])
            } else {
                for line in 0..<3 { canvas.set("*", x: item.column, y: tops[row[index]] + line) }
            }
        }
        return canvas.text
    }
}

/// A field of characters.
private struct Canvas {
    private var lines: [[Character]]

    init(width: Int, height: Int) {
        lines = Array(repeating: Array(repeating: " ", count: width), count: height)
    }

    var text: String {
        lines.map { line in
            var line = line[...]
            while line.last == " " { line.removeLast() }
            return String(line) + "\n"
        }.joined()
    }

    mutating func set(_ character: Character, x: Int, y: Int) {
        if lines.indices.contains(y), lines[y].indices.contains(x) { lines[y][x] = character }
    }

    mutating func box(_ label: [Character], x: Int, y: Int) {
        let rule = ["+"] + Array(repeating: Character("-"), count: label.count + 2) + ["+"]
        for (offset, character) in rule.enumerated() {
            set(character, x: x + offset, y: y)
            set(character, x: x + offset, y: y + 2)
        }
        for (offset, character) in (["|", " "] + label + [" ", "|"]).enumerated() {
            set(character, x: x + offset, y: y + 1)
        }
    }

    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
        let steps = max(abs(end.x - start.x), abs(end.y - start.y))
        if steps == 0 { return set("*", x: start.x, y: start.y) }
        // Every line gets a star; of a flat piece every second column is enough.
        var last: (x: Int, y: Int)?
        for step in 0...steps {
            let x = start.x + (end.x - start.x) * step / steps
            let y = start.y + (end.y - start.y) * step / steps
            if let last, last.y == y, abs(last.x - x) < 2, step != steps { continue }
            set("*", x: x, y: y)
            last = (x, y)
        }
    }
}
