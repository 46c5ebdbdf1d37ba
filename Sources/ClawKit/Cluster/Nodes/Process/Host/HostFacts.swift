import ClawBase
import ClawModels
import FoundationEssentials
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the node tells of its machine.
enum HostFacts {
    static var nodeInfo: NodeSystemInfo {
        let kernel = kernel
        return NodeSystemInfo(
            architecture: Machine.architecture, bootID: ProcessTable.bootID(), containerRuntimeVersion: "process://1",
            kernelVersion: kernel, kubeProxyVersion: "", kubeletVersion: "v1.36.2+clawkit",
            machineID: text("/etc/machine-id"), operatingSystem: Machine.operatingSystem,
            osImage: release("PRETTY_NAME") ?? Machine.operatingSystem, systemUUID: "")
    }

    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// In bytes.
    static var memory: Int { max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE))) }

    /// `uname -r`.
    static var kernel: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        return withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// A value of `/etc/os-release` (os-release(5)).
    private static func release(_ name: String) -> String? {
        for line in text("/etc/os-release").split(separator: "\n") where line.hasPrefix(name + "=") {
            return line.dropFirst(name.count + 1).filter { $0 != "\"" }
        }
        return nil
    }

    private static func text(_ path: String) -> String {
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
    }
}
