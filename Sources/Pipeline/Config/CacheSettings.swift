import Cache
import SystemPackage

extension ProjectConfig {
    /// How the cache of a project is kept.
    package struct CacheSettings: Sendable {
        /// The absolute path of the cache folder.
        package let directory: FilePath
        /// How files get into the workspace, the first that works.
        package let linkTypes: [LinkType]
        /// Whether the group of the cache's owner may write there too.
        package let isShared: Bool

        /// The cache itself.
        package var store: ObjectStore {
            ObjectStore(directory: directory, linkTypes: linkTypes, isShared: isShared)
        }
    }

    /// The cache of the project with this root.
    ///
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)`` for a link type that does not exist.
    package func cache(root: FilePath) throws(PipelineError) -> CacheSettings {
        var types: [LinkType] = []
        for name in list("cache.type") ?? ["reflink", "copy"] {
            switch name {
            case "reflink": types.append(.reflink)
            case "hardlink": types.append(.hardlink)
            case "symlink": types.append(.symlink)
            case "copy": types.append(.copy)
            default:
                throw .badSetting(
                    name: "cache.type", value: name, expected: "some of reflink, hardlink, symlink and copy")
            }
        }
        if let shared = self["cache.shared"], shared != "group" {
            throw .badSetting(name: "cache.shared", value: shared, expected: "'group'")
        }
        return CacheSettings(
            directory: path("cache.dir") ?? root.appending(".dvc").appending("cache"), linkTypes: types,
            isShared: self["cache.shared"] != nil)
    }
}
