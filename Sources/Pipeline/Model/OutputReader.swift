import Files
import Formats
import SystemPackage

/// Reads the outputs of one stage.
struct OutputReader {
    let reader: NodeReader
    /// The stage for messages.
    let stage: String
    let folder: FilePath
    let root: FilePath?

    private static let flags = [
        "cache", "persist", "checkpoint", "remote", "push", "desc", "type", "labels", "meta",
    ]

    /// The elements of a list of outputs; a path that is there twice gets the flags of both.
    ///
    /// - Throws: `FormatError` with the place of the first fault.
    func read(_ node: YAMLNode, _ kind: Output.Kind, _ part: String) throws(FormatError) -> [Output] {
        var outputs: [Output] = []
        var paths = ExactStringSet()
        for element in try reader.list(node, part) {
            var named: [(path: String, node: YAMLNode, flags: YAMLNode?)] = []
            if case .mapping = element.content {
                for entry in try reader.entries(of: element, part) {
                    named.append((entry.key, entry.keyNode, entry.value))
                }
            } else {
                named.append((try reader.string(element, part), element, nil))
            }
            for (written, node, flags) in named {
                let fresh = try output(written, kind, at: node)
                let place = paths.place(of: fresh.path)
                if place == outputs.count { outputs.append(fresh) }
                if let flags, !reader.isNull(flags) { try apply(flags, to: &outputs[place]) }
            }
        }
        for output in outputs where output.isCached && !output.isInsideProject {
            throw FormatError(
                file: reader.file, position: output.position,
                problem: "output '\(output.path)' is outside the project; only one with 'cache: false' may be",
                text: reader.bytes)
        }
        return outputs
    }

    /// The `live` section: a path, or one path with its flags.
    func readLive(_ node: YAMLNode, _ part: String) throws(FormatError) -> (Live, Output) {
        guard case .mapping = node.content else {
            let path = try reader.path(node, part)
            let output = try output(path, .live, at: node)
            return (Live(path: output.path, summary: true, html: true), output)
        }
        let entries = try reader.entries(of: node, part)
        guard entries.count == 1 else { throw reader.error(at: node, "expected one path in \(part)") }
        var live = Live(path: entries[0].key, summary: true, html: true)
        var output = try output(live.path, .live, at: entries[0].keyNode)
        live.path = output.path
        let what = "'\(live.path)' in \(part)"
        if !reader.isNull(entries[0].value) {
            for entry in try reader.entries(of: entries[0].value, what) {
                switch entry.key {
                case "summary": live.summary = try reader.bool(entry.value, "'summary' of \(what)")
                case "html": live.html = try reader.bool(entry.value, "'html' of \(what)")
                case "cache": output.isCached = try reader.bool(entry.value, "'cache' of \(what)")
                default:
                    guard try PlotReader(reader).read(entry, of: what, into: &output.plot) else {
                        throw reader.unknownKey(
                            entry, of: what, expected: ["summary", "html", "cache"] + PlotReader.keys)
                    }
                }
            }
        }
        return (live, output)
    }

    private func output(_ written: String, _ kind: Output.Kind, at node: YAMLNode) throws(FormatError) -> Output {
        let what = "an output of \(stage)"
        if written.isEmpty { throw reader.error(at: node, "expected a path for \(what)") }
        if let scheme = Self.scheme(of: written) {
            throw reader.error(at: node, "'\(scheme)://' is no path: an output is a file or a folder")
        }
        let path = ProjectPath.verbatim(written, in: folder, root: root)
        let rooted = ProjectPath.rooted(path, in: folder, root: root)
        if let reason = ForbiddenOutput.reason(rooted) {
            throw reader.error(at: node, "'\(written)' cannot be \(what): \(reason)")
        }
        return Output(
            path: path, rooted: rooted, kind: kind, isCached: true, isPersistent: false, isCheckpoint: false,
            remote: nil,
            isPushed: true, description: nil, type: nil, labels: [], meta: nil, plot: PlotProperties(),
            position: node.start)
    }

    private func apply(_ node: YAMLNode, to output: inout Output) throws(FormatError) {
        let what = "'\(output.path)' in \(stage)"
        for entry in try reader.entries(of: node, what) {
            let part = "'\(entry.key)' of \(what)"
            switch entry.key {
            case "cache": output.isCached = try reader.bool(entry.value, part)
            case "persist": output.isPersistent = try reader.bool(entry.value, part)
            case "checkpoint": output.isCheckpoint = try reader.bool(entry.value, part)
            case "push": output.isPushed = try reader.bool(entry.value, part)
            case "remote": output.remote = try reader.text(entry.value, part)
            case "desc": output.description = try reader.text(entry.value, part)
            case "type": output.type = try reader.text(entry.value, part)
            case "labels": output.labels = try reader.texts(entry.value, part)
            case "meta": output.meta = try reader.value(entry.value, part)
            default:
                if output.kind == .plot, try PlotReader(reader).read(entry, of: what, into: &output.plot) { continue }
                let plotKeys = output.kind == .plot ? PlotReader.keys : []
                throw reader.unknownKey(entry, of: what, expected: Self.flags + plotKeys)
            }
        }
    }

    /// The scheme of an address such as `s3://bucket/x`; `nil` for a path.
    static func scheme(of text: String) -> Substring? {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[colon...].utf8.starts(with: "://".utf8),
            colon != text.startIndex, text[..<colon].utf8.allSatisfy(isPartOfScheme)
        else { return nil }
        return text[..<colon]
    }

    private static func isPartOfScheme(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "+")
    }
}

/// Outputs are deleted before a run, so some paths must never be one.
package enum ForbiddenOutput {
    /// Why a path, seen from the project root, cannot be an output; `nil` where it can.
    package static func reason(_ rooted: FilePath) -> String? {
        let components = rooted.components
        if components.allSatisfy({ $0 == ".." || $0 == "." }) { return "the project is inside it" }
        for component in components {
            switch component.string.lowercased() {
            case ".git", ".hg": return "'\(component.string)' belongs to version control"
            case ".dvc": return "'\(component.string)' belongs to the project itself"
            default: break
            }
        }
        guard let name = components.last?.string else { return nil }
        if name == "dvc.yaml" || name == "dvc.lock" { return "a pipeline file is not an output" }
        if name.hasSuffix(".dvc") { return "names with '.dvc' at the end are for data that is tracked by itself" }
        return nil
    }
}
