#if Macros
public import ClawCustomResources

/// Makes a struct an object of a custom resource: each variable is a field, its comment the description, its type and
/// value the schema and the default.
///
///     @Schema struct Spec {
///         /// How many run.
///         @Field(.range(0...100)) var replicas: Int = 1
///         /// Where; anywhere if absent.
///         var zone: String?
///     }
///
/// At an enum of texts (``SchemaEnum``) it keeps the cases' comments, for the description of the fields that have it.
@attached(
    member, names: named(document), named(init(document:)), named(init), named(properties), named(rules),
    named(summary), named(descriptions)
)
@attached(memberAttribute)
@attached(extension, conformances: SchemaView)
public macro Schema() = #externalMacro(module: "ClawMacroPlugin", type: "SchemaMacro")

/// What a field must hold beyond its type.
/// - Parameter name: as documents write it; the variable's own name where not given.
@attached(accessor)
public macro Field(_ constraints: Constraint..., name: String? = nil) =
    #externalMacro(module: "ClawMacroPlugin", type: "FieldMacro")

/// A rule over the whole object, in the Common Expression Language; may be given more than once.
@attached(peer)
public macro Rule(
    _ expression: String, _ message: String? = nil, messageExpression: String? = nil,
    reason: SchemaRule.Reason? = nil, fieldPath: String? = nil, takesAbsentOldSelf: Bool = false
) = #externalMacro(module: "ClawMacroPlugin", type: "RuleMacro")
#endif
