import Testing

@testable import Formats

/// Saved calls that are damaged, or larger than they say.
@Suite struct PickleRefusalTests {
    @Test(arguments: [
        ([0x30], "it holds more than plain data"), ([0x61, 0x2E], "it is damaged"),  // append, with no mark
        ([0x4E, 0x61, 0x2E], "it is damaged"), ([0x28, 0x94, 0x2E], "it is damaged"),  // memo of a mark
        ([0x4E, 0x4E, 0x61], "it is damaged"), ([0x4E, 0x28, 0x4E, 0x65, 0x2E], "it is damaged"),  // None.extend
        ([0x7D, 0x28, 0x4E, 0x75, 0x2E], "it is damaged"),  // a key without a value
        ([0x4E, 0x28, 0x75, 0x2E], "it is damaged"),  // entries into None
        ([0x7D, 0x4E, 0x4E, 0x73, 0x2E], "a key in it is no text"),
        ([0x68, 0x07, 0x2E], "it is damaged"),  // nothing is kept at 7
        ([0x4E, 0x85, 0x94, 0x68, 0x00, 0x2E], "it uses a list twice"),
        ([0x7D, 0x8C, 0x01, 0x61, 0x4E, 0x73, 0x94, 0x68, 0x00, 0x2E], "it uses a mapping twice"),
        ([0x8A, 0x09] + [UInt8](repeating: 1, count: 9) + [0x2E], "a number in it is too large"),
        ([0x8C, 0x01, 0xFF, 0x2E], "a text in it is not UTF-8"), ([0x8C, 0x05, 0x61], "it ends too early"),
        ([], "it ends too early"), ([0x4E, 0x4E, 0x2E], "it does not hold one value"),
        ([0x2E], "it does not hold one value"), ([0x28, 0x2E], "it is damaged"),
    ])
    func damage(_ bytes: [UInt8], _ problem: String) {
        #expect(throws: Pickle.Refusal(problem: problem)) { try Pickle.load(bytes) }
    }

    @Test func size() {
        let long = [UInt8](repeating: 0x4E, count: (1 << 20) + 1)
        #expect(throws: Pickle.Refusal(problem: "it is larger than 1 MB")) { try Pickle.load(long) }
    }

    /// A text of 255 bytes is named again and again, in two bytes each time.
    @Test func copiesOfATextAreCounted() {
        let text: [UInt8] = [0x8C, 0xFF] + [UInt8](repeating: 0x61, count: 255) + [0x94]
        let copies = Array(repeating: [UInt8]([0x68, 0x00]), count: 5000).flatMap { $0 }
        #expect(throws: Pickle.Refusal(problem: "it is too large")) { try Pickle.load(text + copies + [0x2E]) }
        // As many as fit are taken: what fails then is that they are not one value.
        let fewer = copies.prefix(2 * 4000)
        #expect(throws: Pickle.Refusal(problem: "it does not hold one value")) {
            try Pickle.load(text + fewer + [0x2E])
        }
    }
}
