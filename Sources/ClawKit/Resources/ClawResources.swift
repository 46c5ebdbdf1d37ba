/// # Resources
///
/// ClawKit's own kinds, group `clawkit.dev`, as typed views with their definitions: the words in which platform,
/// gateway and clusters talk to each other. No behaviour here.
@_exported public import ClawKubernetes
