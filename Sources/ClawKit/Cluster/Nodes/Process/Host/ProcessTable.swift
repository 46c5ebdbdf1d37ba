import ClawBase
import FoundationEssentials
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the kernel says of processes (`/proc`, proc(5)).
enum ProcessTable {
    struct Entry: Sendable, Hashable {
        var pid: Int32
        var parent: Int32 = 0
        var session: Int32
        /// Clock ticks since boot (field 22 of `stat`).
        var startTicks: UInt64
        var isZombie: Bool
    }

    static func entry(_ pid: Int32) -> Entry? {
        guard let bytes = read("/proc/\(pid)/stat") else { return nil }
        return parse(String(decoding: bytes, as: UTF8.self))
    }

    /// The name in parentheses may hold anything, so fields are counted from behind the last one.
    static func parse(_ stat: String) -> Entry? {
        guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"),
            let pid = Int32(stat[..<open].filter { $0 != " " })
        else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        // fields[0] is field 3, the state.
        guard fields.count > 19, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let start = UInt64(fields[19])
        else { return nil }
        return Entry(
            pid: pid, parent: parent, session: session, startTicks: start,
            isZombie: fields[0] == "Z" || fields[0] == "X")
    }

    static func all() -> [Entry] {
        let names = (try? FileTree.names(in: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap(entry)
    }

    /// A variable of the environment a process was started with; nil where it is not set or not ours to read.
    static func variable(_ name: String, of pid: Int32) -> String? {
        guard let bytes = read("/proc/\(pid)/environ") else { return nil }
        let prefix = Array("\(name)=".utf8)
        for pair in bytes.split(separator: 0) where pair.starts(with: prefix) {
            return String(decoding: pair.dropFirst(prefix.count), as: UTF8.self)
        }
        return nil
    }

    /// Changes with every boot: start times of different boots must not be compared.
    static func bootID() -> String {
        (read("/proc/sys/kernel/random/boot_id") ?? []).filter { $0 > 32 }.reduce(into: "") {
            $0.unicodeScalars.append(Unicode.Scalar($1))
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map(Array.init)
    }
}
