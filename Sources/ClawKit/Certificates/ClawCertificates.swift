/// # Certificates
///
/// A small certificate authority: for the embedded cluster, for webhooks that no cert-manager serves, and for capacity
/// that is trusted by mutual TLS.
// door
