/// # Apps
///
/// The One-Click seed: `one-click.dev/v1alpha1 Rollout`, one declaration from which a container runs, scales, is
/// reached and keeps its data; and the operator that makes it so.
///
/// - `Rollout/`: the kind as published, and what it means, in pure functions.
///   - `Spec/`: its fields. `Admission/`: what speaks against it. `Children/`: what should be there for it.
///   - `Revisions/`: every change of it recorded, and the way back. `Status/`: how it stands.
/// - `Images/`: image names, registries of the OCI distribution spec, and which tag to run.
/// - `Operator/`: the composition with caches and controllers.
@_exported public import ClawControl
@_exported public import ClawCustomResources
