import ClawBase
import FoundationEssentials

extension HostFacts {
    /// What the processor can do (`/proc/cpuinfo`): a restored program has chosen its instructions already.
    static let processorFeatures: [String] = {
        let text =
            FileManager.default.contents(atPath: "/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
        return line?.split(separator: ":").last?.split(separator: " ").map(String.init).sorted() ?? []
    }()
}

extension ProcessTable {
    /// The process and everything that descends from it, parents first.
    static func tree(_ root: Int32) -> [Entry] {
        let table = all()
        let children = Dictionary(grouping: table, by: \.parent)
        var found = table.filter { $0.pid == root }
        var index = 0
        while index < found.count {
            found += children[found[index].pid] ?? []
            index += 1
        }
        return found
    }

    /// The numbers of a process' threads, its own among them.
    static func threads(_ pid: Int32) -> [Int32] {
        ((try? FileTree.names(in: "/proc/\(pid)/task")) ?? []).compactMap { Int32($0) }
    }

    /// Which pipes a process has as its input, output and error output: `pipe:[N]` by descriptor.
    static func standardPipes(_ pid: Int32) -> [Int32: String] {
        var pipes: [Int32: String] = [:]
        for descriptor in Int32(0)...2 {
            guard
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(pid)/fd/\(descriptor)"),
                target.hasPrefix("pipe:[")
            else { continue }
            pipes[descriptor] = target
        }
        return pipes
    }

    /// What the kernel calls the pipe behind one of this process' own descriptors.
    static func pipeName(_ descriptor: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }

    /// Whether a process or thread of that number exists.
    static func exists(_ number: Int32) -> Bool { FileManager.default.fileExists(atPath: "/proc/\(number)") }
}
