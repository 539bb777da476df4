/// Who made a commit, and when.
package struct Signature: Hashable, Sendable {
    /// In UTF-8, as git is to record it.
    package var name: String
    /// Without the angle brackets.
    package var email: String
    /// Seconds since 1970, UTC.
    package var seconds: Int64
    /// Minutes east of UTC.
    package var offset: Int

    /// Takes a name and a time that are known; ``IdentityError`` belongs to who looks them up.
    package init(name: String, email: String, seconds: Int64, offset: Int) {
        self.name = name
        self.email = email
        self.seconds = seconds
        self.offset = offset
    }

    /// As commit objects hold it: `Name <email> 1795218406 +0100`.
    package var text: String {
        let sign = offset < 0 ? "-" : "+"
        let minutes = abs(offset)
        let zone = (minutes / 60) * 100 + minutes % 60
        let digits = String(zone)
        return
            "\(name) <\(email)> \(seconds) \(sign)\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    }

    /// Reads what ``text`` writes; `nil` where it does not have that form.
    package init?(parsing text: some StringProtocol) {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return nil }
        let tail = text[text.index(after: close)...].split(separator: " ")
        guard tail.count == 2, let seconds = Int64(tail[0]), let zone = Int(tail[1]) else { return nil }
        name = String(text[..<open].dropLast(while: { $0 == " " }))
        email = String(text[text.index(after: open)..<close])
        self.seconds = seconds
        offset = (abs(zone) / 100 * 60 + abs(zone) % 100) * (zone < 0 ? -1 : 1)
    }
}

extension BidirectionalCollection {
    func dropLast(while predicate: (Element) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { formIndex(before: &end) }
        return self[..<end]
    }
}
