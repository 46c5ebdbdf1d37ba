import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("The end of a runtime, and the next of its name")
struct RuntimeDeletionTests {
    private func delete(_ world: RuntimeWorld) async throws {
        try await world.client.delete(Runtime.self, "ada", in: "demo")
        try await eventually("runtime, pod, secret and grant are gone") {
            let isThere = [
                try await world.client.find(Runtime.self, "ada", in: "demo") != nil, try await world.pod() != nil,
                try await world.secret() != nil, try await world.grant() != nil,
            ]
            return !isThere.contains(true)
        }
    }

    @Test("deletion takes pod, secret and grant, and keeps the volume; the same user gets it back")
    func retain() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            let claim = try #require(try await world.claim()?.uid)
            try await delete(world)
            #expect(try await world.claim()?.uid == claim)
            try await world.start()
            try await world.reach(.ready)
            #expect(try await world.claim()?.uid == claim)
            #expect(try await world.keysAgree())
        }
    }

    @Test("wiped volumes go with their runtime")
    func wipe() async throws {
        try await withRuntimes { world in
            try await world.start { $0["volume"] = ["retention": "Wipe"] }
            try await world.reach(.ready)
            try await delete(world)
            try await eventually("the volume is gone") { try await world.claim() == nil }
        }
    }

    @Test("the retention may change its mind as long as the runtime is there", arguments: ["Retain", "Wipe"])
    func change(to retention: String) async throws {
        try await withRuntimes { world in
            try await world.start { $0["volume"] = ["retention": retention == "Wipe" ? "Retain" : "Wipe"] }
            try await world.reach(.ready)
            try await world.edit(["spec": ["volume": ["retention": .string(retention), "size": "500Mi"]]])
            try await world.reach(.ready)
            let claim = try #require(try await world.claim())
            #expect(claim.spec?.resources?.requests["storage"] == "1Gi", "volumes do not shrink")
            try await delete(world)
            if retention == "Wipe" {
                try await eventually("the volume is gone") { try await world.claim() == nil }
            } else {
                #expect(try await world.claim()?.uid == claim.uid)
            }
        }
    }

    @Test("what is said of the volume last counts, also where nobody had the time to heed it", arguments: [true, false])
    func lastWord(isStopped: Bool) async throws {
        try await withRuntimes(orchestrates: false) { world in
            try await world.orchestrating {
                try await world.start { $0["volume"] = ["retention": "Wipe"] }
                try await world.reach(.ready)
                if isStopped {
                    try await world.want(.stopped)
                    try await world.reach(.stopped)
                }
            }
            try await world.edit(["spec": ["volume": ["retention": "Retain"]]])
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            let claim = try #require(try await world.claim()?.uid)
            try await world.orchestrating {
                try await eventually("the runtime is gone") {
                    try await world.client.find(Runtime.self, "ada", in: "demo") == nil
                }
                // Who comes next finds it as it was.
                try await world.start()
                try await world.reach(.ready)
            }
            #expect(try await world.claim()?.uid == claim)
        }
    }

    @Test("a kept volume is not given to another user")
    func otherUser() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            try await delete(world)
            try await world.start { $0["user"] = "bob" }
            let refused = try await world.reach(.refused)
            #expect(refused.status.lastError?.code == "E_VOLUME_TAKEN")
            #expect(try await world.pod() == nil)
            // Once it is out of the way, he gets one of his own.
            try await world.client.delete(PersistentVolumeClaim.self, "ada-state", in: "demo")
            try await world.reach(.ready)
            #expect(try await world.claim()?.labels["clawkit.dev/user"] == "bob")
        }
    }

    @Test("a pod of somebody else is left alone; when it goes, the runtime comes up")
    func foreignPod() async throws {
        try await withRuntimes { world in
            let metadata = ObjectMeta(name: "ada", namespace: "demo")
            let theirs = try await world.client.create(
                Pod(metadata: metadata, spec: PodSpec(containers: [Container(name: "c", image: "theirs")])))
            try await world.start()
            let refused = try await world.reach(.refused)
            #expect(refused.status.lastError?.code == "E_NAME_TAKEN")
            #expect(try await world.pod()?.uid == theirs.uid)
            try await world.want(.stopped)
            try await world.reach(.stopped)
            #expect(try await world.pod()?.isBeingDeleted == false)
            try await world.want(.running)
            try await world.client.delete(Pod.self, "ada", in: "demo")
            try await world.reach(.ready)
            #expect(try await world.pod()?.uid != theirs.uid)
        }
    }

    @Test("a runtime made again while the earlier one's pod still ends waits for it")
    func predecessor() async throws {
        try await withRuntimes { world in
            try await world.start { $0["volume"] = ["retention": "Wipe"] }
            try await world.reach(.ready)
            let first = try #require(try await world.pod())
            world.node.behave(.silent)
            try await world.client.delete(Runtime.self, "ada", in: "demo")
            try await eventually("the runtime is gone") { try await world.client.find(Runtime.self, "ada", in: "demo") == nil }
            try await world.start()
            try await world.reach(.creating)
            #expect(try await world.pod()?.uid == first.uid)
            world.node.behave(.ready)
            try await world.reach(.ready)
            #expect(try await world.pod()?.uid != first.uid)
            try await eventually("the keys agree") { try await world.keysAgree() }
        }
    }
}
