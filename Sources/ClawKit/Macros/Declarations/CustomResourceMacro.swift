#if Macros
public import ClawCustomResources

/// Makes a struct a kind: its variables, `spec` and mostly `status`, are the fields of the object.
///
///     /// A staged rollout of one image.
///     @CustomResource(group: "example.dev", version: "v1", shortNames: ["ro"], columns: [.age])
///     struct Rollout {
///         /// What should run.
///         var spec: Spec
///         var status: Status?
///     }
///
/// - Parameters:
///   - kind: the struct's name where not given; `plural` is its English plural.
///   - deprecation: for a version that clients should leave.
@attached(
    member, names: named(document), named(init(document:)), named(init(metadata:spec:)), named(init), named(type),
    named(properties), named(rules), named(summary), named(columns), named(scale), named(selectableFields),
    named(deprecation))
@attached(memberAttribute)
@attached(extension, conformances: CustomResource)
public macro CustomResource(
    group: String, version: String, kind: String? = nil, plural: String? = nil, singular: String? = nil,
    shortNames: [String] = [], categories: [String] = [], isNamespaced: Bool = true,
    columns: [PrinterColumn] = [], scale: ScaleSubresource? = nil, selectableFields: [String] = [],
    deprecation: Deprecation? = nil
) = #externalMacro(module: "ClawMacroPlugin", type: "CustomResourceMacro")
#endif
