import Files
import SystemPackage
import Testing

@Suite struct ExactStringSetTests {
    @Test func placesAreThoseOfTheFirstTime() {
        var set = ExactStringSet()
        let texts = (0..<40).map { "text \($0)" }
        for _ in 1...2 {
            for (number, text) in texts.enumerated() {
                let place = set.place(of: text)
                #expect(place == number)
            }
        }
        let areNew = ["text 3", "text 33", "other", "e\u{301}", "\u{e9}"].map { set.insert($0) }
        #expect(areNew == [false, false, true, true, true])
    }

    @Test(arguments: ["", "/", "a", "/a", "a/b", "/a/b", "/a/b/c", "a/..", "..", "./x", "é/ö", "a b/c\nd"])
    func theParentIsThePathWithoutItsLastComponent(_ path: FilePath) {
        #expect(path.parent == path.removingLastComponent())
    }
}
