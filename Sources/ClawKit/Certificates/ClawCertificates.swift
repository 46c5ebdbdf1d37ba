/// # Certificates
///
/// A small certificate authority: for the embedded cluster, and for webhooks that no cert-manager serves.
// door
