import ClawDocuments
public import ClawModels

/// A kind that brings its own definition: one Swift type gives the CustomResourceDefinition, the typed client, local
/// validation and conversion.
///
///     struct Rollout: CustomResource {
///         static let type = ResourceType(group: "example.dev", version: "v1", kind: "Rollout")
///         static let properties = [Property("spec", Spec.self), Property("status", Status?.self)]
///         static let columns: [PrinterColumn] = [PrinterColumn("Image", ".spec.image"), .age]
///         var document: JSONObject
///         init(document: JSONObject) { self.document = document }
///         var spec: Spec { get { self["spec"] } set { self["spec"] = newValue } }
///         var status: Status? { get { self["status"] } set { self["status"] = newValue } }
///     }
///
/// With a property `status` the kind has the status subresource: only writes to it change the status.
public protocol CustomResource: Resource, SchemaView {
    /// What `kubectl get` shows besides the name.
    static var columns: [PrinterColumn] { get }
    static var scale: ScaleSubresource? { get }
    /// What field selectors can ask for, at most 8: `.spec.color`.
    static var selectableFields: [String] { get }
    /// Whether objects are kept in this version; that of ``otherVersions`` never are.
    static var deprecation: Deprecation? { get }
    /// The kind's other versions, each with its conversion to and from this one, in which objects are kept.
    static var otherVersions: [OtherVersion<Self>] { get }
}

/// A version that clients should leave.
public enum Deprecation: Sendable, Hashable {
    /// Clients are told the newest version that is not deprecated.
    case useNewest
    /// Clients are told this, in at most 256 characters.
    case warning(String)
}

extension CustomResource {
    public static var columns: [PrinterColumn] { [] }
    public static var scale: ScaleSubresource? { nil }
    public static var selectableFields: [String] { [] }
    public static var deprecation: Deprecation? { nil }
    public static var otherVersions: [OtherVersion<Self>] { [] }

    // Both inherited protocols say what an absent one is.
    public static var absent: Self { Self(document: JSONObject()) }
}
