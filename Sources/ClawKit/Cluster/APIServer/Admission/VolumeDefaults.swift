import ClawDocuments

/// The defaults of a pod's volumes. One that names no source is an empty directory.
enum VolumeDefaults {
    static func fill(_ volume: inout JSONObject) {
        if !volume.contains(where: { $0.name != "name" && !$0.value.isNull }) { volume["emptyDir"] = [:] }
        for source in ["configMap", "secret", "downwardAPI", "projected"] {
            volume.modifyMember(source) { $0.fillIn(["defaultMode": 420]) }
        }
        volume.modifyMember("hostPath") { $0.fillIn(["type": ""]) }
        volume.modifyMember("downwardAPI") { $0.modifyEach("items", fillFieldReference) }
        volume.modifyMember("projected") { projected in
            projected.modifyEach("sources") { source in
                source.modifyMember("serviceAccountToken") { $0.fillIn(["expirationSeconds": 3600]) }
                source.modifyMember("downwardAPI") { $0.modifyEach("items", fillFieldReference) }
            }
        }
        volume.modifyMember("iscsi") { $0.fillIn(["iscsiInterface": "default"]) }
        volume.modifyMember("rbd") { $0.fillIn(["pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"]) }
        volume.modifyMember("ephemeral") { ephemeral in
            ephemeral.modifyMember("volumeClaimTemplate") { $0.modifyMember("spec") { $0.fillIn(["volumeMode": "Filesystem"]) } }
        }
    }

    private static func fillFieldReference(_ item: inout JSONObject) {
        item.modifyMember("fieldRef") { $0.fillIn(["apiVersion": "v1"]) }
    }
}
