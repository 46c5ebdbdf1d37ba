import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@testable import ClawCluster

@Suite("Parts of the process node")
struct NodePartsTests {
    @Test(
        "variables are expanded as Kubernetes does",
        arguments: [
            ("$(A)", "1"), ("x$(A)y$(B)", "x1y2"), ("$$(A)", "$(A)"), ("$(NONE)", "$(NONE)"), ("$A", "$A"),
            ("$(A", "$(A"),
            ("$", "$"), ("$$", "$"), ("$$$(A)", "$1"), ("", ""),
        ])
    func expansion(_ text: String, _ expected: String) {
        #expect(VariableExpansion.expand(text) { ["A": "1", "B": "2"][$0] } == expected)
    }

    @Test(
        "texts that begin with a mount path mean the volume's directory",
        arguments: [
            ("/data", "/v/data"), ("/data/x", "/v/data/x"), ("/database", "/database"), ("/data/deep/x", "/v/deep/x"),
            ("see /data", "see /data"), ("--dir=/data/x", "--dir=/v/data/x"), ("-x=/other", "-x=/other"),
            ("A=/data", "A=/data"),
        ])
    func rewriting(_ text: String, _ expected: String) {
        let rewriting = PathRewriting([("/data/", "/v/data"), ("/data/deep", "/v/deep")])
        #expect(rewriting.rewriteArgument(text) == expected)
    }

    @Test("a process is named by its pid and its start time, whatever it is called")
    func processTable() throws {
        let text = "42 (a b) c) (x)) S 1 42 40 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2"
        let entry = try #require(ProcessTable.parse(text))
        #expect(entry == ProcessTable.Entry(pid: 42, parent: 1, session: 40, startTicks: 98765, isZombie: false))
        #expect(ProcessTable.entry(getpid())?.pid == getpid())
        #expect(ProcessTable.parse("nonsense") == nil)
    }

    @Test("only processes that are surely ours are ended: same boot, same start, or our marker")
    func leftOvers() {
        func record(_ pid: Int32, _ start: UInt64, _ boot: String = "now") -> ProcessRecords.Record {
            .init(pid: pid, startTicks: start, bootID: boot, podUID: "u", container: "c", log: "")
        }
        func process(_ pid: Int32, session: Int32, start: UInt64, zombie: Bool = false) -> ProcessTable.Entry {
            .init(pid: pid, session: session, startTicks: start, isZombie: zombie)
        }
        let table = [
            process(10, session: 10, start: 5), process(11, session: 10, start: 6),  // ours, with a child
            process(20, session: 20, start: 9),  // another process with a number that was ours
            process(31, session: 30, start: 3),  // a session without leader
            process(40, session: 40, start: 4), process(50, session: 50, start: 1),
            process(60, session: 60, start: 1, zombie: true),
        ]
        let found = ProcessRecords.leftOvers(
            of: [record(10, 5), record(20, 8), record(30, 2), record(40, 4, "before"), record(60, 1)], bootID: "now",
            table: table, marked: [50])
        #expect(found.map(\.pid) == [10, 11, 50])
    }

    @Test("each port is given to one pod, a wanted one where it is free")
    func ports() throws {
        let ports = PortAllocator()
        let first = try ports.allocate(for: "a", preferring: nil, isRequired: false)
        #expect(try ports.allocate(for: "b", preferring: first, isRequired: false) != first)
        #expect(throws: Finding.self) { try ports.allocate(for: "b", preferring: first, isRequired: true) }
        #expect(try ports.allocate(for: "a", preferring: first, isRequired: true) == first)
        ports.releaseAll(of: "a")
        #expect(try ports.allocate(for: "b", preferring: first, isRequired: true) == first)
    }

    @Test("a port of a pod is found by name and by number, on process nodes and elsewhere")
    func endpoints() {
        var pod = PodMachineFixture.pod()
        pod.spec?.containers[0].ports = [
            ContainerPort(containerPort: 80, name: "web"), ContainerPort(containerPort: 9),
        ]
        #expect(pod.endpoint(port: 80) == nil)
        pod.status = PodStatus(podIP: "10.0.0.7")
        #expect(pod.endpoint(port: 80) == PodEndpoint(host: "10.0.0.7", port: 80))
        pod.annotations[PodEndpoint.portAnnotation] = #"{"web": 4711, "9": 4712}"#
        #expect(pod.endpoint(port: 80) == PodEndpoint(host: "10.0.0.7", port: 4711))
        #expect(pod.endpoint(port: "web")?.port == 4711)
        #expect(pod.endpoint(port: 9)?.port == 4712)
        #expect(pod.endpoint(port: 12)?.port == 12)
        #expect(pod.endpoint(port: "none") == nil)
        pod.annotations[PodEndpoint.portAnnotation] = "damaged"
        #expect(pod.endpoint(port: "web")?.port == 80)
    }

    @Test("a status is merged over what others wrote, and leaves their conditions alone")
    func statusMerge() {
        let old = PodStatus(
            conditions: [
                PodCondition(type: "Ready", status: "False"), PodCondition(type: "example.org/gate", status: "True"),
            ],
            message: "old", phase: "Pending", qosClass: "Burstable", reason: "Old")
        let merged = PodWriter.merge(
            PodStatus(conditions: [PodCondition(type: "Ready", status: "True")], phase: "Running"), into: old)
        #expect(merged.phase == "Running")
        #expect(merged.qosClass == "Burstable")
        #expect(merged.message == nil)
        #expect(merged.conditions.map { "\($0.type)=\($0.status)" } == ["Ready=True", "example.org/gate=True"])
    }

    @Test("a volume's directory is removed only where it really is below the volumes' folder")
    func volumeRemoval() throws {
        let root = NodeFixture.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let files = FileManager.default
        for name in ["volumes/demo/data-1", "precious"] {
            try files.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(atPath: "\(root)/volumes/link", withDestinationPath: "\(root)/precious")
        let provisioner = LocalVolumeProvisioner(
            api: KubernetesClient(ScriptedTransport { _ in .text("") }), node: "local",
            volumesDirectory: "\(root)/volumes")
        for path in ["\(root)/volumes", "\(root)/precious", "\(root)/volumes/link", "\(root)/volumes/../precious"] {
            #expect(throws: Finding.self) { try provisioner.removeDirectory(path) }
        }
        #expect(files.fileExists(atPath: "\(root)/precious"))
        try provisioner.removeDirectory("\(root)/volumes/demo/data-1")
        #expect(!files.fileExists(atPath: "\(root)/volumes/demo"))
    }
}
