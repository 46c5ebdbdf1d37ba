import ClawBase
import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import Foundation
import Testing

@Suite("Swift source from a definition")
struct GenerationTests {
    /// The samples, with the kinds that were generated from them and are compiled here.
    static let samples: [(file: String, kind: any CustomResource.Type)] = [
        ("rollout.yaml", Rollout.self), ("certificate.yaml", Certificate.self),
        ("hostile.json", ClassEvilNever.self),
    ]

    static func definition(_ file: String) throws -> CustomResourceDefinition {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        return CustomResourceDefinition(document: try #require(try Manifest.parse(text, source: file).first?.object))
    }

    @Test("is what stands here, and compiles", arguments: samples.map(\.file) + ["sail.yaml"])
    func committed(file: String) throws {
        let versions: SwiftSource.Versions = file == "sail.yaml" ? .all : .stored
        let made = try SwiftSource.generate(from: Self.definition(file), versions: versions, isPublic: false)
        let name = "\(file.prefix { $0 != "." }).swift"
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Generated")
        #expect(try String(contentsOf: folder.appending(path: name), encoding: .utf8) == made)
    }

    @Test("gives the definition back", arguments: ["rollout.yaml", "certificate.yaml"])
    func roundTrip(file: String) throws {
        let kind = try #require(Self.samples.first { $0.file == file }?.kind)
        let (old, new) = (try Self.definition(file), kind.definition)
        #expect(DefinitionComparison.findings(from: old, to: new) == [])
        #expect(DefinitionComparison.findings(from: new, to: old) == [])
        try kind.checkDefinition()
        for part in ["selectableFields", "additionalPrinterColumns", "subresources", "deprecationWarning"] {
            let path = ["spec", "versions", "0", part]
            #expect(JSON.object(old.document).value(at: path) == JSON.object(new.document).value(at: path))
        }
    }

    @Test("keeps hostile names and texts where they belong: in literals")
    func hostile() throws {
        let definition = try Self.definition("hostile.json")
        let spec = definition.document[.spec]
        #expect(ClassEvilNever.type.kind == spec?["names"]?["kind"]?.string)
        #expect(ClassEvilNever.type.group == spec?["group"]?.string)
        let wanted = try #require(
            spec?.value(at: ["versions", "0", "schema", "openAPIV3Schema", "properties", "spec", "properties"])?.object)
        let found = ClassEvilNever.definition.document[.spec]?.value(
            at: ["versions", "0", "schema", "openAPIV3Schema", "properties", "spec", "properties"])?.object
        #expect(Set(wanted.names) == Set(found?.names ?? []))
        let source = try SwiftSource.generate(from: definition)
        #expect(source.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!source.unicodeScalars.contains { $0.properties.generalCategory == .format })
    }

    @Test("has an end: what is too large is refused")
    func limits() throws {
        var properties = JSONObject()
        for number in 0..<2_100 {
            properties[FieldKey("f\(number)")] = ["type": "object", "properties": ["x": ["type": "string"]]]
        }
        let definition = CustomResourceDefinition(document: [
            "metadata": ["name": "bigs.example.dev"],
            "spec": [
                "group": "example.dev", "names": ["kind": "Big", "plural": "bigs"],
                "versions": [
                    [
                        "name": "v1", "storage": true,
                        "schema": ["openAPIV3Schema": ["type": "object", "properties": .object(properties)]],
                    ]
                ],
            ],
        ])
        #expect(throws: Finding.self) { try SwiftSource.generate(from: definition) }
        #expect(throws: Finding.self) { try SwiftSource.generate(from: definition, versions: .only("v9")) }
        #expect(throws: Finding.self) { try SwiftSource.generate(from: CustomResourceDefinition(document: [:])) }
    }
}
