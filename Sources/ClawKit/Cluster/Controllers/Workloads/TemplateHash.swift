import ClawDocuments
import ClawModels

/// The label that tells the pods of one template from those of another.
enum TemplateHash {
    static let label = "pod-template-hash"

    /// FNV-1a (32 bits) over the template's canonical text, in letters that spell nothing, as Kubernetes writes it.
    /// - Parameter collisions: how often the name was taken by another template's set.
    static func text(of template: PodTemplateSpec, collisions: Int) -> String {
        var hash: UInt32 = 2_166_136_261
        func take(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        }
        take(JSON.object(template.document).bytes(.canonical))
        if collisions > 0 { take("\(collisions)".utf8) }
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(String(hash).unicodeScalars.map { letters[Int($0.value) % letters.count] })
    }
}

extension PodTemplateSpec {
    /// The same pods, whichever hash the template is labelled with.
    func isSame(as other: PodTemplateSpec) -> Bool { withoutHash == other.withoutHash }

    private var withoutHash: PodTemplateSpec {
        guard metadata?.labels[TemplateHash.label] != nil else { return self }
        var template = self
        template.metadata?.labels[TemplateHash.label] = nil
        return template
    }
}
