import ClawBase
import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import Testing

/// What the generated source leaves to be written.
extension Sail {
    static let otherVersions: [OtherVersion<Sail>] = [
        OtherVersion(SailV1alpha1.self, isServed: false) { (old: SailV1alpha1) throws -> Sail in
            let sides = old.spec.size.split(separator: "x").compactMap { Int($0) }
            return Sail(
                metadata: old.metadata,
                spec: SailSpec(area: SailSpecArea(height: sides.last ?? 0, width: sides.first ?? 0)))
        } back: { (new: Sail) throws -> SailV1alpha1 in
            SailV1alpha1(
                metadata: new.metadata, spec: SailV1alpha1Spec(size: "\(new.spec.area.width)x\(new.spec.area.height)"))
        },
        OtherVersion(SailV2beta1.self) { (old: SailV2beta1) throws -> Sail in
            let area = SailSpecArea(height: old.spec.area.high, width: old.spec.area.wide)
            return Sail(metadata: old.metadata, spec: SailSpec(area: area))
        } back: { (new: Sail) throws -> SailV2beta1 in
            let area = SailV2beta1SpecArea(high: new.spec.area.height, wide: new.spec.area.width)
            return SailV2beta1(metadata: new.metadata, spec: SailV2beta1Spec(area: area))
        },
    ]
}

@Suite("Swift source from a definition of several versions")
struct VersionsTests {
    @Test("has a type for each; with conversions they give the definition back")
    func roundTrip() throws {
        let old = try GenerationTests.definition("sail.yaml")
        #expect(DefinitionComparison.findings(from: old, to: Sail.definition) == [])
        #expect(DefinitionComparison.findings(from: Sail.definition, to: old) == [])
        try Sail.checkDefinition()
        let oldest = SailV1alpha1(metadata: ObjectMeta(name: "a"), spec: SailV1alpha1Spec(size: "3x2"))
        let newest = try Sail.convert(oldest.document, to: "example.dev/v2beta1")
        #expect(newest["spec"] == ["area": ["high": 2, "wide": 3]])
        #expect(try Sail.convert(newest, to: "example.dev/v1alpha1")["spec"] == ["size": "3x2"])
    }

    @Test("says what is left to be written, in words that compile")
    func signatures() throws {
        let source = try SwiftSource.generate(
            from: GenerationTests.definition("sail.yaml"), versions: .all, isPublic: false)
        for line in [
            "// extension Sail {",
            "//     static let otherVersions: [OtherVersion<Sail>] = [",
            "//         OtherVersion(SailV1alpha1.self, isServed: false) { (old: SailV1alpha1) throws -> Sail in",
            "//         } back: { (new: Sail) throws -> SailV1alpha1 in",
            "//         OtherVersion(SailV2beta1.self) { (old: SailV2beta1) throws -> Sail in",
        ] {
            #expect(source.contains("\(line)\n"), "\(line)")
        }
        let one = try SwiftSource.generate(from: GenerationTests.definition("sail.yaml"), versions: .only("v2beta1"))
        #expect(one.contains("public struct Sail: CustomResource") && !one.contains("otherVersions"))
    }
}
