import ClawBase
import ClawResources

/// Why a condition of a Runtime is as it is. A closed set; scripts may rely on it.
///
/// | condition | reasons when True | reasons when False |
/// |---|---|---|
/// | Admitted | AsExpected | UnknownTemplate, UnknownModel, ReservedVariable, InvalidQuantity, InvalidSchedule, NameTaken, VolumeTaken, PolicyRefused, TenantSuspended, SandboxNotServed, Unsupported, LockedVariable, ResourceOutOfRange, InvalidTemplate, ContentUndeliverable |
/// | Scheduled | Bound | NoPod, WaitingForNode, Unschedulable |
/// | Provisioned | AsExpected | Provisioning, NotNeeded |
/// | Ready | AsExpected | the phase; the cause where it is Failed or Refused |
/// | Progressing | the phase | AsExpected; the cause where it is Failed or Refused |
/// | Degraded | the cause | AsExpected |
/// | Suspended | AsRequested, Idle, SleepingHours, RunningTimeOver | NotSuspended |
///
/// Kubernetes' API conventions ask for one CamelCase word that a machine can read:
/// <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md>
enum RuntimeReason: String, Sendable, CaseIterable {
    case asExpected = "AsExpected", asRequested = "AsRequested", notSuspended = "NotSuspended"
    case idle = "Idle", sleepingHours = "SleepingHours", runningTimeOver = "RunningTimeOver"
    case bound = "Bound", noPod = "NoPod", waitingForNode = "WaitingForNode"
    case provisioning = "Provisioning", notNeeded = "NotNeeded"
    // Phases.
    case pending = "Pending", scheduled = "Scheduled", creating = "Creating", starting = "Starting"
    case suspending = "Suspending", suspended = "Suspended", waking = "Waking", recovering = "Recovering"
    case stopping = "Stopping", stopped = "Stopped", deleting = "Deleting"
    // Causes.
    case unknownTemplate = "UnknownTemplate", unknownModel = "UnknownModel", reservedVariable = "ReservedVariable"
    case invalidQuantity = "InvalidQuantity", invalidSchedule = "InvalidSchedule", nameTaken = "NameTaken", volumeTaken = "VolumeTaken"
    case policyRefused = "PolicyRefused", tenantSuspended = "TenantSuspended"
    case lockedVariable = "LockedVariable", resourceRange = "ResourceOutOfRange", invalidTemplate = "InvalidTemplate"
    case contentUndeliverable = "ContentUndeliverable", secretUnavailable = "SecretUnavailable"
    case unschedulable = "Unschedulable", containerStart = "ContainerStart", crashLoop = "CrashLoop"
    case startDeadline = "StartDeadlineExceeded", stopDeadline = "StopDeadlineExceeded"
    case sandboxUnserved = "SandboxNotServed", noCapacity = "NoCapacity", unsupported = "Unsupported"
    case updateHeld = "UpdateHeld", nodeLost = "NodeLost"
    case actionFailed = "ActionFailed", notPooled = "NotPooled", poolFailing = "PodsFailing"

    init(cause code: FindingCode) {
        self =
            switch code {
            case .unknownTemplate: .unknownTemplate
            case .unknownModel: .unknownModel
            case .reservedVariable: .reservedVariable
            case .badQuantity: .invalidQuantity
            case .environmentLocked: .lockedVariable
            case .resourceRange: .resourceRange
            case .badConfig: .invalidTemplate
            case .contentUndeliverable: .contentUndeliverable
            case .secretMissing, .secretUnavailable, .secretKind, .environmentSource: .secretUnavailable
            case .sandboxUnserved: .sandboxUnserved
            case .noCapacity: .noCapacity
            case .unsupported: .unsupported
            case .badSchedule: .invalidSchedule
            case .nameTaken: .nameTaken
            case .volumeTaken: .volumeTaken
            case .tenantSuspended: .tenantSuspended
            case .policyRefused, .policyUnknown, .policyInvalid: .policyRefused
            case .unschedulable: .unschedulable
            case .containerStart: .containerStart
            case .crashLoop: .crashLoop
            case .startDeadline: .startDeadline
            case .stopDeadline: .stopDeadline
            case .updateHeld: .updateHeld
            case .nodeLost: .nodeLost
            case .notPooled: .notPooled
            case .poolFailing: .poolFailing
            default: .actionFailed
            }
    }

    init(_ sleep: RuntimeSleep.Reason) {
        self =
            switch sleep {
            case .idle: .idle
            case .scheduled: .sleepingHours
            case .runningTimeOver: .runningTimeOver
            }
    }

    /// The phases that need no cause have a word of the same name.
    init(_ phase: RuntimePhase, cause: FindingCode?) {
        self = RuntimeReason(rawValue: phase.rawValue) ?? cause.map(RuntimeReason.init(cause:)) ?? .asExpected
    }
}
