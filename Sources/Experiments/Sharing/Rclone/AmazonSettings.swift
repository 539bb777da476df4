import Files
import Pipeline
import SystemPackage

/// What the user's own settings for Amazon's services say.
enum AmazonSettings {
    /// The region, which rclone does not read from the file by itself; `nil` where none is set.
    static func region(profile: String?, _ environment: [String: String]) -> String? {
        if let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] { return region }
        let path = environment["AWS_CONFIG_FILE"] ?? environment["HOME"].map { $0 + "/.aws/config" }
        guard let path, let bytes = try? FileIO.read(FilePath(path)),
            let file = try? ConfigFile(parsing: bytes, file: path)
        else { return nil }
        let name = (profile ?? environment["AWS_PROFILE"] ?? "default").lowercased()
        let sections = name == "default" ? ["default", "profile default"] : ["profile " + name]
        return file.settings.last { sections.contains($0.section) && $0.key == "region" }?.value
    }
}

/// Bytes in 64 printable characters (RFC 4648).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for place in 0..<4 {
                result.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
