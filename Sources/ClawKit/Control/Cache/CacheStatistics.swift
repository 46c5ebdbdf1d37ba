/// What a cache holds. Bytes are those of the objects' own form in memory, which is smaller than their JSON text.
public struct CacheStatistics: Sendable, Hashable {
    public var objects = 0
    public var bytesInMemory = 0
    /// In a file, because memory was short.
    public var bytesOnDisk = 0
}
