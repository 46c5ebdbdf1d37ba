/// # Custom resources
///
/// A kind declared once, as a Swift type: its fields, what they may hold, and how `kubectl` shows it.
///
/// - `Schema/`: ``SchemaView``, a struct that knows its fields (``Property``) and what they may hold (``Constraint``).
/// - `Definition/`: ``CustomResource``, a kind; its CustomResourceDefinition with columns, subresources and versions.
/// - `Validation/`: ``CustomResource/validate(replacing:)`` refuses what a server would refuse, in the same words.
/// - `Conversion/`: typed conversion between versions.
/// - `Compatibility/`: what a change of a definition would break. `Generation/`: Swift source from a definition.
///
/// What is written by hand here, the macro `@CustomResource` writes too (product `ClawMacros`, trait `Macros`).
@_exported public import ClawKubernetes
