/// # Resources
///
/// ClawKit's own kinds, group `clawkit.dev`, as typed views with their definitions: the words in which platform,
/// gateway and clusters talk to each other. No behaviour here.
///
/// They are written in the form that `@CustomResource` expands to, so that nobody who links the platform builds
/// swift-syntax; Docs/custom-resources.md has the figures.
@_exported public import ClawCustomResources
