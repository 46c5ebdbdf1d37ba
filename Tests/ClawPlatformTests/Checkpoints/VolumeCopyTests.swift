import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import Testing

@Suite("Volumes kept by copies, where no snapshots are served", .serialized, .timeLimit(.minutes(10)))
struct VolumeCopyTests {
    private static let context = {
        var context = Fixture.context
        context.contentImage = "clawkit.dev/contents"
        return context
    }()

    private static func run(_ body: @escaping @Sendable (ProcessWorld) async throws -> Void) async throws {
        try await withProcessRuntimes(context: context, body)
    }

    /// Files of all kinds; `text` is what tells one state of them from another.
    private static func write(_ text: String, to directory: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: "\(directory)/a b/c", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/a b/c/notes.txt"))
        try Data((0...255).map { UInt8($0) } + Array(repeating: 7, count: 300_000)).write(
            to: URL(filePath: "\(directory)/state.bin"))
        try Data().write(to: URL(filePath: "\(directory)/empty"))
        try? files.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: "a b/c/notes.txt")
    }

    private static func text(in directory: String) throws -> String {
        try String(contentsOfFile: "\(directory)/link", encoding: .utf8)
    }

    @Test("the volume of a runtime that rests is copied, begins another runtime as it was, and goes with its checkpoint")
    func copied() async throws {
        try await Self.run { world in
            try await world.start()
            try await world.reach(.ready)
            let origin = try await world.directory(of: "ada-state")
            try Self.write("as it was", to: origin)
            try await world.want(.stopped)
            try await world.reach(.stopped)
            let kept = try await world.keep("before")
            #expect(kept.status.phase == .stored, "\(String(describing: kept.status.error))")
            #expect(kept.status.method == .volume)
            #expect(kept.status.means == .copy)
            #expect(kept.status.location == "before")
            #expect(kept.status.digest?.hasPrefix("sha256:") == true && kept.status.digest?.count == 71)
            #expect((kept.status.sizeBytes ?? 0) >= 300_000)
            try await world.client.absence(of: Pod.self, "before-copy", in: "demo")
            try Self.write("later", to: origin)

            try await world.start("back") { $0.document["volume"] = ["restoreFrom": "before"] }
            try await world.reach(.ready, "back")
            let restored = try await world.directory(of: "back-state")
            #expect(try Self.text(in: restored) == "as it was")
            #expect(FileManager.default.contentsEqual(atPath: "\(restored)/state.bin", andPath: "\(origin)/state.bin"))
            #expect(FileManager.default.fileExists(atPath: "\(restored)/empty"))
            #expect(try await world.client.get(PersistentVolumeClaim.self, "back-state", in: "demo").annotations[VolumeCopy.fillAnnotation] == nil)
            try await world.client.absence(of: Pod.self, "back-fill", in: "demo")

            // It is ada's data, and nobody else's.
            try await world.start("bobs", user: "bob") { $0.document["volume"] = ["restoreFrom": "before"] }
            try await world.client.object(Runtime.self, "bobs", in: "demo") { $0.status.lastError?.code == "E_VOLUME_TAKEN" }
            #expect(try await world.client.find(PersistentVolumeClaim.self, "bobs-state", in: "demo") == nil)

            let directory = try await world.directory(of: "before")
            try await world.client.delete(Checkpoint.self, "before", in: "demo", propagation: .background)
            try await world.client.absence(of: PersistentVolumeClaim.self, "before", in: "demo")
            try await eventually("its files are gone") { !FileManager.default.fileExists(atPath: directory) }
            #expect(try Self.text(in: restored) == "as it was")
        }
    }

    @Test("files that change while they are copied are not kept half: that is said, and nothing half made stays")
    func busy() async throws {
        try await Self.run { world in
            try await world.start()
            try await world.reach(.ready)
            let diary = try await world.directory(of: "ada-state") + "/diary"
            // A program that writes after its files' digest was taken, before they are copied.
            try world.install("sh", "#!/bin/sh\nPATH=${0%/*}:$PATH exec /bin/sh \"$@\"\n")
            try world.install(
                "tar",
                """
                #!/bin/sh
                [ "$2" = "$COPY_FROM" ] && [ -e "$2/diary" ] && echo more >> "$2/diary"
                PATH=${PATH#*:} exec tar "$@"

                """)
            try Data("begun\n".utf8).write(to: URL(filePath: diary))
            let failed = try await world.keep("torn") { $0.method = .volume }
            #expect(failed.status.phase == .failed)
            #expect(failed.status.error?.message.contains("E_VOLUME_BUSY") == true)
            #expect(failed.status.location == nil)
            #expect(try String(contentsOfFile: diary, encoding: .utf8) == "begun\nmore\nmore\nmore\n", "three tries")
            try await world.client.absence(of: PersistentVolumeClaim.self, "torn", in: "demo")
            try await world.client.absence(of: Pod.self, "torn-copy", in: "demo")
            // The same program with nothing to write: its volume is kept while it runs.
            try FileManager.default.removeItem(atPath: diary)
            let kept = try await world.keep("quiet") { $0.method = .volume }
            #expect(kept.status.phase == .stored, "\(String(describing: kept.status.error))")
        }
    }

    @Test("storage that clones does so, also where snapshots are served for other storage only; a damaged copy begins nothing")
    func cloned() async throws {
        try await Self.run { world in
            try await RuntimeVolumeTests.installSnapshots(world.client)
            try await RuntimeVolumeTests.installSnapshotClass(driver: "other.example.org", world.client)
            try await world.start()
            try await world.reach(.ready)
            _ = try await world.client.mergePatch(
                StorageClass.self, "local", ["metadata": ["annotations": [VolumeCopy.clonesAnnotation: "true"]]])
            try Self.write("as it was", to: try await world.directory(of: "ada-state"))
            try await world.want(.suspended)
            try await world.reach(.suspended)
            let kept = try await world.keep("twin")
            #expect(kept.status.phase == .stored, "\(String(describing: kept.status.error))")
            #expect(kept.status.means == .clone)
            let twin = try await world.directory(of: "twin")
            #expect(try Self.text(in: twin) == "as it was")

            try await world.start("back") { $0.document["volume"] = ["restoreFrom": "twin"] }
            try await world.reach(.ready, "back")
            let claim = try await world.client.get(PersistentVolumeClaim.self, "back-state", in: "demo")
            #expect(claim.spec?.dataSource?.name == "twin")
            #expect(try Self.text(in: try await world.directory(of: "back-state")) == "as it was")

            try Data("not what was kept".utf8).write(to: URL(filePath: "\(twin)/empty"))
            try await world.start("again") { $0.document["volume"] = ["restoreFrom": "twin"] }
            try await world.client.object(Runtime.self, "again", in: "demo") {
                $0.status.lastError?.message.contains("E_CHECKPOINT_DAMAGED") == true
            }
            #expect(try await world.client.find(Pod.self, "again", in: "demo") == nil, "no program gets it")
        }
    }

    @Test("a clone whose claim changes while it is made has all files, and is bound once it has them")
    func changedWhileCloned() async throws {
        try await Self.run { world in
            func claim(_ name: String, from source: String? = nil) -> PersistentVolumeClaim {
                var spec = PersistentVolumeClaimSpec()
                spec.accessModes = ["ReadWriteOnce"]
                spec.resources = VolumeResourceRequirements(requests: ["storage": "1Gi"])
                spec.dataSource = source.map { TypedLocalObjectReference(kind: "PersistentVolumeClaim", name: $0) }
                return PersistentVolumeClaim(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec)
            }
            _ = try await world.client.create(claim("origin"))
            let origin = try await world.directory(of: "origin")
            for number in 0..<400 { try Data("\(number)".utf8).write(to: URL(filePath: "\(origin)/\(number)")) }
            for round in 0..<3 {
                _ = try await world.client.create(claim("clone-\(round)", from: "origin"))
                for change in 0..<5 {
                    _ = try await world.client.mergePatch(
                        PersistentVolumeClaim.self, "clone-\(round)", in: "demo",
                        ["metadata": ["annotations": ["change": .string("\(change)")]]])
                }
                let clone = try await world.directory(of: "clone-\(round)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: clone).count == 400)
            }
        }
    }

    @Test("a program waits for the files that its volume is to begin with")
    func decision() {
        let runtime = Fixture.runtime { $0["volume"] = ["restoreFrom": "before"] }
        var observed = Fixture.observed(runtime)
        observed.volume?.isToBeFilled = true
        #expect(Fixture.next(runtime, observed).actions == [.fillVolume])
        observed.volume?.isToBeFilled = false
        #expect(Fixture.next(runtime, observed).actions == [.startPod])
        observed.volume = nil
        #expect(Fixture.next(runtime, observed).actions == [.ensureVolume])
    }

    @Test("what the pod tells of the files is read from its last words")
    func words() {
        #expect(
            VolumeCopy.outcome(["tar: a warning", "files sha256:abc 4096"]) == .done(digest: "sha256:abc", size: 4096))
        #expect(VolumeCopy.outcome(["files sha256:abc many"]) == nil)
        #expect(VolumeCopy.outcome([]) == nil)
    }
}
