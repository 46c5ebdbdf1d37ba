import ClawDocuments
import Testing

@Suite("field names")
struct FieldKeyTests {
    @Test("a generated key, a literal and a text of the same name are the same key")
    func same() {
        let object: JSONObject = ["containers": 1, "x-my-own": 2]
        #expect(object[.containers] == 1)
        #expect(object["containers"] == 1)
        #expect(object[FieldKey("contain" + "ers")] == 1)
        #expect(object[FieldKey("x-my" + "-own")] == 2)
        #expect(FieldKey.containers == "containers")
    }

    @Test("generated numbers follow the list")
    func numbers() {
        let names = FieldKey.knownNames.description.split(separator: "\n").map(String.init)
        #expect(names == names.sorted())
        #expect(Set(names).count == names.count)
        for key in [
            FieldKey.apiVersion, .metadata, .workingDir, .default, .protocol, .activeDeadlineSeconds, .name,
            .description,
        ] {
            var object = JSONObject()
            object[key] = 1
            #expect(object.names == [key.name])
            #expect(object[FieldKey(String(key.name))] == 1)
        }
    }
}
