import Cache
import Formats
import Testing

@testable import Pipeline

/// How the text of a lock file gets its new hashes.
@Suite struct LockMigrationTests {
    private let old = "0123456789abcdef0123456789abcdef"

    /// Gives every old entry this hash.
    private func migrated(_ text: String, to md5: String, isExecutable: Bool = false) throws -> String {
        let bytes = Array(text.utf8)
        let changes = try LockFile.parse(bytes, file: "dvc.lock").stages.map { name, entry in
            var new = entry
            func renew(_ entry: LockEntry) -> LockEntry {
                if entry.md5 == nil || entry.generation == .three { return entry }
                var result = entry
                result.md5 = md5
                result.generation = .three
                result.isExecutable = isExecutable
                return result
            }
            new.dependencies = entry.dependencies.map(renew)
            new.outputs = entry.outputs.map(renew)
            return LockMigration.Change(name: name, old: entry, new: new)
        }
        return String(decoding: try LockMigration(bytes, file: "dvc.lock").text(with: changes), as: UTF8.self)
    }

    private func lock(_ entry: String) -> String {
        "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n\(entry)"
    }

    @Test(arguments: ["12345678901234567890123456789012", "1234567890123456789012345678e012"])
    func hashesThatLookLikeNumbersAreQuoted(_ md5: String) throws {
        let text = try migrated(lock("    - path: o\n      md5: \(old)\n      size: 1\n"), to: md5)
        #expect(text == lock("    - path: o\n      hash: md5\n      md5: '\(md5)'\n      size: 1\n"))
    }

    @Test func entriesInBracesStayThere() throws {
        let text = try migrated(
            lock("    - {path: o, md5: \(old), size: 1}  # here\n"), to: "fedcba9876543210fedcba9876543210",
            isExecutable: true)
        let wanted = "{path: o, hash: md5, md5: fedcba9876543210fedcba9876543210, size: 1, isexec: true}  # here"
        #expect(text == lock("    - \(wanted)\n"))
    }

    @Test func theExecuteBitStandsBehindComments() throws {
        let text = try migrated(
            lock("    - path: o\n      size: 1 # one\n      md5: \(old) # hash\n"),
            to: "fedcba9876543210fedcba9876543210", isExecutable: true)
        #expect(
            text
                == lock(
                    "    - path: o\n      size: 1 # one\n      hash: md5\n"
                        + "      md5: fedcba9876543210fedcba9876543210 # hash\n      isexec: true\n"))
    }

    @Test func whatIsNewAlreadyStays() throws {
        let text = lock("    - path: o\n      hash: md5\n      md5: \(old)\n      size: 1\n    - path: p\n")
        #expect(try migrated(text, to: "fedcba9876543210fedcba9876543210") == text)
    }

    /// Texts in which the hashes stand elsewhere are written anew.
    @Test(arguments: [
        "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    deps: &a\n    - {path: o, md5: 0123456789abcdef0123456789abcdef}\n"
            + "    outs: *a\n",
        "s:\n  cmd: x\n  outs:\n  - path: o\n    md5: 0123456789abcdef0123456789abcdef\n",
        "schema: '2.0'\r\nstages:\r\n  s:\r\n    cmd: x\r\n    outs:\r\n    - path: o\r\n"
            + "      md5: 0123456789abcdef0123456789abcdef\r\n",
    ])
    func everyWritingIsMigrated(_ text: String) throws {
        let result = try migrated(text, to: "fedcba9876543210fedcba9876543210")
        let entries = try LockFile.parse(Array(result.utf8), file: "dvc.lock").stages.flatMap {
            $0.entry.dependencies + $0.entry.outputs
        }
        #expect(!entries.isEmpty)
        for entry in entries {
            #expect(entry.md5 == "fedcba9876543210fedcba9876543210" && entry.generation == .three, "\(result)")
        }
    }
}
