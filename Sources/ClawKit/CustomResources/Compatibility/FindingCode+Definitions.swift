public import ClawBase

/// What a change of a definition does to objects that are there already. `E_` refuses or loses something, `W_` changes
/// what happens.
extension FindingCode {
    public static let definitionIdentity = FindingCode(rawValue: "E_CRD_IDENTITY")
    public static let definitionScope = FindingCode(rawValue: "E_CRD_SCOPE")
    public static let definitionVersionDropped = FindingCode(rawValue: "E_CRD_VERSION_DROPPED")
    public static let definitionStoredVersionDropped = FindingCode(rawValue: "E_CRD_STORED_VERSION_DROPPED")
    public static let definitionVersionUnserved = FindingCode(rawValue: "E_CRD_VERSION_UNSERVED")
    public static let definitionSubresource = FindingCode(rawValue: "E_CRD_SUBRESOURCE_DROPPED")
    public static let definitionSelectableField = FindingCode(rawValue: "E_CRD_SELECTABLE_FIELD_DROPPED")
    public static let fieldRemoved = FindingCode(rawValue: "E_CRD_FIELD_REMOVED")
    public static let fieldRequired = FindingCode(rawValue: "E_CRD_FIELD_REQUIRED")
    public static let fieldType = FindingCode(rawValue: "E_CRD_TYPE_CHANGED")
    public static let fieldNull = FindingCode(rawValue: "E_CRD_NULL_REFUSED")
    public static let enumValueGone = FindingCode(rawValue: "E_CRD_ENUM_VALUE_GONE")
    public static let limitTightened = FindingCode(rawValue: "E_CRD_LIMIT_TIGHTENED")
    public static let listType = FindingCode(rawValue: "E_CRD_LIST_TYPE_CHANGED")
    public static let unknownFieldsPruned = FindingCode(rawValue: "E_CRD_UNKNOWN_FIELDS_PRUNED")
    public static let ruleAdded = FindingCode(rawValue: "W_CRD_RULE_ADDED")
    public static let conditionChanged = FindingCode(rawValue: "W_CRD_CONDITION_CHANGED")
    public static let defaultChanged = FindingCode(rawValue: "W_CRD_DEFAULT_CHANGED")
    public static let definitionName = FindingCode(rawValue: "W_CRD_NAME_DROPPED")
    public static let storageVersionChanged = FindingCode(rawValue: "W_CRD_STORAGE_VERSION_CHANGED")
    public static let statusSubresourceAdded = FindingCode(rawValue: "W_CRD_STATUS_SUBRESOURCE_ADDED")

    /// Whether objects or clients break, rather than only see something else.
    public var isBreaking: Bool { rawValue.hasPrefix("E_") }
}
