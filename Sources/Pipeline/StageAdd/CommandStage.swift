import Files
import Formats
import SystemPackage

/// A stage for a command that was given on the command line and that no `dvc.yaml` needs to name.
package struct CommandStage: Sendable {
    private var request: StageAdd
    /// Whether a stage of the name is replaced whatever it runs.
    private let force: Bool

    /// The name of the stage, which follows from the command.
    package var name: String { request.name }
    /// The outputs that go to the cache, as they were given.
    package var cachedOutputs: [String] { request.ignoredOutputs }

    /// - Parameters:
    ///   - words: The command and its arguments, as a shell took them apart; a single word is a line for a shell.
    ///   - force: Whether a stage of the name is replaced whatever it runs.
    package init(_ words: [String], force: Bool) {
        request = StageAdd(name: Self.name(ofCommand: StageAdd.literalLine(of: words)))
        request.words = words
        request.isLiteral = true
        request.force = true
        self.force = force
    }

    /// Says what the command reads and writes, as for `stage add`.
    package mutating func declare(
        dependencies: [String], parameters: [String], outputs: [StageAdd.OutputRequest]
    ) {
        request.dependencies = dependencies
        request.parameters = parameters
        request.outputs = outputs
    }

    private var declaresNothing: Bool {
        request.dependencies.isEmpty && request.parameters.isEmpty && request.outputs.isEmpty
    }

    /// The `dvc.yaml` with the stage in it, in place of an earlier one for the same program.
    ///
    /// Where nothing was declared, an earlier one keeps what it reads and writes.
    /// - Parameters: As for ``StageAdd/apply(to:file:templates:)``.
    /// - Throws: ``PipelineError/stageRunsOther(name:file:)`` where a stage of the name is for another program,
    ///   ``PipelineError/stageDeclaresMore(name:file:)`` where it would lose something that it reads or writes, and what
    ///   ``StageAdd/apply(to:file:templates:)`` throws.
    package func apply(
        to bytes: [UInt8]?, file: FilePath, templates: TemplateSource = .none
    ) throws -> [UInt8] {
        let current = try bytes.flatMap { try PipelineFile.parse($0, path: file, templates: templates) }
        let old = current?.stages.first { ($0.group ?? $0.name).isIdentical(to: name) }
        guard let bytes, let old else { return try request.apply(to: bytes, file: file, templates: templates) }
        let isSame =
            old.group == nil && old.wdir == nil && !old.isFrozen
            && old.commandLines.first.map { Self.isSameProgram($0, StageAdd.literalLine(of: request.words)) } ?? false
        guard isSame || force else { throw PipelineError.stageRunsOther(name: name, file: file.string) }
        guard isSame, declaresNothing else {
            let result = try request.apply(to: bytes, file: file, templates: templates)
            let new = try PipelineFile.parse(result, path: file, templates: templates)?.stages.first {
                $0.name.isIdentical(to: name)
            }
            guard force || new.map({ old.connections.isSubset(of: $0.connections) }) ?? false else {
                throw PipelineError.stageDeclaresMore(name: name, file: file.string)
            }
            return result
        }
        let result = try YAMLTextEdit.setEntry(
            in: bytes, file: file.string, path: ["stages", name], key: "cmd", value: request.command)
        _ = try PipelineFile.parse(result, path: file, templates: templates)
        return result
    }

    // MARK: - Naming

    /// Programs that are told by their first argument what to run.
    private static let interpreters: Set<String> = [
        "python", "pypy", "sh", "bash", "dash", "zsh", "ksh", "perl", "ruby", "node", "julia", "Rscript", "lua", "php",
        "env", "nice", "nohup", "time", "exec", "torchrun",
    ]

    /// Whether both lines run the same script or program; `train.py` and `train.sh` are two.
    private static func isSameProgram(_ one: String, _ other: String) -> Bool {
        func last(_ line: String) -> Substring { program(ofCommand: line).text.split(separator: "/").last ?? "" }
        return String(last(one)).isIdentical(to: String(last(other)))
    }

    /// The script that a line of shell runs, or its program, as it stands there.
    private static func program(ofCommand line: String) -> (text: String, isModule: Bool) {
        var words = words(of: line).filter { word in
            // Variables that are set for the command alone.
            let name = word.utf8.prefix { $0 != UInt8(ascii: "=") }
            return name.count == word.utf8.count || word.utf8.contains(UInt8(ascii: "/")) || word.hasPrefix("-")
        }[...]
        var chosen = "command"
        while let word = words.popFirst() {
            if word == "-m", let module = words.first { return (module, true) }
            if word == "-c" { break }
            // The value of an option, as of `nice -n 10`, is no name either.
            if word.hasPrefix("-") || word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { continue }
            chosen = word
            guard interpreters.contains(String(stem(word).prefix { !("0"..."9").contains($0) })) else { break }
        }
        return (chosen, false)
    }

    /// The name of a stage for a line of shell: that of the script, or of the program.
    static func name(ofCommand line: String) -> String {
        let program = program(ofCommand: line)
        let chosen =
            program.isModule ? program.text.split(separator: ".").last.map(String.init) ?? "" : stem(program.text)
        let kept = chosen.utf8.map { byte in
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
            let isDigit = byte >= 0x30 && byte <= 0x39
            return isLetter || isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte >= 0x80
                ? byte : UInt8(ascii: "-")
        }
        let name = String(decoding: kept, as: UTF8.self)
        return name.utf8.allSatisfy { $0 == UInt8(ascii: "-") } ? "command" : name
    }

    /// The last part of a path without its ending.
    private static func stem(_ word: String) -> String {
        let last = word.split(separator: "/").last.map(String.init) ?? word
        guard let dot = last.utf8.lastIndex(of: UInt8(ascii: ".")), dot > last.startIndex,
            !last[last.utf8.index(after: dot)...].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return last }
        return String(last[..<dot])
    }

    /// The words of a line, as far as quotes tell; a name needs no more.
    private static func words(of line: String) -> [String] {
        var words: [[UInt8]] = []
        var word: [UInt8]?
        var quote: UInt8?
        for byte in line.utf8 {
            if let open = quote {
                if byte == open { quote = nil } else { word?.append(byte) }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                word = word ?? []
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == UInt8(ascii: ";") {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? []) + [byte]
            }
        }
        if let word { words.append(word) }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Stage {
    /// What the stage reads and writes: files and folders, and parameters with their files.
    fileprivate var connections: Set<ExactString> {
        var result = Set(outputs.map { ExactString("out " + $0.rooted.string) })
        for dependency in dependencies { result.insert(ExactString("dep " + dependency.rooted.string)) }
        for parameter in parameters {
            if parameter.isWhole { result.insert(ExactString("params " + parameter.rooted.string)) }
            for key in parameter.keys { result.insert(ExactString("params " + parameter.rooted.string + " " + key)) }
        }
        return result
    }
}
