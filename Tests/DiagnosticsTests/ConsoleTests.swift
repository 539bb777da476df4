import Diagnostics
import Testing

@Suite struct ConsoleTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\u{1B}[31mb", "a\\x1b[31mb"), ("a\nb", "a\\nb"), ("\u{202E}x", "\\u{202e}x"), ("é", "é"),
    ])
    func controlCharactersBecomeVisible(_ text: String, _ shown: String) {
        #expect(Console.sanitized(text) == shown)
    }
}
