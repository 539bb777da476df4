import Cache
import Pipeline

/// An address of the form `scheme://user@host:port/path`.
struct RemoteAddress {
    let scheme: String
    let user: String?
    /// Who puts it there shows it to everybody, but DVC takes it.
    let password: String?
    /// A host, a bucket, or a container.
    let host: String
    let port: Int?
    /// Without slashes at both ends.
    let path: String

    /// - Throws: ``RemoteError/badAddress(_:_:problem:)``.
    init(_ settings: RemoteSettings) throws(RemoteError) {
        let scheme = settings.scheme ?? ""
        let example = Self.examples[scheme] ?? "\(scheme)://host/path"
        func refuse(_ problem: String) -> RemoteError { .badAddress(settings.name, example, problem: problem) }
        let text = settings.url.dropFirst(scheme.utf8.count + 3)
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw refuse("it has control characters") }
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        var authority = text[..<slash]
        var user: Substring?
        var password: Substring?
        if let sign = authority.lastIndex(of: "@") {
            user = authority[..<sign]
            authority = authority[authority.index(after: sign)...]
            if let colon = user?.firstIndex(of: ":") {
                password = user.map { $0[$0.index(after: colon)...] }
                user = user?[..<colon]
            }
        }
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), authority.last != "]" {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
                throw refuse("'\(authority[authority.index(after: colon)...])' is no port")
            }
            port = number
            authority = authority[..<colon]
        }
        guard !authority.isEmpty else { throw refuse("it names no \(Self.wholes[scheme] ?? "host")") }
        guard !authority.hasPrefix("-") else { throw refuse("'\(authority)' cannot be a name") }
        self.scheme = scheme
        self.user = user.map(String.init)
        self.password = password.map(String.init)
        self.port = port
        host = String(authority)
        path = text[slash...].split(separator: "/").joined(separator: "/")
    }

    private static let wholes = ["s3": "bucket", "gs": "bucket", "oss": "bucket", "azure": "container"]
    private static let examples = [
        "s3": "s3://bucket/path", "gs": "gs://bucket/path", "oss": "oss://bucket/path",
        "azure": "azure://container/path",
    ]

    /// Bucket and path, or container and path.
    var bucketPath: String { host + (path.isEmpty ? "" : "/" + path) }

    /// The address for people: without a password.
    var shown: String {
        scheme + "://" + (user.map { $0 + "@" } ?? "") + host + (port.map { ":\($0)" } ?? "")
            + (path.isEmpty ? "" : "/" + path)
    }

    /// The same place for a client of the web.
    ///
    /// - Parameter scheme: `http` or `https`.
    func web(_ scheme: String) -> String { site(scheme) + path }

    /// The top of the server, with a slash at the end.
    func site(_ scheme: String) -> String { scheme + "://" + host + (port.map { ":\($0)" } ?? "") + "/" }
}
