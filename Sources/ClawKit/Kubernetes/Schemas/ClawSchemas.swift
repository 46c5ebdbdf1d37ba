/// # Schemas
///
/// What makes a custom resource and its definition valid, in the words and order of kube-apiserver: structural schemas
/// (types, formats, limits, lists), CEL rules with their cost budget, names and metadata, and the rules of definitions
/// themselves. The embedded cluster refuses by it, and a client asks it before it sends anything.
// door
