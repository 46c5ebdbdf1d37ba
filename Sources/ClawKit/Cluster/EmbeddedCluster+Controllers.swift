import ClawControl
import Logging

extension EmbeddedCluster {
    /// A controller of the cluster's own; each can be left out, so that a test sees what its subject does without it.
    public enum ControllerKind: String, CaseIterable, Sendable, Hashable {
        /// Deletes what has lost its owners, and dependants first where asked for.
        case garbageCollector = "garbage-collector"
        /// Empties namespaces that are being deleted.
        case namespaces
        /// Gives pods their node.
        case scheduler
        /// Rolls Deployments out through ReplicaSets.
        case deployments
        /// Makes and deletes the pods of ReplicaSets.
        case replicaSets = "replica-sets"
        /// Keeps the pods of StatefulSets, each with its name and volumes.
        case statefulSets = "stateful-sets"
        /// Keeps a pod of each DaemonSet on every node that is meant.
        case daemonSets = "daemon-sets"
        /// The same for ReplicationControllers.
        case replicationControllers = "replication-controllers"
        /// Runs Jobs' pods until they have succeeded.
        case jobs
        /// Deletes Jobs some time after their end.
        case finishedJobs = "finished-jobs"
        /// Makes Jobs by the clock.
        case cronJobs = "cron-jobs"
        /// Lists the pods behind Services in EndpointSlices, and copies Endpoints kept by hand into such.
        case endpointSlices = "endpoint-slices"
        /// Lists the pods behind Services in Endpoints.
        case endpoints
        /// Says how many pods of a disruption budget may be missing.
        case disruptionBudgets = "disruption-budgets"
        /// Notices lost nodes, and taints nodes in trouble.
        case nodeLifecycle = "node-lifecycle"
        /// Deletes pods from nodes whose taints they do not tolerate, and pods whose node is gone.
        case podEviction = "pod-eviction"
        /// Sizes workloads by what they use.
        case autoscalers
        /// Binds claims to volumes.
        case volumeBinding = "volume-binding"
        /// Serves custom resources as their definitions come and go.
        case customResourceDefinitions = "custom-resource-definitions"
        /// Checks the expressions of admission policies against the kinds they are about.
        case policyStatus = "policy-status"
        /// Gives each namespace the authority's certificate.
        case rootCertificates = "root-certificates"
        /// Gathers the rules of aggregated cluster roles.
        case roleAggregation = "role-aggregation"
        /// Signs approved requests for certificates.
        case certificateSigning = "certificate-signing"
        /// Lets go of volumes and claims that were deleted while in use, once nobody uses them.
        case volumeProtection = "volume-protection"
        /// Counts what namespaces use, for the status of their quotas.
        case resourceQuotas = "resource-quotas"

        public static let all = Set(allCases)
    }

    func controllers(
        _ kinds: Set<ControllerKind>, _ caches: SharedCaches, metrics: (any UsageSource)?, _ logger: Logger
    ) -> [Controller] {
        let pods = PodLookups(caches)
        return ControllerKind.allCases.filter(kinds.contains).flatMap { kind -> [Controller] in
            switch kind {
            case .garbageCollector: [GarbageCollector(server, client).controller(caches, logger)]
            case .namespaces: [NamespaceController(server, client).controller(caches, logger)]
            case .scheduler: [Scheduler(client, caches).controller(caches, logger)]
            case .deployments: [DeploymentController(client, caches).controller(caches, logger)]
            case .replicaSets: [ReplicaController<ReplicaSet>(client, caches, pods).controller(caches, logger)]
            case .statefulSets: [StatefulSetController(client, caches, pods).controller(caches, logger)]
            case .daemonSets: [DaemonSetController(client, caches, pods).controller(caches, logger)]
            case .jobs:
                [JobController(client, caches, pods).controller(caches, logger), JobOrphans.controller(client, caches, logger)]
            case .finishedJobs: [FinishedJobs.controller(client, caches, logger)]
            case .cronJobs: [CronJobController(client, caches).controller(caches, logger)]
            case .endpointSlices:
                [
                    EndpointSliceController(client, caches, pods).controller(caches, logger),
                    EndpointMirrorController(client, caches).controller(caches, logger),
                ]
            case .endpoints: [EndpointsController(client, caches, pods).controller(caches, logger)]
            case .replicationControllers:
                [ReplicaController<ReplicationController>(client, caches, pods).controller(caches, logger)]
            case .disruptionBudgets: [DisruptionController(client, caches, pods).controller(caches, logger)]
            case .nodeLifecycle: [NodeLifecycleController(client, caches, pods).controller(caches, logger)]
            case .podEviction:
                [
                    TaintEvictionController(client, caches, pods).controller(caches, logger),
                    OrphanedPodController(client, caches, pods).controller(caches, logger),
                ]
            case .autoscalers:
                [
                    AutoscalerController(server, client, metrics ?? ClusterMetrics(client: client), caches, pods)
                        .controller(caches, logger)
                ]
            case .volumeBinding: VolumeBinder(client, caches, pods).controllers(caches, logger)
            case .customResourceDefinitions: [DefinitionController.controller(client, caches, logger)]
            case .policyStatus: [PolicyStatusController.controller(client, caches, logger)]
            case .rootCertificates: [RootCertificatePublisher.controller(authority, client, caches, logger)]
            case .roleAggregation: [RoleAggregation.controller(client, caches, logger)]
            case .volumeProtection: [VolumeProtectionController(client, caches).controller(caches, logger)]
            case .resourceQuotas: [QuotaController(server).controller(caches, logger)]
            case .certificateSigning: [CertificateSigner(authority, client).controller(caches, logger)]
            }
        }
    }
}
