/// JSON as Python's `json` module reads and writes it.
package enum JSON {
    /// The value of a text.
    ///
    /// `NaN`, `Infinity` and `-Infinity` are numbers; of two entries with the same key the last one counts, at the
    /// place of the first; half a surrogate pair becomes U+FFFD.
    ///
    /// - Throws: ``FormatError`` for anything else that is not JSON or not UTF-8, for an empty text, and for more than
    ///   200 levels.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        let result: Result<Value, FormatError> = bytes.withUnsafeBufferPointer { text in
            do throws(JSONFailure) {
                if let bad = invalidUTF8Offset(in: text) { throw JSONFailure("the text is not valid UTF-8", bad) }
                var parser = JSONParser(text)
                return .success(try parser.document())
            } catch {
                let position = SourcePosition(offset: error.offset, in: text)
                return .failure(FormatError(file: file, position: position, problem: error.problem, text: text))
            }
        }
        return try result.get()
    }

    /// Python's `json.dumps`: ASCII only, `", "` and `": "` between things, no line feed at the end.
    ///
    /// - Parameters:
    ///   - sortKeys: Whether the entries of every mapping are ordered by key: numbers by size, text by code point.
    ///   - indent: Spaces per level with one thing per line; `nil` for one line.
    package static func pythonDumps(_ value: Value, sortKeys: Bool = false, indent: Int? = nil) -> String {
        String(decoding: pythonDumpsBytes(value, sortKeys: sortKeys, indent: indent), as: UTF8.self)
    }

    /// The same as ``pythonDumps(_:sortKeys:indent:)``, as bytes.
    package static func pythonDumpsBytes(_ value: Value, sortKeys: Bool = false, indent: Int? = nil) -> [UInt8] {
        var writer = JSONWriter(sortKeys: sortKeys, indent: indent)
        writer.write(value)
        return writer.output
    }
}

/// What is wrong in a JSON text, and at which byte.
struct JSONFailure: Error {
    let problem: String
    let offset: Int

    init(_ problem: String, _ offset: Int) {
        self.problem = problem
        self.offset = offset
    }
}
