import Yams

/// `litellm_settings.cache` and `cache_params`. <https://docs.litellm.ai/docs/proxy/caching_settings>
extension LiteLLMReader {
    /// - Parameter isOn: what `cache` says, which LiteLLM demands beside the parameters.
    mutating func readCache(_ node: Node?, _ path: String, isOn: Bool) {
        var timeToLive = Duration.seconds(600)
        var isWanted = isOn
        let members = node.map { fields($0, path) } ?? []
        for (name, node, path) in members {
            switch name {
            case "type":
                guard let type = text(node, path) else { continue }
                if type.hasSuffix("-semantic") {
                    isWanted = false
                    note(.unsupported, path, node, "Answers are given again to equal requests only; nothing is kept.")
                } else if type == "local" {
                    note(.taken, path, node, "Answers are kept in memory.")
                } else {
                    note(.taken, path, node, "Answers are kept in this process's memory, not in \(type).")
                }
            case "mode":
                guard text(node, path) == "default_off" else {
                    note(.taken, path, node, "As it stands.")
                    continue
                }
                isWanted = false
                note(
                    .unsupported, path, node,
                    "Keys say whether answers to them are kept (metadata.cache.ttl), not requests.")
            case "ttl", "default_in_memory_ttl", "default_in_redis_ttl":
                guard let time = seconds(node, path) else { continue }
                timeToLive = time
                note(.taken, path, node, "gateway.cache.keep.")
            case "supported_call_types": note(.ignored, path, node, "All calls for answers and embeddings.")
            case "host", "port", "password", "username", "namespace", "ssl", "max_connections", "redis_startup_nodes",
                "socket_timeout", "s3_bucket_name", "s3_region_name", "disk_cache_dir", "redis_flush_size":
                note(.ignored, path, node, "Answers are kept in memory.")
            default: note(.unsupported, path, node, "This has no counterpart here.")
            }
        }
        if isWanted { configuration.cache.timeToLive = timeToLive }
    }
}
