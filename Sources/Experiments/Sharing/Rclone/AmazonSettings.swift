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
