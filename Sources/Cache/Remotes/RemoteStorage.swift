import Diagnostics

/// A place where data is shared: a folder, or what `rclone` can talk to.
///
/// An item has its name there only when all of it is there.
package protocol RemoteStorage: Sendable {
    /// The remote's address, without anything secret.
    var address: String { get }
    /// Whether entries of the run cache can be found there.
    var holdsRunCache: Bool { get }

    /// Which of the items are there, with their sizes in bytes.
    func sizes(of items: [RemoteItem]) throws -> [RemoteItem: Int]

    /// The bytes of small items; what is not there, or could not be read, is left out.
    func contents(of items: [RemoteItem]) throws -> [RemoteItem: [UInt8]]

    /// Copies items from the cache.
    ///
    /// - Parameter meter: Told of bytes and files that were copied.
    /// - Returns: What did not get there.
    /// - Throws: Where the remote as a whole cannot be used.
    func send(_ items: [RemoteItem], from store: ObjectStore, _ meter: ProgressMeter?) throws -> [TransferFailure]

    /// Copies items into the cache.
    ///
    /// - Parameter meter: Told of bytes and files that were copied.
    /// - Returns: What did not get there.
    /// - Throws: Where the remote as a whole cannot be used.
    func receive(
        _ items: [RemoteItem], into store: ObjectStore, _ meter: ProgressMeter?
    ) throws -> [TransferFailure]

    /// Everything that is there, with sizes in bytes.
    ///
    /// - Parameter runCache: The entries of the run cache, or else objects.
    func everything(runCache: Bool) throws -> [RemoteItem: Int]

    /// Removes items; one that is not there is fine.
    func remove(_ items: [RemoteItem]) throws

    /// Removes what transfers that were killed long ago left behind.
    func sweep() throws

    /// Waits until what was sent has reached the remote's disk, where that can be told.
    func sync()
}

/// An item that could not be copied, and why.
package struct TransferFailure: Sendable {
    /// What stayed where it was.
    package let item: RemoteItem
    /// The reason, for this item alone; the others went on.
    package let error: any UserFacingError

    /// Takes an item and the reason.
    package init(_ item: RemoteItem, _ error: any UserFacingError) {
        self.item = item
        self.error = error
    }
}
