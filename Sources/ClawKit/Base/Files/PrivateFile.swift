/// Files that only their owner may read: keys, tokens, kubeconfigs.
public enum PrivateFile {
    /// Writes the file with mode 0600 as a whole or not at all: beside its path, to the disk, then renamed.
    /// - Throws: ``Finding`` (`E_STORAGE`) with the mend.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let unfinished = path + ".new"
        try asFindings {
            // A left-over could have other rights.
            try FileTree.remove(unfinished)
            let file = try SystemFile.open(unfinished, .create)
            try bytes.withUnsafeBytes { try file.write($0, at: 0) }
            try file.sync()
            try FileTree.rename(unfinished, to: path)
            let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
            try FileTree.syncDirectory(parent.isEmpty ? "/" : String(parent))
        }
    }
}
