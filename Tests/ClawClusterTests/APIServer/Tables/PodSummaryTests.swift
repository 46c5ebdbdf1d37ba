@testable import ClawCluster
import ClawBase
import ClawDocuments
import ClawSchemas
import Testing

@Suite("A pod in a word")
struct PodSummaryTests {
    private func summary(_ text: String) throws -> PodSummary {
        let object = try #require(try JSONParser.parse(Array(text.utf8)).object)
        return PodSummary(Field(object))
    }

    @Test(
        "why a container waits or ended goes before the phase",
        arguments: [
            (#"{"phase":"Pending"}"#, "Pending"),
            (#"{"phase":"Failed","reason":"Evicted"}"#, "Evicted"),
            (
                #"{"phase":"Pending","conditions":[{"type":"PodScheduled","reason":"SchedulingGated"}]}"#,
                "SchedulingGated"
            ),
            (
                #"{"phase":"Running","containerStatuses":[{"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}"#,
                "CrashLoopBackOff"
            ),
            (#"{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}"#, "ExitCode:3"),
            (
                #"{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":137,"signal":9}}}]}"#,
                "Signal:9"
            ),
            (
                #"{"phase":"Running","containerStatuses":[{"ready":true,"state":{"running":{}}},"#
                    + #"{"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}"#,
                "Completed"
            ),
            (
                #"{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"ErrImagePull"}}}]}"#,
                "Init:ErrImagePull"
            ),
            (#"{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}]}"#, "Init:0/1"),
        ])
    func words(status: String, word: String) throws {
        let pod = #"{"spec":{"initContainers":[{"name":"i"}],"containers":[{}]},"status":"# + status + "}"
        #expect(try summary(pod).word == (word == "Completed" ? "NotReady" : word))
    }

    @Test("a pod that goes is terminating, unless it has ended already")
    func leaving() throws {
        func word(_ phase: String) throws -> String {
            try summary(#"{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"\#(phase)"}}"#)
                .word
        }
        #expect(try word("Running") == "Terminating")
        #expect(try word("Succeeded") == "Succeeded")
    }

    @Test("sidecars count among the containers; restarts are told with the last one's time")
    func counts() throws {
        let pod = try summary(
            #"""
            {"spec":{"initContainers":[{"name":"side","restartPolicy":"Always"}],"containers":[{"name":"main"}]},
             "status":{"phase":"Running",
              "initContainerStatuses":[{"name":"side","started":true,"ready":true,"restartCount":1,"state":{"running":{}}}],
              "containerStatuses":[{"name":"main","ready":true,"restartCount":2,"state":{"running":{}},
               "lastState":{"terminated":{"finishedAt":"2026-01-01T00:00:00Z"}}}]}}
            """#)
        #expect(pod.ready == 2 && pod.containers == 2)
        #expect(pod.restarts == 3 && pod.lastRestart == "2026-01-01T00:00:00Z")
    }
}
