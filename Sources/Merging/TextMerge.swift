import Files
import Formats

/// A merge of texts by their pieces, which keeps comments and the layout of either side.
struct TextMerge {
    let rules: MergeRules
    var markerSize = ConflictMarkers.size

    /// The text cannot be merged by its lines.
    struct Unsuited: Error {}

    private enum Obstacle: Error {
        case conflict
        case unsuited
    }

    /// The lines of the merged text, with markers around what conflicts.
    ///
    /// - Throws: ``Unsuited`` where the layout has no lines for each piece, or where there is no place for markers.
    func merged(base: MergeSide, ours: MergeSide, theirs: MergeSide) throws(Unsuited) -> [Line] {
        guard let base = Piece.pieces(of: base), let ours = Piece.pieces(of: ours),
            let theirs = Piece.pieces(of: theirs)
        else { throw Unsuited() }
        do throws(Obstacle) {
            let lines = try merged(base.pieces, ours.pieces, theirs.pieces, at: [])
            return lines + MergeLines.merged(base: base.tail, ours: ours.tail, theirs: theirs.tail)
        } catch {
            throw Unsuited()
        }
    }

    private func merged(
        _ base: [Piece], _ ours: [Piece], _ theirs: [Piece], at path: [String]
    ) throws(Obstacle) -> [Line] {
        let (inBase, inOurs, inTheirs) = (Self.table(base), Self.table(ours), Self.table(theirs))
        // Lines of theirs move to where ours stand.
        let shift = (ours.first ?? theirs.first)?.indent ?? 0
        var result: [Line] = []
        for key in MergedOrder.keys(base: base.map(\.key), ours: ours.map(\.key), theirs: theirs.map(\.key)) {
            let three = Three(base: inBase[key], ours: inOurs[key], theirs: inTheirs[key], indent: shift)
            let path = path + [key.text]
            do throws(Obstacle) {
                guard let body = try merged(three, at: path) else { continue }
                result += three.comments + body
            } catch {
                guard error == .conflict, rules.isMarked(path) else { throw error }
                result += three.comments
                result += ConflictMarkers.around(
                    ours: three.ourBody ?? [], theirs: three.theirBody ?? [], size: markerSize)
            }
        }
        return result
    }

    private static func table(_ pieces: [Piece]) -> [ExactString: Piece] {
        Dictionary(pieces.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A piece on the three sides.
    private struct Three {
        let base: Piece?
        let ours: Piece?
        let theirs: Piece?
        /// The blanks before it in the result.
        let indent: Int

        var ourBody: [Line]? { ours.map { MergeLines.shifted($0.body, by: indent - $0.indent) } }
        var theirBody: [Line]? { theirs.map { MergeLines.shifted($0.body, by: indent - $0.indent) } }

        var comments: [Line] {
            func lines(_ piece: Piece) -> [Line] { MergeLines.shifted(piece.comments, by: indent - piece.indent) }
            guard let ours else { return theirs.map(lines) ?? [] }
            guard let theirs else { return lines(ours) }
            return MergeLines.merged(base: base.map(lines) ?? [], ours: lines(ours), theirs: lines(theirs))
        }
    }

    /// - Returns: `nil` where the piece is gone.
    private func merged(_ three: Three, at path: [String]) throws(Obstacle) -> [Line]? {
        let base = try three.base.map { piece throws(Obstacle) in try value(of: piece) }
        guard let ours = three.ours, let theirs = three.theirs else {
            let left = try (three.ours ?? three.theirs).map { piece throws(Obstacle) in try value(of: piece) }
            if base == nil { return three.ours == nil ? try taken(three, at: path) : three.ourBody }
            if left == nil || ValueMerge.same(left, base) { return nil }
            throw .conflict
        }
        if theirs.body == three.base?.body || ours.body == theirs.body { return three.ourBody }
        if ours.body == three.base?.body { return try taken(three, at: path) }
        if rules.rule(path) == .parts, let divided = try divided(three, ours, theirs, at: path) { return divided }
        let (our, their) = (try value(of: ours), try value(of: theirs))
        if our.isSame(as: their) || ValueMerge.same(their, base) { return three.ourBody }
        if ValueMerge.same(our, base) { return try taken(three, at: path) }
        var merge = ValueMerge(rules)
        let merged: Value?
        do throws(MergeConflict) { merged = try merge.merge(base, our, their, at: path) } catch { throw .conflict }
        guard merge.conflicts.isEmpty else { throw .unsuited }
        guard let merged else { return nil }
        return PieceText.changed(ours, to: merged, indent: three.indent)
    }

    private func value(of piece: Piece) throws(Obstacle) -> Value {
        do throws(FormatError) { return try piece.value() } catch { throw .unsuited }
    }

    /// Their lines; those of a lock with anchors are written anew, because the names of anchors might meet.
    private func taken(_ three: Three, at path: [String]) throws(Obstacle) -> [Line]? {
        guard let theirs = three.theirs, rules.rule(path) == .run, theirs.node.hasAnchors else {
            return three.theirBody
        }
        return PieceText.fresh(theirs.key, try value(of: theirs), indent: three.indent)
    }

    /// The merge of the pieces inside; `nil` where a side cannot be divided.
    private func divided(
        _ three: Three, _ ours: Piece, _ theirs: Piece, at path: [String]
    ) throws(Obstacle) -> [Line]? {
        var old: [Piece] = []
        if let base = three.base {
            guard let children = base.children else { return nil }
            old = children
        }
        guard let our = ours.children, let their = theirs.children, our[0].isItem == their[0].isItem,
            old.isEmpty || old[0].isItem == our[0].isItem
        else { return nil }
        let lines = try merged(old, our, their, at: path)
        if lines.isEmpty { return nil }
        let header = MergeLines.merged(
            base: three.base.map { [$0.header] } ?? [ours.header], ours: [ours.header], theirs: [theirs.header])
        let move = three.indent - ours.indent
        return MergeLines.shifted([header[0]], by: move) + MergeLines.shifted(lines, by: move)
    }
}

extension YAMLNode {
    /// Whether an anchor or an alias is on the node or below it.
    fileprivate var hasAnchors: Bool {
        if anchor != nil || isAlias { return true }
        switch content {
        case .scalar: return false
        case .sequence(let items): return items.contains(where: \.hasAnchors)
        case .mapping(let entries): return entries.contains { $0.key.hasAnchors || $0.value.hasAnchors }
        }
    }
}
