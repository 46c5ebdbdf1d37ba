import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("Field selectors")
struct FieldQueryTests {
    private let pod: JSONObject = [
        "metadata": ["name": "web", "namespace": "demo"],
        "spec": ["nodeName": "n=1,x", "hostNetwork": true, "priority": 7],
        "status": ["phase": "Running"],
    ]

    @Test(
        "equality and inequality of fields, as text",
        arguments: [
            ("metadata.name=web", true), ("metadata.name==web", true), ("metadata.name!=web", false),
            ("metadata.name=web,status.phase!=Running", false), ("metadata.name=web,status.phase=Running", true),
            ("spec.hostNetwork=true", true), ("spec.priority=7", true), ("spec.nodeName=n\\=1\\,x", true),
            ("spec.none=", true), ("spec.none!=", false), ("spec.none=x", false), ("", true),
            (",metadata.name=web,", true),
            ("metadata=x", false), ("metadata.name=WEB", false),
        ])
    func matches(text: String, isMatch: Bool) throws {
        #expect(try FieldQuery(parsing: text).matches(pod) == isMatch)
    }

    @Test(
        "the first sign counts, and signs in values are escaped",
        arguments: ["metadata.name", "=web", "!=web", "a=b=c", "a=b!=c", "a!b", "a=\\x", "a=b\\", "a"])
    func refused(text: String) {
        #expect { try FieldQuery(parsing: text) } throws: { ($0 as? Finding)?.code == .badRequest }
    }
}
