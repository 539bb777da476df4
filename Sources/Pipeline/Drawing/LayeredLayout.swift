/// Places the nodes of a graph in rows, so that edges go down and rarely cross.
struct LayeredLayout {
    /// A node, or a bend of an edge that passes a row.
    struct Item {
        /// The place in the list of nodes; `nil` for a bend.
        let node: Int?
        var column = 0
        let width: Int
        var centre: Int { column + width / 2 }
    }

    private(set) var items: [Item] = []
    /// The places in `items` of each row, from left to right.
    private(set) var rows: [[Int]] = []
    /// Pairs of places in `items`, each from one row to the next.
    private(set) var links: [(from: Int, to: Int)] = []

    private static let gap = 3

    /// - Parameters:
    ///   - widths: Of the nodes, in columns.
    ///   - edges: Pairs of nodes without circles.
    init(widths: [Int], edges: [(from: Int, to: Int)]) {
        let levels = Self.levels(widths.count, edges)
        rows = Array(repeating: [], count: (levels.max() ?? -1) + 1)
        for (node, level) in levels.enumerated() { add(Item(node: node, width: widths[node]), to: level) }
        for (from, to) in edges {
            var last = from
            for level in stride(from: levels[from] + 1, to: levels[to], by: 1) {
                add(Item(node: nil, width: 1), to: level)
                links.append((last, items.count - 1))
                last = items.count - 1
            }
            links.append((last, to))
        }
        order()
        place()
    }

    private mutating func add(_ item: Item, to level: Int) {
        items.append(item)
        rows[level].append(items.count - 1)
    }

    /// The row of each node: one below the lowest of those it needs.
    private static func levels(_ count: Int, _ edges: [(from: Int, to: Int)]) -> [Int] {
        var levels = [Int](repeating: 0, count: count)
        var open = [Int](repeating: 0, count: count)
        var next = [[Int]](repeating: [], count: count)
        for (from, to) in edges {
            open[to] += 1
            next[from].append(to)
        }
        var ready = (0..<count).filter { open[$0] == 0 }
        while let node = ready.popLast() {
            for target in next[node] {
                levels[target] = max(levels[target], levels[node] + 1)
                open[target] -= 1
                if open[target] == 0 { ready.append(target) }
            }
        }
        // A source stands right above the first that needs it.
        let targets = Set(edges.map(\.to))
        for node in 0..<count where !targets.contains(node) {
            if let first = next[node].map({ levels[$0] }).min() { levels[node] = first - 1 }
        }
        return levels
    }

    /// Sorts each row by the middle of what its items hang on, down and up a few times.
    private mutating func order() {
        var above = [[Int]](repeating: [], count: items.count)
        var below = above
        for (from, to) in links {
            above[to].append(from)
            below[from].append(to)
        }
        var places = [Int](repeating: 0, count: items.count)
        for round in 0..<8 {
            let isDown = round % 2 == 0
            for index in isDown ? Array(rows.indices) : Array(rows.indices.reversed()) {
                let other = isDown ? index - 1 : index + 1
                guard rows.indices.contains(other) else { continue }
                for (place, item) in rows[other].enumerated() { places[item] = place }
                let keys = rows[index].enumerated().map { place, item in
                    // All of them are in the row beside this one.
                    let ends = isDown ? above[item] : below[item]
                    let sum = ends.reduce(0) { $0 + places[$1] }
                    let middle = ends.isEmpty ? Double(place) : Double(sum) / Double(ends.count)
                    return (item: item, middle: middle, place: place)
                }
                rows[index] = keys.sorted { ($0.middle, $0.place) < ($1.middle, $1.place) }.map(\.item)
            }
        }
    }

    /// Gives columns: every row is centred, then items move towards what they hang on as far as there is room.
    private mutating func place() {
        let total = rows.map { row in row.reduce(0) { $0 + items[$1].width + Self.gap } }.max() ?? 0
        for row in rows {
            var column = (total - row.reduce(0) { $0 + items[$1].width + Self.gap }) / 2
            for item in row {
                items[item].column = column
                column += items[item].width + Self.gap
            }
        }
        var ends = [[Int]](repeating: [], count: items.count)
        for (from, to) in links {
            ends[from].append(to)
            ends[to].append(from)
        }
        for _ in 0..<4 {
            for row in rows { for place in row.indices { move(place, in: row, ends) } }
            for row in rows.reversed() { for place in row.indices.reversed() { move(place, in: row, ends) } }
        }
        let left = items.map(\.column).min() ?? 0
        for index in items.indices { items[index].column -= left }
    }

    private mutating func move(_ place: Int, in row: [Int], _ ends: [[Int]]) {
        let item = row[place]
        if ends[item].isEmpty { return }
        let wanted = ends[item].reduce(0) { $0 + items[$1].centre } / ends[item].count - items[item].width / 2
        var column = wanted
        if place > 0 { column = max(column, items[row[place - 1]].column + items[row[place - 1]].width + Self.gap) }
        if place + 1 < row.count { column = min(column, items[row[place + 1]].column - Self.gap - items[item].width) }
        if place > 0, column < items[row[place - 1]].column + items[row[place - 1]].width + Self.gap { return }
        items[item].column = column
    }
}
