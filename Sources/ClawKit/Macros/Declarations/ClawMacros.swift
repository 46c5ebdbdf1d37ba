/// # Macros
///
/// The short form of custom resources. What `@CustomResource`, `@Schema` and `@Field` write can be written by hand:
/// see ``CustomResource`` and ``SchemaView``.
///
/// Only with the package trait `Macros`; without it this module is empty, and swift-syntax is not built.
#if Macros
@_exported public import ClawCustomResources
#endif
