/// One import for all of ClawKit. Each layer is also a product of its own for those who want less.
@_exported public import ClawApps
@_exported public import ClawBase
@_exported public import ClawCluster
@_exported public import ClawControl
@_exported public import ClawCustomResources
@_exported public import ClawDialects
@_exported public import ClawDocuments
@_exported public import ClawEnrolment
@_exported public import ClawGateway
@_exported public import ClawHTTPServer
@_exported public import ClawKubernetes
@_exported public import ClawLedger
@_exported public import ClawModels
@_exported public import ClawNIOTransport
@_exported public import ClawPlatform
@_exported public import ClawResources
@_exported public import ClawWebhooks
