import ClawDocuments
import Testing

@Suite("Managed fields of documents")
struct ManagedFieldsTests {
    @Test("a document is written on one line, however its managed fields came", arguments: [JSONParser.ManagedFields.lazy, .parsed])
    func oneLine(_ managedFields: JSONParser.ManagedFields) throws {
        let text = "{\"metadata\": {\n \"managedFields\": [\n  {\"manager\": \"a\",\r\n \"fieldsV1\": {}}\n ]}}"
        let json = try JSONParser.parse(Array(text.utf8), managedFields: managedFields)
        let written = String(decoding: json.bytes(), as: UTF8.self)
        #expect(written == #"{"metadata":{"managedFields":[{"manager":"a","fieldsV1":{}}]}}"#)
    }

    @Test("a text that ends in the midst of an escape is a mistake inside the text")
    func endInEscape() {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(#""\"#.utf8)) }
        #expect((error?.offset ?? .max) <= 2)
    }
}
