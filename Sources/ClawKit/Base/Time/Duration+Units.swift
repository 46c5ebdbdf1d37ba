extension Duration {
    public static func minutes(_ count: some BinaryInteger) -> Duration { .seconds(Int64(count) * 60) }
    public static func hours(_ count: some BinaryInteger) -> Duration { .seconds(Int64(count) * 3600) }
    public static func days(_ count: some BinaryInteger) -> Duration { .seconds(Int64(count) * 86_400) }
}
