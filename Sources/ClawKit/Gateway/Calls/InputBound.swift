import ClawDialects
import ClawDocuments

/// How many tokens a request's input can be at the most, without asking anybody: a token of text is at least one byte
/// of it, and pictures have a table.
struct InputBound: Sendable, Hashable {
    /// What a picture can be, whatever its size: models differ by a factor of thirty, so this is per deployment's model
    /// in configuration, and the dearest of them here.
    static let image: Int64 = 50_000

    /// More than any provider is known to add.
    private static let toolInstructions: Int64 = 1024

    private static let knownTiers: Set<String> = ["auto", "default", "flex", "standard_only"]

    /// At the most.
    private(set) var tokens: Int64
    /// Probably.
    private(set) var estimate: Int
    /// A member whose size cannot be known: a document behind a link, a file at the upstream, a PDF.
    private(set) var unbounded: String?

    /// Of plain text.
    init(textBytes: Int) { (tokens, estimate, unbounded) = (Int64(textBytes), textBytes / 4, nil) }

    init(_ request: ClientRequest) {
        tokens = Int64(request.bytes.count)
        estimate = 0
        var (images, mediaBytes): (Int64, Int64) = (0, 0)
        var place: String?
        Self.walk(.object(request.document), "", depth: 0) { name, value in
            switch name {
            case "image_url", "image", "input_image": images += 1
            case "images": images += Int64(value.array?.count ?? 0)
            case "document", "file", "input_file", "file_id", "file_url", "previous_response_id", "container": place = name
            default: break
            }
            if let text = value.string, text.utf8.count > 256, Self.isMedia(name, text) {
                mediaBytes += Int64(text.utf8.count)
            }
        }
        tokens = max(0, tokens - mediaBytes) + images * Self.image
        // Providers add instructions of their own for tools; those for messages are shorter than the JSON around them.
        if !(request.document["tools"]?.array ?? []).isEmpty { tokens += Self.toolInstructions }
        // Other tiers of service cost more than the prices say.
        if let tier = request.document["service_tier"]?.string, !Self.knownTiers.contains(tier) { place = "service_tier" }
        estimate = Int(max(0, Int64(request.bytes.count) - mediaBytes)) / 4 + Int(images) * 1000
        unbounded = place
    }

    private static func isMedia(_ name: String, _ text: String) -> Bool {
        switch name {
        case "url", "image_url": text.hasPrefix("data:")
        case "data", "images": true
        default: false
        }
    }

    /// Visits members by name; the elements of a list have the list's.
    private static func walk(_ value: JSON, _ name: String, depth: Int, _ visit: (String, JSON) -> Void) {
        guard depth < 64 else { return }
        switch value {
        case .object(let object):
            let type = object["type"]?.string
            if let type { visit(type, value) }
            for member in object where member.name != "type" {
                // A part of the type `image_url` has a member of that name: one picture, not two.
                if member.name != type { visit(member.name, member.value) }
                walk(member.value, member.name, depth: depth + 1, visit)
            }
        case .array(let elements):
            for element in elements {
                if element.string != nil { visit(name == "images" ? "data" : name, element) }
                walk(element, name, depth: depth + 1, visit)
            }
        default: break
        }
    }
}
