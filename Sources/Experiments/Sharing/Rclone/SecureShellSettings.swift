import Cache
import Files
import Processes
import SystemPackage

/// What the user's own settings of `ssh` say about a host.
struct SecureShellSettings {
    /// Its real name.
    private(set) var host: String
    private(set) var user: String?
    private(set) var port: String?
    /// The first key that is there.
    private(set) var identity: String?
    /// The file of hosts that are known.
    private(set) var knownHosts: String?

    /// Asks `ssh` for them; without it only the places of files are known.
    ///
    /// - Throws: ``RemoteError/unsupported(_:_:hint:)`` for a host that is reached through another one.
    init(host: String, environment: [String: String], remote: String) throws {
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let home = environment["HOME"] ?? "/"
        let call = ProcessCall(executable: "ssh", arguments: ["-G", "--", self.host], environment: environment)
        var identities: [String] = []
        var files: [String] = []
        if let result = try? call.capture(), result.exit.isSuccess {
            for line in result.output.split(separator: UInt8(ascii: "\n")) {
                let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1).map(String.init)
                guard words.count == 2 else { continue }
                switch words[0] {
                case "hostname": self.host = words[1]
                case "user": user = words[1]
                case "port": port = words[1]
                case "identityfile": identities.append(words[1])
                case "userknownhostsfile": files += words[1].split(separator: " ").map(String.init)
                case "proxyjump", "proxycommand":
                    if words[1] == "none" { continue }
                    throw RemoteError.unsupported(
                        remote, "'\(host)' is reached through another host ('\(words[0])')",
                        hint: "mount it with 'sshfs', and use the folder as a remote")
                default: break
                }
            }
        }
        if identities.isEmpty { identities = ["id_ed25519", "id_ecdsa", "id_rsa"].map { "~/.ssh/" + $0 } }
        if files.isEmpty { files = ["~/.ssh/known_hosts"] }
        // `ssh` itself takes the home of the account for that of its user, whatever `HOME` says.
        func expanded(_ path: String) -> String {
            let parts = path.split(separator: "/")
            let isUsual =
                parts.dropLast().last == ".ssh"
                && (parts.last?.hasPrefix("known_hosts") ?? false || parts.last?.hasPrefix("id_") ?? false)
            return isUsual ? home + "/.ssh/" + (parts.last ?? "") : path
        }
        func isThere(_ path: String) -> Bool {
            (try? FileStatus.of(FilePath(path), followingLinks: true)) ?? nil != nil
        }
        identity = identities.map(expanded).first(where: isThere)
        let places = files.map(expanded)
        knownHosts = places.first(where: isThere) ?? places.first
    }
}
