import ClawPlatform

/// What a commit tells of a row by NOTIFY: `version kind key`, as the tables have them.
struct StoreNotice {
    let kind: String
    /// As the store's users know it.
    let key: String
    let version: UInt64

    /// nil where it is none, or where the key was too long to be told.
    init?(_ payload: String) {
        let parts = payload.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let version = UInt64(parts[0]) else { return nil }
        let key = String(parts[2])
        guard !RecordText.isShortened(key) else { return nil }
        (kind, self.key, self.version) = (String(parts[1]), RecordText.decode(key), version)
    }
}
