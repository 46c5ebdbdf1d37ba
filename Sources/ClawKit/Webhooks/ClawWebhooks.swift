/// # Webhooks
///
/// Admission and conversion webhooks, served over https with certificates of their own.
///
///     let server = WebhookServer(
///         api, at: .service(namespace: "kites", name: "kite-webhooks"), secretNamespace: "kites",
///         serving: [
///             AdmissionWebhook(for: Kite.self) { try $0.object?.validate(replacing: $0.oldObject) ?? [] },
///             ConversionWebhook(for: Kite.self),
///         ])
///     try await server.run(listen: ListenAddress("0.0.0.0:8443"), logger: logger)
///
/// The server issues its certificates, renews them, shares them with its replicas through a Secret, and enters the
/// authority into the webhook configurations and definitions itself: no cert-manager.
// door
@_exported public import ClawCustomResources
