// Made by Scripts/generate-prices.py; do not edit.

extension PriceTable {
    /// Of which day the prices are.
    public static let date = "2026-10-08"

    /// One line for all models of a provider that cost the same: dollars per million tokens, then the names.
    static let text: StaticString = """
        [openai]
        0.4 0.4 - - - - - - - - 16384 4096|babbage-002
        5 30 0.5 - - - - - - - 400000 128000|chat-latest
        5 15 - - - - - - - - 128000 4096|chatgpt-4o-latest
        1.5 6 0.375 - - - - - - - 200000 100000|codex-mini-latest
        3 12 - - - - - - - - 8192 1024|computer-use-preview
        2 2 - - - - - - - - 16384 4096|davinci-002
        4 20 0.4 5 - - - - - - 1050000 128000 272000 8 30 0.8 10|daybreak-blue-latest gpt-daybreak-blue-latest
        12.5 75 1.25 15.625 - - - - - - 400000 128000 272000 25 112.5 2.5 31.25|daybreak-red-latest gpt-5.6-cyber
        12.5 75 1.25 15.625 - - - - - - 400000 128000 272000 25 112.5 2.5 31.25|gpt-daybreak-red-latest
        0.5 1.5 - - - - - - - - 16385 4096|gpt-3.5-turbo gpt-3.5-turbo-0125
        1 2 - - - - - - - - 16385 4096|gpt-3.5-turbo-1106
        3 4 - - - - - - - - 16385 4096|gpt-3.5-turbo-16k
        1.5 2 - - - - - - - - 8192 4096|gpt-3.5-turbo-instruct
        1.5 2 - - - - - - - - 8192 4097|gpt-3.5-turbo-instruct-0914
        30 60 - - - - - - - - 8192 4096|gpt-4 gpt-4-0314 gpt-4-0613
        10 30 - - - - - - - - 128000 4096|gpt-4-0125-preview gpt-4-1106-preview gpt-4-turbo gpt-4-turbo-2024-04-09
        10 30 - - - - - - - - 128000 4096|gpt-4-turbo-preview
        2 8 0.5 - - - - - 1 4 1047576 32768|gpt-4.1 gpt-4.1-2025-04-14
        0.4 1.6 0.1 - - - - - 0.2 0.8 1047576 32768|gpt-4.1-mini gpt-4.1-mini-2025-04-14
        0.1 0.4 0.025 - - - - - 0.05 0.2 1047576 32768|gpt-4.1-nano gpt-4.1-nano-2025-04-14
        2.5 10 1.25 - - - - - 1.25 5 128000 16384|gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20 gpt-4o-search-preview
        2.5 10 1.25 - - - - - 1.25 5 128000 16384|gpt-4o-search-preview-2025-03-11
        5 15 - - - - - - 2.5 7.5 128000 4096|gpt-4o-2024-05-13
        2.5 10 - - - - 40 80 - - 128000 16384|gpt-4o-audio-preview gpt-4o-audio-preview-2024-12-17
        2.5 10 - - - - 40 80 - - 128000 16384|gpt-4o-audio-preview-2025-06-03
        0.15 0.6 0.075 - - - - - 0.075 0.3 128000 16384|gpt-4o-mini gpt-4o-mini-2024-07-18 gpt-4o-mini-search-preview
        0.15 0.6 0.075 - - - - - 0.075 0.3 128000 16384|gpt-4o-mini-search-preview-2025-03-11
        0.15 0.6 - - - - 10 20 - - 128000 16384|gpt-4o-mini-audio-preview gpt-4o-mini-audio-preview-2024-12-17
        1.25 10 0.125 - - - - - - - 272000 128000|gpt-5 gpt-5-2025-08-07 gpt-5-codex gpt-5-search-api
        1.25 10 0.125 - - - - - - - 272000 128000|gpt-5-search-api-2025-10-14 gpt-5.1 gpt-5.1-2025-11-13 gpt-5.1-codex
        1.25 10 0.125 - - - - - - - 272000 128000|gpt-5.1-codex-max
        1.25 10 0.125 - - - - - - - 128000 16384|gpt-5-chat gpt-5-chat-latest gpt-5.1-chat-latest
        0.25 2 0.025 - - - - - - - 272000 128000|gpt-5-mini gpt-5-mini-2025-08-07 gpt-5.1-codex-mini
        0.05 0.4 0.005 - - - - - - - 272000 128000|gpt-5-nano gpt-5-nano-2025-08-07
        15 120 - - - - - - 7.5 60 400000 272000|gpt-5-pro gpt-5-pro-2025-10-06
        1.75 14 0.175 - - - - - - - 272000 128000|gpt-5.2 gpt-5.2-2025-12-11 gpt-5.2-codex gpt-5.3-codex
        1.75 14 0.175 - - - - - - - 128000 16384|gpt-5.2-chat-latest gpt-5.3-chat-latest
        21 168 - - - - - - - - 272000 128000|gpt-5.2-pro gpt-5.2-pro-2025-12-11
        2.5 15 0.25 - - - - - 1.25 7.5 1050000 128000 272000 5 22.5 0.5|gpt-5.4 gpt-5.4-2026-03-05
        0.75 4.5 0.075 - - - - - 0.375 2.25 272000 128000|gpt-5.4-mini gpt-5.4-mini-2026-03-17
        0.2 1.25 0.02 - - - - - 0.1 0.625 272000 128000|gpt-5.4-nano gpt-5.4-nano-2026-03-17
        30 180 - - - - - - 15 90 1050000 128000 272000 60 270|gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5-pro
        30 180 - - - - - - 15 90 1050000 128000 272000 60 270|gpt-5.5-pro-2026-04-23
        5 30 0.5 - - - - - 2.5 15 1050000 128000 272000 10 45 1|gpt-5.5 gpt-5.5-2026-04-23
        4 20 0.4 5 - - - - 2 10 922000 128000 272000 8 30 0.8 10|gpt-5.6 gpt-5.6-sol
        0.2 1.2 0.02 0.25 - - - - 0.1 0.6 922000 128000 272000 0.4 1.8 0.04 0.5|gpt-5.6-luna
        2 12 0.2 2.5 - - - - 1 6 922000 128000 272000 4 18 0.4 5|gpt-5.6-terra
        10 50 1 12.5 - - - - 5 25 922000 128000 272000 20 75 2 25|gpt-6-astra
        2.5 10 - - - - 32 64 - - 128000 16384|gpt-audio gpt-audio-1.5 gpt-audio-2025-08-28
        0.6 2.4 - - - - 10 20 - - 128000 16384|gpt-audio-mini gpt-audio-mini-2025-10-06 gpt-audio-mini-2025-12-15
        15 60 7.5 - - - - - - - 200000 100000|o1 o1-2024-12-17
        150 600 - - - - - - 75 300 200000 100000|o1-pro o1-pro-2025-03-19
        2 8 0.5 - - - - - - - 200000 100000|o3 o3-2025-04-16
        10 40 2.5 - - - - - 5 20 200000 100000|o3-deep-research o3-deep-research-2025-06-26
        1.1 4.4 0.55 - - - - - - - 200000 100000|o3-mini o3-mini-2025-01-31
        20 80 - - - - - - 10 40 200000 100000|o3-pro o3-pro-2025-06-10
        1.1 4.4 0.275 - - - - - - - 200000 100000|o4-mini o4-mini-2025-04-16
        2 8 0.5 - - - - - 1 4 200000 100000|o4-mini-deep-research o4-mini-deep-research-2025-06-26
        0.13 0 - - - - - - 0.065 0 8191|text-embedding-3-large
        0.02 0 - - - - - - 0.01 0 8191|text-embedding-3-small
        0.1 0 - - - - - - - - 8191|text-embedding-ada-002
        0.1 0 - - - - - - 0.05 0 8191|text-embedding-ada-002-v2
        [anthropic]
        3 15 0.3 3.75 6 - - - - - 200000 64000|claude-3-7-sonnet-20250219
        0.25 1.25 0.03 0.3 0.5 - - - - - 200000 4096|claude-3-haiku-20240307
        15 75 1.5 18.75 30 - - - - - 200000 4096|claude-3-opus-20240229
        15 75 1.5 18.75 - - - - - - 200000 32000|claude-4-opus-20250514
        3 15 0.3 3.75 - - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|claude-4-sonnet-20250514
        10 50 1 12.5 20 - - - - - 1000000 128000|claude-fable-5 claude-mythos-5 claude-mythos-preview
        10 50 0.25 12.5 20 - - - - - 1000000 128000|claude-fable-5-1 claude-mythos-5-1
        1 5 0.1 1.25 2 - - - - - 200000 64000|claude-haiku-4-5 claude-haiku-4-5-20251001
        15 75 1.5 18.75 30 - - - - - 200000 32000|claude-opus-4-1 claude-opus-4-1-20250805 claude-opus-4-20250514
        5 25 0.5 6.25 10 - - - - - 200000 64000|claude-opus-4-5 claude-opus-4-5-20251101
        5 25 0.5 6.25 10 - - - - - 1000000 128000|claude-opus-4-6 claude-opus-4-6-20260205 claude-opus-4-7
        5 25 0.5 6.25 10 - - - - - 1000000 128000|claude-opus-4-7-20260416 claude-opus-4-8 claude-opus-5
        3 15 0.3 3.75 6 - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|claude-sonnet-4-20250514
        3 15 0.3 3.75 6 - - - - - 200000 64000 200000 6 22.5 0.6 7.5 12|claude-sonnet-4-5 claude-sonnet-4-5-20250929
        3 15 0.3 3.75 6 - - - - - 1000000 128000|claude-sonnet-4-6
        2 10 0.2 2.5 4 - - - - - 1000000 128000|claude-sonnet-5
        [gemini]
        0.075 0 - - - - - - - - 8192 - 128000 0.15|gemini-1.5-flash
        0.1 0.4 0.025 - - - 0.7 - - - 1048576 8192|gemini-2.0-flash gemini-2.0-flash-001
        0.075 0.3 0.01875 - - - 0.075 - - - 1048576 8192|gemini-2.0-flash-lite gemini-2.0-flash-lite-001
        1.25 10 - - - - - - - - 128000 64000 200000 2.5 15|gemini-2.5-computer-use-preview-10-2025
        0.3 2.5 0.03 - - 2.5 1 - - - 1048576 65535|gemini-2.5-flash gemini-2.5-flash-preview-09-2025 gemini-exp-1206
        0.3 2.5 0.03 - - 2.5 1 - - - 1048576 65535|gemini-flash-latest
        0.1 0.4 0.01 - - 0.4 0.3 - - - 1048576 65535|gemini-2.5-flash-lite gemini-2.5-flash-lite-preview-09-2025
        0.1 0.4 0.01 - - 0.4 0.3 - - - 1048576 65535|gemini-flash-lite-latest
        0.1 0.4 0.01 - - 0.4 0.5 - - - 1048576 65535|gemini-2.5-flash-lite-preview-06-17
        1.25 10 0.125 - - - - - - - 1048576 65535 200000 2.5 15 0.25|gemini-2.5-pro gemini-pro-latest
        1 20 0.125 - - - 0.7 - - - 1048576 65535|gemini-2.5-pro-preview-tts
        0.5 3 0.05 - - 3 1 - - - 1048576 65535|gemini-3-flash-preview
        2 12 0.2 - - - - - 1 6 1048576 65535 200000 4 18 0.4|gemini-3-pro-preview
        0.25 1.5 0.025 - - 1.5 0.5 - 0.125 0.75 1048576 65536|gemini-3.1-flash-lite
        0.25 1.5 0.025 - - 1.5 0.5 - - - 1048576 65536|gemini-3.1-flash-lite-preview
        2 12 0.2 - - - - - 1 6 1048576 65536 200000 4 18 0.4|gemini-3.1-pro-preview gemini-3.1-pro-preview-customtools
        1.5 9 0.15 - - 9 1.5 - 0.75 4.5 1048576 65535|gemini-3.5-flash
        0.3 2.5 0.03 - - 2.5 - - 0.15 1.25 1048576 65536|gemini-3.5-flash-lite
        0.75 3.75 0.075 - - 3.75 - - 0.375 1.875 1048576 65536|gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash
        0.15 0 - - - - - - - - 2048|gemini-embedding-001
        0.2 0 - - - - - - - - 8192|gemini-embedding-2 gemini-embedding-2-preview
        0 0 - - - - - - - - 1048576 8192 128000 0 0|gemini-exp-1114
        0 0 - - - - - - - - 2097152 8192 128000 0 0|gemini-exp-1206
        0.35 1.05 - - - - - - - - 8192 8192|gemini-gemma-2-27b-it gemini-gemma-2-9b-it
        1.5 9 - - - 9 1.5 - - - 131072 65536|gemini-omni-1.1-flash gemini-omni-flash-preview
        0.3 2.5 0 - - 2.5 1 - - - 1048576 65535|gemini-robotics-er-1.5-preview
        1 5 - - - 5 2 - - - 131072 65536|gemini-robotics-er-1.6-preview
        2 10 0.2 - - 10 2 - - - 131072 65536|gemini-robotics-er-2-preview
        2 10 - - - - 2|gemini-robotics-er-2-streaming-preview
        0 0 - - - - - - - - 131072 8192 128000 0 0|gemma-3-27b-it
        0 0 - - - - - - - - 262144 32768|gemma-4-26b-a4b-it gemma-4-31b-it
        0 0 - - - - - - - - 32767 8192 128000 0 0|learnlm-1.5-pro-experimental
        0 0 - - - - - - - - 131072 8192|lyria-3-clip-preview lyria-3-pro-preview lyria-3.5-clip-preview
        0 0 - - - - - - - - 131072 8192|lyria-3.5-pro-preview
        0 0 - - - - - - - - 1048576 65536|lyria-3.5
        [azure]
        0.1 0 - - - - - - - - 8191|ada text-embedding-ada-002
        1.5 6 0.375 - - - - - - - 200000 100000|codex-mini
        3 15 - - - - - - - - 128000 4096|command-r-plus
        3 12 - - - - - - - - 8192 1024|computer-use-preview
        2.75 11 1.375 - - - - - - - 128000 16384|eu/gpt-4o-2024-08-06 us/gpt-4o-2024-08-06
        2.75 11 - 1.38 - - - - - - 128000 16384|eu/gpt-4o-2024-11-20 us/gpt-4o-2024-11-20
        0.165 0.66 0.083 - - - - - - - 128000 16384|eu/gpt-4o-mini-2024-07-18 us/gpt-4o-mini-2024-07-18
        1.375 11 0.1375 - - - - - - - 272000 128000|eu/gpt-5-2025-08-07 us/gpt-5-2025-08-07
        0.275 2.2 0.0275 - - - - - - - 272000 128000|eu/gpt-5-mini-2025-08-07 us/gpt-5-mini-2025-08-07
        0.055 0.44 0.0055 - - - - - - - 272000 128000|eu/gpt-5-nano-2025-08-07 us/gpt-5-nano-2025-08-07
        1.38 11 0.14 - - - - - - - 272000 128000|eu/gpt-5.1 eu/gpt-5.1-codex us/gpt-5.1 us/gpt-5.1-codex
        1.38 11 0.14 - - - - - - - 128000 128000|eu/gpt-5.1-chat us/gpt-5.1-chat
        0.275 2.2 0.028 - - - - - - - 272000 128000|eu/gpt-5.1-codex-mini us/gpt-5.1-codex-mini
        2.75 16.5 0.28 - - - - - - - 1050000 128000|eu/gpt-5.4 eu/gpt-5.4-2026-03-05 us/gpt-5.4 us/gpt-5.4-2026-03-05
        5.5 33 0.55 - - - - - - - 1050000 128000 272000 11 49.5 1.1|eu/gpt-5.5 eu/gpt-5.5-2026-04-23 us/gpt-5.5
        5.5 33 0.55 - - - - - - - 1050000 128000 272000 11 49.5 1.1|us/gpt-5.5-2026-04-23
        5.5 33 0.55 6.875 - - - - - - 922000 128000 272000 11 49.5 1.1 13.75|eu/gpt-5.6 eu/gpt-5.6-sol us/gpt-5.6
        5.5 33 0.55 6.875 - - - - - - 922000 128000 272000 11 49.5 1.1 13.75|us/gpt-5.6-sol
        0.22 1.32 0.022 0.275 - - - - - - 922000 128000 272000 0.44 1.98 0.044 0.55|eu/gpt-5.6-luna us/gpt-5.6-luna
        2.2 13.2 0.22 2.75 - - - - - - 922000 128000 272000 4.4 19.8 0.44 5.5|eu/gpt-5.6-terra us/gpt-5.6-terra
        16.5 66 8.25 - - - - - - - 200000 100000|eu/o1-2024-12-17 us/o1-2024-12-17
        1.21 4.84 0.605 - - - - - 0.605 2.42 128000 65536|eu/o1-mini-2024-09-12 us/o1-mini-2024-09-12
        16.5 66 8.25 - - - - - - - 128000 32768|eu/o1-preview-2024-09-12 us/o1-preview-2024-09-12
        1.21 4.84 0.605 - - - - - 0.605 2.42 200000 100000|eu/o3-mini-2025-01-31 us/o3-mini-2025-01-31
        2.5 10 1.25 - - - - - - - 128000 16384|global-standard/gpt-4o-2024-08-06 global-standard/gpt-4o-2024-11-20
        2.5 10 1.25 - - - - - - - 128000 16384|global/gpt-4o-2024-08-06 global/gpt-4o-2024-11-20 gpt-4o
        2.5 10 1.25 - - - - - - - 128000 16384|gpt-4o-2024-08-06
        0.15 0.6 - - - - - - - - 128000 16384|global-standard/gpt-4o-mini
        1.25 10 0.125 - - - - - - - 272000 128000|global/gpt-5.1 global/gpt-5.1-codex gpt-5 gpt-5-2025-08-07 gpt-5-codex
        1.25 10 0.125 - - - - - - - 272000 128000|gpt-5.1 gpt-5.1-2025-11-13 gpt-5.1-codex gpt-5.1-codex-2025-11-13
        1.25 10 0.125 - - - - - - - 272000 128000|gpt-5.1-codex-max
        1.25 10 0.125 - - - - - - - 128000 128000|global/gpt-5.1-chat gpt-5.1-chat
        0.25 2 0.025 - - - - - - - 272000 128000|global/gpt-5.1-codex-mini gpt-5-mini gpt-5-mini-2025-08-07
        0.25 2 0.025 - - - - - - - 272000 128000|gpt-5.1-codex-mini gpt-5.1-codex-mini-2025-11-13
        0.5 1.5 - - - - - - - - 4097 4096|gpt-3.5-turbo gpt-35-turbo
        0.5 1.5 - - - - - - - - 16384 4096|gpt-3.5-turbo-0125 gpt-35-turbo-0125
        1.5 2 - - - - - - - - 4097 4097|gpt-3.5-turbo-instruct-0914 gpt-35-turbo-instruct gpt-35-turbo-instruct-0914
        1 2 - - - - - - - - 16384 4096|gpt-35-turbo-1106
        3 4 - - - - - - - - 16385 4096|gpt-35-turbo-16k gpt-35-turbo-16k-0613
        30 60 - - - - - - - - 8192 4096|gpt-4 gpt-4-0613
        10 30 - - - - - - - - 128000 4096|gpt-4-0125-preview gpt-4-1106-preview gpt-4-turbo gpt-4-turbo-2024-04-09
        10 30 - - - - - - - - 128000 4096|gpt-4-turbo-vision-preview
        60 120 - - - - - - - - 32768 4096|gpt-4-32k gpt-4-32k-0613
        2 8 0.5 - - - - - 1 4 1047576 32768|gpt-4.1 gpt-4.1-2025-04-14
        0.4 1.6 0.1 - - - - - 0.2 0.8 1047576 32768|gpt-4.1-mini gpt-4.1-mini-2025-04-14
        0.1 0.4 0.025 - - - - - 0.05 0.2 1047576 32768|gpt-4.1-nano gpt-4.1-nano-2025-04-14
        75 150 37.5 - - - - - 37.5 75 128000 16384|gpt-4.5-preview
        5 15 - - - - - - - - 128000 4096|gpt-4o-2024-05-13
        2.75 11 1.25 - - - - - - - 128000 16384|gpt-4o-2024-11-20
        2.5 10 - - - - 40 80 - - 128000 16384|gpt-4o-audio-preview-2024-12-17 gpt-4o-mini-audio-preview-2024-12-17
        2.5 10 - - - - 40 80 - - 128000 16384|gpt-audio-1.5-2026-02-23 gpt-audio-2025-08-28
        0.165 0.66 0.075 - - - - - - - 128000 16384|gpt-4o-mini gpt-4o-mini-2024-07-18
        1.25 10 0.125 - - - - - - - 128000 16384|gpt-5-chat gpt-5-chat-latest gpt-5.1-chat-2025-11-13
        0.05 0.4 0.005 - - - - - - - 272000 128000|gpt-5-nano gpt-5-nano-2025-08-07
        15 120 - - - - - - - - 272000 128000|gpt-5-pro
        1.75 14 0.175 - - - - - - - 272000 128000|gpt-5.2 gpt-5.2-2025-12-11 gpt-5.2-codex gpt-5.3-codex
        1.75 14 0.175 - - - - - - - 128000 16384|gpt-5.2-chat gpt-5.2-chat-2025-12-11 gpt-5.3-chat
        21 168 - - - - - - - - 272000 128000|gpt-5.2-pro gpt-5.2-pro-2025-12-11
        2.5 15 0.25 - - - - - - - 1050000 128000 272000 5 22.5 0.5|gpt-5.4 gpt-5.4-2026-03-05
        0.75 4.5 0.075 - - - - - - - 272000 128000|gpt-5.4-mini gpt-5.4-mini-2026-03-17
        0.2 1.25 0.02 - - - - - - - 272000 128000|gpt-5.4-nano gpt-5.4-nano-2026-03-17
        30 180 3 - - - - - - - 1050000 128000 272000 60 270 6|gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5-pro
        30 180 3 - - - - - - - 1050000 128000 272000 60 270 6|gpt-5.5-pro-2026-04-23
        5 30 0.5 - - - - - - - 1050000 128000 272000 10 45 1|gpt-5.5 gpt-5.5-2026-04-23
        5 30 0.5 6.25 - - - - - - 922000 128000 272000 10 45 1 12.5|gpt-5.6 gpt-5.6-sol
        0.2 1.2 0.02 0.25 - - - - - - 922000 128000 272000 0.4 1.8 0.04 0.5|gpt-5.6-luna
        2 12 0.2 2.5 - - - - - - 922000 128000 272000 4 18 0.4 5|gpt-5.6-terra
        10 50 1 12.5 - - - - - - 922000 128000 272000 20 75 2 25|gpt-6-astra
        0.6 2.4 - - - - 10 20 - - 128000 16384|gpt-audio-mini gpt-audio-mini-2025-10-06
        8 24 - - - - - - - - 32000 32000|mistral-large-2402 mistral-large-latest
        15 60 7.5 - - - - - - - 200000 100000|o1 o1-2024-12-17
        1.21 4.84 0.605 - - - - - - - 128000 65536|o1-mini
        1.1 4.4 0.55 - - - - - - - 128000 65536|o1-mini-2024-09-12
        15 60 7.5 - - - - - - - 128000 32768|o1-preview o1-preview-2024-09-12
        2 8 0.5 - - - - - - - 200000 100000|o3 o3-2025-04-16
        10 40 2.5 - - - - - - - 200000 100000|o3-deep-research
        1.1 4.4 0.55 - - - - - - - 200000 100000|o3-mini o3-mini-2025-01-31
        20 80 - - - - - - 10 40 200000 100000|o3-pro o3-pro-2025-06-10
        1.1 4.4 0.275 - - - - - - - 200000 100000|o4-mini o4-mini-2025-04-16
        0.13 0 - - - - - - - - 8191|text-embedding-3-large
        0.02 0 - - - - - - - - 8191|text-embedding-3-small
        1.71875 13.75 0.171875 - - - - - - - 272000 128000|us-gov/gpt-5.1
        1.513 6.05 0.757 - - - - - - - 200000 100000|us-gov/o3-mini
        0.163 0 - - - - - - - - 8191|us-gov/text-embedding-3-large
        0.025 0 - - - - - - - - 8191|us-gov/text-embedding-3-small
        2.2 8.8 0.55 - - - - - 1.1 4.4 1047576 32768|us/gpt-4.1-2025-04-14
        0.44 1.76 0.11 - - - - - 0.22 0.88 1047576 32768|us/gpt-4.1-mini-2025-04-14
        0.11 0.44 0.025 - - - - - 0.06 0.22 1047576 32768|us/gpt-4.1-nano-2025-04-14
        11 55 1.1 13.75 - - - - - - 922000 128000 272000 22 82.5 2.2 27.5|us/gpt-6-astra
        2.2 8.8 0.55 - - - - - - - 200000 100000|us/o3-2025-04-16
        1.21 4.84 0.31 - - - - - - - 200000 100000|us/o4-mini-2025-04-16
        [bedrock]
        12.5 12.5 - - - - - - - - 8191 8191|ai21.j2-mid-v1
        18.8 18.8 - - - - - - - - 8191 8191|ai21.j2-ultra-v1
        2 8 - - - - - - - - 256000 256000|ai21.jamba-1-5-large-v1:0
        0.2 0.4 - - - - - - - - 256000 256000|ai21.jamba-1-5-mini-v1:0
        0.5 0.7 - - - - - - - - 70000 4096|ai21.jamba-instruct-v1:0
        0.3 2.5 0.075 - - - - - - - 1000000 64000|amazon.nova-2-lite-v1:0 global.amazon.nova-2-lite-v1:0
        0.135 0 - - - - - - - - 8172|amazon.nova-2-multimodal-embeddings-v1:0
        2.1875 17.5 0.546875 - - - 2.1875 - - - 1000000 64000|amazon.nova-2-pro-preview-20251202-v1:0
        2.1875 17.5 0.546875 - - - 2.1875 - - - 1000000 64000|apac.amazon.nova-2-pro-preview-20251202-v1:0
        2.1875 17.5 0.546875 - - - 2.1875 - - - 1000000 64000|eu.amazon.nova-2-pro-preview-20251202-v1:0
        2.1875 17.5 0.546875 - - - 2.1875 - - - 1000000 64000|us.amazon.nova-2-pro-preview-20251202-v1:0
        0.06 0.24 - - - - - - - - 300000 10000|amazon.nova-lite-v1:0 us.amazon.nova-lite-v1:0
        0.035 0.14 - - - - - - - - 128000 10000|amazon.nova-micro-v1:0 us.amazon.nova-micro-v1:0
        0.8 3.2 - - - - - - - - 300000 10000|amazon.nova-pro-v1:0 us.amazon.nova-pro-v1:0
        0.1 0 - - - - - - - - 8192|amazon.titan-embed-g1-text-02 amazon.titan-embed-text-v1
        0.1 0 - - - - - - - - 8192|us-gov-east-1/amazon.titan-embed-text-v1 us-gov-west-1/amazon.titan-embed-text-v1
        0.8 0 - - - - - - - - 128|amazon.titan-embed-image-v1
        0.02 0 - - - - - - - - 8192|amazon.titan-embed-text-v2:0
        1.3 1.7 - - - - - - - - 42000 8000|amazon.titan-text-express-v1 us-gov-east-1/amazon.titan-text-express-v1
        1.3 1.7 - - - - - - - - 42000 8000|us-gov-west-1/amazon.titan-text-express-v1
        0.3 0.4 - - - - - - - - 42000 4000|amazon.titan-text-lite-v1 us-gov-east-1/amazon.titan-text-lite-v1
        0.3 0.4 - - - - - - - - 42000 4000|us-gov-west-1/amazon.titan-text-lite-v1
        0.5 1.5 - - - - - - - - 42000 32000|amazon.titan-text-premier-v1:0 us-gov-east-1/amazon.titan-text-premier-v1:0
        0.5 1.5 - - - - - - - - 42000 32000|us-gov-west-1/amazon.titan-text-premier-v1:0
        0.8 4 0.08 1 - - - - - - 200000 8192|anthropic.claude-3-5-haiku-20241022-v1:0
        0.8 4 0.08 1 - - - - - - 200000 8192|eu.anthropic.claude-3-5-haiku-20241022-v1:0
        0.8 4 0.08 1 - - - - - - 200000 8192|us.anthropic.claude-3-5-haiku-20241022-v1:0
        3 15 0.3 3.75 - - - - - - 1000000 4096 200000 6 30 0.6 7.5|anthropic.claude-3-5-sonnet-20240620-v1:0
        3 15 0.3 3.75 - - - - - - 1000000 8192 200000 6 30 0.6 7.5|anthropic.claude-3-5-sonnet-20241022-v2:0
        3.6 18 0.36 4.5 - - - - - - 200000 8192|anthropic.claude-3-7-sonnet-20240620-v1:0
        3.6 18 0.36 4.5 - - - - - - 200000 8192|us-gov-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0
        3.6 18 0.36 4.5 - - - - - - 200000 8192|us-gov-west-1/anthropic.claude-3-5-sonnet-20240620-v1:0
        3.6 18 0.36 4.5 - - - - - - 200000 8192|us-gov-west-1/anthropic.claude-3-7-sonnet-20250219-v1:0
        3 15 0.3 3.75 - - - - - - 200000 8192|anthropic.claude-3-7-sonnet-20250219-v1:0
        3 15 0.3 3.75 - - - - - - 200000 8192|apac.anthropic.claude-3-5-sonnet-20241022-v2:0
        3 15 0.3 3.75 - - - - - - 200000 8192|eu.anthropic.claude-3-5-sonnet-20241022-v2:0
        3 15 0.3 3.75 - - - - - - 200000 8192|eu.anthropic.claude-3-7-sonnet-20250219-v1:0
        3 15 0.3 3.75 - - - - - - 200000 8192|us.anthropic.claude-3-5-sonnet-20241022-v2:0
        3 15 0.3 3.75 - - - - - - 200000 8192|us.anthropic.claude-3-7-sonnet-20250219-v1:0
        0.25 1.25 0.025 0.3125 - - - - - - 200000 4096|anthropic.claude-3-haiku-20240307-v1:0
        0.25 1.25 0.025 0.3125 - - - - - - 200000 4096|apac.anthropic.claude-3-haiku-20240307-v1:0
        0.25 1.25 0.025 0.3125 - - - - - - 200000 4096|eu.anthropic.claude-3-haiku-20240307-v1:0
        0.25 1.25 0.025 0.3125 - - - - - - 200000 4096|us.anthropic.claude-3-haiku-20240307-v1:0
        15 75 1.5 18.75 - - - - - - 200000 4096|anthropic.claude-3-opus-20240229-v1:0
        15 75 1.5 18.75 - - - - - - 200000 4096|eu.anthropic.claude-3-opus-20240229-v1:0
        15 75 1.5 18.75 - - - - - - 200000 4096|us.anthropic.claude-3-opus-20240229-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|anthropic.claude-3-sonnet-20240229-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|apac.anthropic.claude-3-5-sonnet-20240620-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|apac.anthropic.claude-3-sonnet-20240229-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|eu.anthropic.claude-3-5-sonnet-20240620-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|eu.anthropic.claude-3-sonnet-20240229-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|invoke/anthropic.claude-3-5-sonnet-20240620-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|us.anthropic.claude-3-5-sonnet-20240620-v1:0
        3 15 0.3 3.75 - - - - - - 200000 4096|us.anthropic.claude-3-sonnet-20240229-v1:0
        10 50 1 12.5 20 - - - - - 1000000 128000|anthropic.claude-fable-5 global.anthropic.claude-fable-5
        10 50 0.25 12.5 20 - - - - - 1000000 128000|anthropic.claude-fable-5-1 global.anthropic.claude-fable-5-1
        1 5 0.1 1.25 2 - - - 0.5 2.5 200000 64000|anthropic.claude-haiku-4-5-20251001-v1:0
        1 5 0.1 1.25 2 - - - 0.5 2.5 200000 64000|global.anthropic.claude-haiku-4-5-20251001-v1:0
        1 5 0.1 1.25 2 - - - - - 200000 64000|anthropic.claude-haiku-4-5@20251001
        0.8 2.4 - - - - - - - - 100000 8191|anthropic.claude-instant-v1 us-east-1/anthropic.claude-instant-v1
        0.8 2.4 - - - - - - - - 100000 8191|us-west-2/anthropic.claude-instant-v1
        0 0 - - - - - - - - 1000000 128000|anthropic.claude-mythos-preview
        15 75 1.5 18.75 - - - - - - 200000 32000|anthropic.claude-opus-4-1-20250805-v1:0
        15 75 1.5 18.75 - - - - - - 200000 32000|anthropic.claude-opus-4-20250514-v1:0
        15 75 1.5 18.75 - - - - - - 200000 32000|eu.anthropic.claude-opus-4-1-20250805-v1:0
        15 75 1.5 18.75 - - - - - - 200000 32000|eu.anthropic.claude-opus-4-20250514-v1:0
        15 75 1.5 18.75 - - - - - - 200000 32000|us.anthropic.claude-opus-4-1-20250805-v1:0
        15 75 1.5 18.75 - - - - - - 200000 32000|us.anthropic.claude-opus-4-20250514-v1:0
        5 25 0.5 6.25 10 - - - - - 200000 64000|anthropic.claude-opus-4-5-20251101-v1:0
        5 25 0.5 6.25 10 - - - - - 200000 64000|global.anthropic.claude-opus-4-5-20251101-v1:0
        5 25 0.5 6.25 10 - - - - - 1000000 128000|anthropic.claude-opus-4-6-v1 anthropic.claude-opus-4-7
        5 25 0.5 6.25 10 - - - - - 1000000 128000|anthropic.claude-opus-4-8 anthropic.claude-opus-5
        5 25 0.5 6.25 10 - - - - - 1000000 128000|global.anthropic.claude-opus-4-6-v1 global.anthropic.claude-opus-4-7
        5 25 0.5 6.25 10 - - - - - 1000000 128000|global.anthropic.claude-opus-4-8 global.anthropic.claude-opus-5
        3 15 0.3 3.75 - - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|anthropic.claude-sonnet-4-20250514-v1:0
        3 15 0.3 3.75 - - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|apac.anthropic.claude-sonnet-4-20250514-v1:0
        3 15 0.3 3.75 - - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|eu.anthropic.claude-sonnet-4-20250514-v1:0
        3 15 0.3 3.75 - - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|global.anthropic.claude-sonnet-4-20250514-v1:0
        3 15 0.3 3.75 - - - - - - 1000000 64000 200000 6 22.5 0.6 7.5|us.anthropic.claude-sonnet-4-20250514-v1:0
        3 15 0.3 3.75 6 - - - 1.5 7.5 200000 64000 200000 6 22.5 0.6 7.5 12|anthropic.claude-sonnet-4-5-20250929-v1:0
        3 15 0.3 3.75 6 - - - 1.5 7.5 200000 64000 200000 6 22.5 0.6 7.5 12|claude-sonnet-4-5-20250929-v1:0
        3 15 0.3 3.75 6 - - - 1.5 7.5 200000 64000 200000 6 22.5 0.6 7.5 12|global.anthropic.claude-sonnet-4-5-20250929-v1:0
        3 15 0.3 3.75 6 - - - - - 1000000 64000|anthropic.claude-sonnet-4-6 global.anthropic.claude-sonnet-4-6
        2 10 0.2 2.5 4 - - - - - 1000000 128000|anthropic.claude-sonnet-5 global.anthropic.claude-sonnet-5
        8 24 - - - - - - - - 100000 8191|anthropic.claude-v1 anthropic.claude-v2:1 ap-northeast-1/anthropic.claude-v1
        8 24 - - - - - - - - 100000 8191|ap-northeast-1/anthropic.claude-v2:1 eu-central-1/anthropic.claude-v1
        8 24 - - - - - - - - 100000 8191|eu-central-1/anthropic.claude-v2:1 us-east-1/anthropic.claude-v1
        8 24 - - - - - - - - 100000 8191|us-east-1/anthropic.claude-v2:1 us-west-2/anthropic.claude-v1
        8 24 - - - - - - - - 100000 8191|us-west-2/anthropic.claude-v2:1
        2.23 7.55 - - - - - - - - 100000 8191|ap-northeast-1/anthropic.claude-instant-v1
        0.74 2.22 - - - - - - - - 163840 163840|ap-northeast-1/deepseek.v3.2 ap-south-1/deepseek.v3.2
        0.74 2.22 - - - - - - - - 163840 163840|ap-southeast-3/deepseek.v3.2 eu-north-1/deepseek.v3.2 eu.deepseek.v3.2
        0.74 2.22 - - - - - - - - 163840 163840|sa-east-1/deepseek.v3.2
        0.36 1.44 - - - - - - - - 196000 8192|ap-northeast-1/minimax.minimax-m2.1 ap-south-1/minimax.minimax-m2.1
        0.36 1.44 - - - - - - - - 196000 8192|ap-southeast-3/minimax.minimax-m2.1 eu-central-1/minimax.minimax-m2.1
        0.36 1.44 - - - - - - - - 196000 8192|eu-north-1/minimax.minimax-m2.1 eu-south-1/minimax.minimax-m2.1
        0.36 1.44 - - - - - - - - 196000 8192|eu-west-1/minimax.minimax-m2.1 sa-east-1/minimax.minimax-m2.1
        0.36 1.44 - - - - - - - - 1000000 8192|ap-northeast-1/minimax.minimax-m2.5 ap-south-1/minimax.minimax-m2.5
        0.36 1.44 - - - - - - - - 1000000 8192|ap-southeast-3/minimax.minimax-m2.5 eu-central-1/minimax.minimax-m2.5
        0.36 1.44 - - - - - - - - 1000000 8192|eu-north-1/minimax.minimax-m2.5 eu-south-1/minimax.minimax-m2.5
        0.36 1.44 - - - - - - - - 1000000 8192|eu-west-1/minimax.minimax-m2.5 sa-east-1/minimax.minimax-m2.5
        0.73 3.03 - - - - - - - - 262144 262144|ap-northeast-1/moonshotai.kimi-k2-thinking moonshotai.kimi-k2-thinking
        0.73 3.03 - - - - - - - - 262144 262144|sa-east-1/moonshotai.kimi-k2-thinking
        0.72 3.6 - - - - - - - - 262144 262144|ap-northeast-1/moonshotai.kimi-k2.5 ap-south-1/moonshotai.kimi-k2.5
        0.72 3.6 - - - - - - - - 262144 262144|ap-southeast-3/moonshotai.kimi-k2.5 eu-north-1/moonshotai.kimi-k2.5
        0.72 3.6 - - - - - - - - 262144 262144|sa-east-1/moonshotai.kimi-k2.5
        0.6 1.44 - - - - - - - - 262144 8192|ap-northeast-1/qwen.qwen3-coder-next ap-south-1/qwen.qwen3-coder-next
        0.6 1.44 - - - - - - - - 262144 8192|ap-southeast-3/qwen.qwen3-coder-next eu-central-1/qwen.qwen3-coder-next
        0.6 1.44 - - - - - - - - 262144 8192|eu-south-1/qwen.qwen3-coder-next eu-west-1/qwen.qwen3-coder-next
        0.6 1.44 - - - - - - - - 262144 8192|sa-east-1/qwen.qwen3-coder-next
        3.18 4.2 - - - - - - - - 8192 8192|ap-south-1/meta.llama3-70b-instruct-v1:0
        0.36 0.72 - - - - - - - - 8192 8192|ap-south-1/meta.llama3-8b-instruct-v1:0
        0.71 2.94 - - - - - - - - 262144 262144|ap-south-1/moonshotai.kimi-k2-thinking
        0.309 1.236 - - - - - - - - 1000000 8192|ap-southeast-2/minimax.minimax-m2.5
        0.33 2.75 0.0825 - - - - - - - 1000000 64000|apac.amazon.nova-2-lite-v1:0 eu.amazon.nova-2-lite-v1:0
        0.33 2.75 0.0825 - - - - - - - 1000000 64000|us.amazon.nova-2-lite-v1:0
        0.063 0.252 - - - - - - - - 300000 10000|apac.amazon.nova-lite-v1:0
        0.037 0.148 - - - - - - - - 128000 10000|apac.amazon.nova-micro-v1:0
        0.84 3.36 - - - - - - - - 300000 10000|apac.amazon.nova-pro-v1:0
        1.1 5.5 0.11 1.375 - - - - 0.55 2.75 200000 64000|apac.anthropic.claude-haiku-4-5-20251001-v1:0
        1.1 5.5 0.11 1.375 2.2 - - - 0.55 2.75 200000 64000|au.anthropic.claude-haiku-4-5-20251001-v1:0
        1.1 5.5 0.11 1.375 2.2 - - - 0.55 2.75 200000 64000|eu.anthropic.claude-haiku-4-5-20251001-v1:0
        1.1 5.5 0.11 1.375 2.2 - - - 0.55 2.75 200000 64000|jp.anthropic.claude-haiku-4-5-20251001-v1:0
        1.1 5.5 0.11 1.375 2.2 - - - 0.55 2.75 200000 64000|us.anthropic.claude-haiku-4-5-20251001-v1:0
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|au.anthropic.claude-opus-4-6-v1 au.anthropic.claude-opus-4-7
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|au.anthropic.claude-opus-4-8 au.anthropic.claude-opus-5
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|eu.anthropic.claude-opus-4-6-v1 eu.anthropic.claude-opus-4-7
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|eu.anthropic.claude-opus-4-8 eu.anthropic.claude-opus-5
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|jp.anthropic.claude-opus-4-8 jp.anthropic.claude-opus-5
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|us.anthropic.claude-opus-4-6-v1 us.anthropic.claude-opus-4-7
        5.5 27.5 0.55 6.875 11 - - - - - 1000000 128000|us.anthropic.claude-opus-4-8 us.anthropic.claude-opus-5
        3.3 16.5 0.33 4.125 6.6 - - - 1.65 8.25 200000 64000 200000 6.6 24.75 0.66 8.25 13.2|au.anthropic.claude-sonnet-4-5-20250929-v1:0
        3.3 16.5 0.33 4.125 6.6 - - - 1.65 8.25 200000 64000 200000 6.6 24.75 0.66 8.25 13.2|eu.anthropic.claude-sonnet-4-5-20250929-v1:0
        3.3 16.5 0.33 4.125 6.6 - - - 1.65 8.25 200000 64000 200000 6.6 24.75 0.66 8.25 13.2|jp.anthropic.claude-sonnet-4-5-20250929-v1:0
        3.3 16.5 0.33 4.125 6.6 - - - 1.65 8.25 200000 64000 200000 6.6 24.75 0.66 8.25 13.2|us.anthropic.claude-sonnet-4-5-20250929-v1:0
        3.3 16.5 0.33 4.125 6.6 - - - - - 1000000 64000|au.anthropic.claude-sonnet-4-6 eu.anthropic.claude-sonnet-4-6
        3.3 16.5 0.33 4.125 6.6 - - - - - 1000000 64000|jp.anthropic.claude-sonnet-4-6 us.anthropic.claude-sonnet-4-6
        2.2 11 0.22 2.75 4.4 - - - - - 1000000 128000|au.anthropic.claude-sonnet-5 eu.anthropic.claude-sonnet-5
        2.2 11 0.22 2.75 4.4 - - - - - 1000000 128000|jp.anthropic.claude-sonnet-5 us.anthropic.claude-sonnet-5
        3.05 4.03 - - - - - - - - 8192 8192|ca-central-1/meta.llama3-70b-instruct-v1:0
        0.35 0.69 - - - - - - - - 8192 8192|ca-central-1/meta.llama3-8b-instruct-v1:0
        0.3 0.6 - - - - - - - - 4096 4096|cohere.command-light-text-v14
        3 15 - - - - - - - - 128000 4096|cohere.command-r-plus-v1:0
        0.5 1.5 - - - - - - - - 128000 4096|cohere.command-r-v1:0
        1.5 2 - - - - - - - - 4096 4096|cohere.command-text-v14
        0.1 0 - - - - - - - - 512|cohere.embed-english-v3 cohere.embed-multilingual-v3
        0.12 0 - - - - - - - - 128000|cohere.embed-v4:0 global.cohere.embed-v4:0 us.cohere.embed-v4:0
        0.58 1.68 - - - - - - - - 163840 81920|deepseek.v3-v1:0
        0.62 1.85 - - - - - - - - 163840 163840|deepseek.v3.2 us-east-1/deepseek.v3.2 us-east-2/deepseek.v3.2
        0.62 1.85 - - - - - - - - 163840 163840|us-west-2/deepseek.v3.2 us.deepseek.v3.2
        2.48 8.38 - - - - - - - - 100000 8191|eu-central-1/anthropic.claude-instant-v1
        2.86 3.78 - - - - - - - - 8192 8192|eu-west-1/meta.llama3-70b-instruct-v1:0
        0.32 0.65 - - - - - - - - 8192 8192|eu-west-1/meta.llama3-8b-instruct-v1:0
        3.45 4.55 - - - - - - - - 8192 8192|eu-west-2/meta.llama3-70b-instruct-v1:0
        0.39 0.78 - - - - - - - - 8192 8192|eu-west-2/meta.llama3-8b-instruct-v1:0
        0.47 1.86 - - - - - - - - 196000 8192|eu-west-2/minimax.minimax-m2.1
        0.47 1.86 - - - - - - - - 1000000 8192|eu-west-2/minimax.minimax-m2.5
        0.78 1.86 - - - - - - - - 262144 8192|eu-west-2/qwen.qwen3-coder-next
        0.2 0.26 - - - - - - - - 32000 8191|eu-west-3/mistral.mistral-7b-instruct-v0:2
        10.4 31.2 - - - - - - - - 32000 8191|eu-west-3/mistral.mistral-large-2402-v1:0
        0.59 0.91 - - - - - - - - 32000 8191|eu-west-3/mistral.mixtral-8x7b-instruct-v0:1
        0.078 0.312 - - - - - - - - 300000 10000|eu.amazon.nova-lite-v1:0
        0.046 0.184 - - - - - - - - 128000 10000|eu.amazon.nova-micro-v1:0
        1.05 4.2 - - - - - - - - 300000 10000|eu.amazon.nova-pro-v1:0
        11 55 1.1 13.75 22 - - - - - 1000000 128000|eu.anthropic.claude-fable-5 us.anthropic.claude-fable-5
        11 55 0.275 13.75 22 - - - - - 1000000 128000|eu.anthropic.claude-fable-5-1 us.anthropic.claude-fable-5-1
        5 25 0.5 6.25 - - - - - - 200000 64000|eu.anthropic.claude-opus-4-5-20251101-v1:0
        0.13 0.13 - - - - - - - - 128000 4096|eu.meta.llama3-2-1b-instruct-v1:0
        0.19 0.19 - - - - - - - - 128000 4096|eu.meta.llama3-2-3b-instruct-v1:0
        2 6 - - - - - - - - 128000 4096|eu.mistral.pixtral-large-2502-v1:0 us.mistral.pixtral-large-2502-v1:0
        0.2 1.2 0.02 0.25 - - - - - - 1000000 128000 272000 0.4 1.8 0.04 0.5|global.openai.gpt-5.6-luna
        4 20 0.4 5 - - - - - - 1000000 128000 272000 8 30 0.8 10|global.openai.gpt-5.6-sol
        2 12 0.2 2.5 - - - - - - 1000000 128000 272000 4 18 0.4 5|global.openai.gpt-5.6-terra
        10 50 1 12.5 - - - - - - 1050000 128000 272000 20 75 2 25|global.openai.gpt-6-astra
        2 6 0.5 - - - - - - - 500000 500000|global.xai.grok-4.6
        0.09 0.29 - - - - - - - - 128000 8192|google.gemma-3-12b-it
        0.23 0.38 - - - - - - - - 128000 8192|google.gemma-3-27b-it
        0.04 0.08 - - - - - - - - 128000 8192|google.gemma-3-4b-it
        5.5 27.5 0.55 6.875 - - - - - - 1000000 128000|jp.anthropic.claude-opus-4-7
        0.75 1 - - - - - - - - 4096 4096|meta.llama2-13b-chat-v1
        1.95 2.56 - - - - - - - - 4096 4096|meta.llama2-70b-chat-v1
        5.32 16 - - - - - - - - 128000 4096|meta.llama3-1-405b-instruct-v1:0 us.meta.llama3-1-405b-instruct-v1:0
        0.99 0.99 - - - - - - - - 128000 2048|meta.llama3-1-70b-instruct-v1:0 us.meta.llama3-1-70b-instruct-v1:0
        0.22 0.22 - - - - - - - - 128000 2048|meta.llama3-1-8b-instruct-v1:0 us.meta.llama3-1-8b-instruct-v1:0
        0.35 0.35 - - - - - - - - 128000 4096|meta.llama3-2-11b-instruct-v1:0 us.meta.llama3-2-11b-instruct-v1:0
        0.1 0.1 - - - - - - - - 128000 4096|meta.llama3-2-1b-instruct-v1:0 us.meta.llama3-2-1b-instruct-v1:0
        0.15 0.15 - - - - - - - - 128000 4096|meta.llama3-2-3b-instruct-v1:0 us.meta.llama3-2-3b-instruct-v1:0
        2 2 - - - - - - - - 128000 4096|meta.llama3-2-90b-instruct-v1:0 us.meta.llama3-2-90b-instruct-v1:0
        0.72 0.72 - - - - - - - - 128000 4096|meta.llama3-3-70b-instruct-v1:0 us.meta.llama3-3-70b-instruct-v1:0
        2.65 3.5 - - - - - - - - 8192 8192|meta.llama3-70b-instruct-v1:0 us-east-1/meta.llama3-70b-instruct-v1:0
        2.65 3.5 - - - - - - - - 8192 8192|us-west-1/meta.llama3-70b-instruct-v1:0
        0.3 0.6 - - - - - - - - 8192 8192|meta.llama3-8b-instruct-v1:0 us-east-1/meta.llama3-8b-instruct-v1:0
        0.3 0.6 - - - - - - - - 8192 8192|us-west-1/meta.llama3-8b-instruct-v1:0
        0.24 0.97 - - - - - - 0.12 0.485 128000 4096|meta.llama4-maverick-17b-instruct-v1:0
        0.24 0.97 - - - - - - 0.12 0.485 128000 4096|us.meta.llama4-maverick-17b-instruct-v1:0
        0.17 0.66 - - - - - - 0.085 0.33 128000 4096|meta.llama4-scout-17b-instruct-v1:0
        0.17 0.66 - - - - - - 0.085 0.33 128000 4096|us.meta.llama4-scout-17b-instruct-v1:0
        0.3 1.2 - - - - - - - - 128000 8192|minimax.minimax-m2
        0.3 1.2 - - - - - - - - 196000 8192|minimax.minimax-m2.1 us-east-1/minimax.minimax-m2.1
        0.3 1.2 - - - - - - - - 196000 8192|us-east-2/minimax.minimax-m2.1 us-west-2/minimax.minimax-m2.1
        0.3 1.2 - - - - - - - - 1000000 8192|minimax.minimax-m2.5 us-east-1/minimax.minimax-m2.5
        0.3 1.2 - - - - - - - - 1000000 8192|us-east-2/minimax.minimax-m2.5 us-west-2/minimax.minimax-m2.5
        0.4 2 - - - - - - - - 256000 8192|mistral.devstral-2-123b
        0.5 1.5 - - - - - - - - 128000 8192|mistral.magistral-small-2509 mistral.mistral-large-3-675b-instruct
        0.2 0.2 - - - - - - - - 128000 8192|mistral.ministral-3-14b-instruct
        0.1 0.1 - - - - - - - - 128000 8192|mistral.ministral-3-3b-instruct
        0.15 0.15 - - - - - - - - 128000 8192|mistral.ministral-3-8b-instruct
        0.15 0.2 - - - - - - - - 32000 8191|mistral.mistral-7b-instruct-v0:2 us-east-1/mistral.mistral-7b-instruct-v0:2
        0.15 0.2 - - - - - - - - 32000 8191|us-west-2/mistral.mistral-7b-instruct-v0:2
        8 24 - - - - - - - - 32000 8191|mistral.mistral-large-2402-v1:0 us-east-1/mistral.mistral-large-2402-v1:0
        8 24 - - - - - - - - 32000 8191|us-west-2/mistral.mistral-large-2402-v1:0
        3 9 - - - - - - - - 128000 8191|mistral.mistral-large-2407-v1:0
        1 3 - - - - - - - - 32000 8191|mistral.mistral-small-2402-v1:0
        0.45 0.7 - - - - - - - - 32000 8191|mistral.mixtral-8x7b-instruct-v0:1
        0.45 0.7 - - - - - - - - 32000 8191|us-east-1/mistral.mixtral-8x7b-instruct-v0:1
        0.45 0.7 - - - - - - - - 32000 8191|us-west-2/mistral.mixtral-8x7b-instruct-v0:1
        0.04 0.04 - - - - - - - - 128000 8192|mistral.voxtral-mini-3b-2507
        0.1 0.3 - - - - - - - - 128000 8192|mistral.voxtral-small-24b-2507
        0.6 2.5 - - - - - - - - 128000 8192|moonshot.kimi-k2-thinking
        0.6 3.03 - - - - - - - - 262144 262144|moonshotai.kimi-k2.5
        0.6 3 - - - - - - - - 262144 262144|moonshotai.kimi-k2.5 us-east-1/moonshotai.kimi-k2.5
        0.6 3 - - - - - - - - 262144 262144|us-east-2/moonshotai.kimi-k2.5 us-west-2/moonshotai.kimi-k2.5
        0.2 0.6 - - - - - - - - 128000 8192|nvidia.nemotron-nano-12b-v2
        0.06 0.24 - - - - - - - - 262144 8192|nvidia.nemotron-nano-3-30b
        0.06 0.23 - - - - - - - - 128000 8192|nvidia.nemotron-nano-9b-v2
        0.15 0.65 - - - - - - - - 256000 32768|nvidia.nemotron-super-3-120b
        0.15 0.6 - - - - - - - - 128000 128000|openai.gpt-oss-120b-1:0
        0.07 0.3 - - - - - - - - 128000 128000|openai.gpt-oss-20b-1:0
        0.15 0.6 - - - - - - - - 128000 8192|openai.gpt-oss-safeguard-120b
        0.07 0.2 - - - - - - - - 128000 8192|openai.gpt-oss-safeguard-20b
        0.22 0.88 - - - - - - 0.11 0.44 262144 131072|qwen.qwen3-235b-a22b-2507-v1:0
        0.15 0.6 - - - - - - - - 131072 16384|qwen.qwen3-32b-v1:0
        0.15 0.6 - - - - - - - - 262144 131072|qwen.qwen3-coder-30b-a3b-v1:0
        0.45 1.8 - - - - - - - - 262000 65536|qwen.qwen3-coder-480b-a35b-v1:0
        0.5 1.2 - - - - - - - - 262144 8192|qwen.qwen3-coder-next us-east-1/qwen.qwen3-coder-next
        0.5 1.2 - - - - - - - - 262144 8192|us-east-2/qwen.qwen3-coder-next us-west-2/qwen.qwen3-coder-next
        0.15 1.2 - - - - - - - - 128000 8192|qwen.qwen3-next-80b-a3b
        0.53 2.66 - - - - - - - - 128000 8192|qwen.qwen3-vl-235b-a22b
        4.45 5.88 - - - - - - - - 8192 8192|sa-east-1/meta.llama3-70b-instruct-v1:0
        0.5 1.01 - - - - - - - - 8192 8192|sa-east-1/meta.llama3-8b-instruct-v1:0
        0.6 2.5 - - - - - - - - 262144 262144|us-east-1/moonshotai.kimi-k2-thinking
        0.6 2.5 - - - - - - - - 262144 262144|us-east-2/moonshotai.kimi-k2-thinking
        0.6 2.5 - - - - - - - - 262144 262144|us-west-2/moonshotai.kimi-k2-thinking
        1 3.2 - - - - - - - - 200000 128000|us-east-1/zai.glm-5 us-west-2/zai.glm-5 zai.glm-5
        0.96 3.84 - - - - - - - - 300000 10000|us-gov-east-1/amazon.nova-pro-v1:0 us-gov-west-1/amazon.nova-pro-v1:0
        0.2 0 - - - - - - - - 8192|us-gov-east-1/amazon.titan-embed-text-v2:0 us-gov-west-1/amazon.titan-embed-text-v2:0
        0.3 1.5 0.03 0.375 - - - - - - 200000 4096|us-gov-east-1/anthropic.claude-3-haiku-20240307-v1:0
        0.3 1.5 0.03 0.375 - - - - - - 200000 4096|us-gov-west-1/anthropic.claude-3-haiku-20240307-v1:0
        0.3 1.5 0.03 0.375 - - - - - - 200000 4096|us-gov.anthropic.claude-3-haiku-20240307-v1:0
        12 60 0.3 15 24 - - - - - 1000000 128000|us-gov-east-1/anthropic.claude-fable-5-1
        12 60 0.3 15 24 - - - - - 1000000 128000|us-gov-west-1/anthropic.claude-fable-5-1
        12 60 0.3 15 24 - - - - - 1000000 128000|us-gov.anthropic.claude-fable-5-1
        1.2 6 0.12 1.5 2.4 - - - - - 200000 64000|us-gov-east-1/anthropic.claude-haiku-4-5-20251001-v1:0
        1.2 6 0.12 1.5 2.4 - - - - - 200000 64000|us-gov-west-1/anthropic.claude-haiku-4-5-20251001-v1:0
        6 30 0.6 7.5 12 - - - - - 1000000 128000|us-gov-east-1/anthropic.claude-opus-4-8
        6 30 0.6 7.5 12 - - - - - 1000000 128000|us-gov-east-1/anthropic.claude-opus-5
        6 30 0.6 7.5 12 - - - - - 1000000 128000|us-gov-west-1/anthropic.claude-opus-4-8
        6 30 0.6 7.5 12 - - - - - 1000000 128000|us-gov-west-1/anthropic.claude-opus-5 us-gov.anthropic.claude-opus-4-8
        6 30 0.6 7.5 12 - - - - - 1000000 128000|us-gov.anthropic.claude-opus-5
        3.6 18 0.36 4.5 7.2 - - - - - 200000 8192|us-gov-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0
        3.6 18 0.36 4.5 7.2 - - - - - 200000 8192|us-gov-east-1/claude-sonnet-4-5-20250929-v1:0
        3.6 18 0.36 4.5 7.2 - - - - - 200000 8192|us-gov-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0
        3.6 18 0.36 4.5 7.2 - - - - - 200000 8192|us-gov-west-1/claude-sonnet-4-5-20250929-v1:0
        2.4 12 0.24 3 4.8 - - - - - 1000000 128000|us-gov-east-1/anthropic.claude-sonnet-5
        2.4 12 0.24 3 4.8 - - - - - 1000000 128000|us-gov-west-1/anthropic.claude-sonnet-5
        2.4 12 0.24 3 4.8 - - - - - 1000000 128000|us-gov.anthropic.claude-sonnet-5
        2.65 3.5 - - - - - - - - 8000 2048|us-gov-east-1/meta.llama3-70b-instruct-v1:0
        2.65 3.5 - - - - - - - - 8000 2048|us-gov-west-1/meta.llama3-70b-instruct-v1:0
        0.3 2.65 - - - - - - - - 8000 2048|us-gov-east-1/meta.llama3-8b-instruct-v1:0
        0.24 0.72 - - - - - - - - 128000 8192|us-gov-east-1/nvidia.nemotron-nano-12b-v2
        0.24 0.72 - - - - - - - - 128000 8192|us-gov-west-1/nvidia.nemotron-nano-12b-v2
        0.24 0.72 - - - - - - - - 128000 8192|us-gov.nvidia.nemotron-nano-12b-v2
        0.072 0.288 - - - - - - - - 262144 8192|us-gov-east-1/nvidia.nemotron-nano-3-30b
        0.072 0.288 - - - - - - - - 262144 8192|us-gov-west-1/nvidia.nemotron-nano-3-30b
        0.072 0.288 - - - - - - - - 262144 8192|us-gov.nvidia.nemotron-nano-3-30b
        0.072 0.276 - - - - - - - - 128000 8192|us-gov-east-1/nvidia.nemotron-nano-9b-v2
        0.072 0.276 - - - - - - - - 128000 8192|us-gov-west-1/nvidia.nemotron-nano-9b-v2
        0.072 0.276 - - - - - - - - 128000 8192|us-gov.nvidia.nemotron-nano-9b-v2
        0.18 0.78 - - - - - - - - 256000 32768|us-gov-east-1/nvidia.nemotron-super-3-120b
        0.18 0.78 - - - - - - - - 256000 32768|us-gov-west-1/nvidia.nemotron-super-3-120b
        0.18 0.78 - - - - - - - - 256000 32768|us-gov.nvidia.nemotron-super-3-120b
        0.18 0.72 - - - - - - - - 128000 128000|us-gov-east-1/openai.gpt-oss-120b-1:0
        0.18 0.72 - - - - - - - - 128000 128000|us-gov-west-1/openai.gpt-oss-120b-1:0 us-gov.openai.gpt-oss-120b-1:0
        0.084 0.36 - - - - - - - - 128000 128000|us-gov-east-1/openai.gpt-oss-20b-1:0
        0.084 0.36 - - - - - - - - 128000 128000|us-gov-west-1/openai.gpt-oss-20b-1:0 us-gov.openai.gpt-oss-20b-1:0
        0.162 0 - - - - - - - - 8172|us-gov-west-1/amazon.nova-2-multimodal-embeddings-v1:0
        0.072 0.288 - - - - - - - - 300000 10000|us-gov-west-1/amazon.nova-lite-v1:0
        0.042 0.168 - - - - - - - - 128000 10000|us-gov-west-1/amazon.nova-micro-v1:0
        0.3 0.6 - - - - - - - - 8000 2048|us-gov-west-1/meta.llama3-8b-instruct-v1:0
        3.6 18 0.36 4.5 7.2 - - - - - 200000 64000 200000 7.2 27 0.72 9 14.4|us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0
        2.64 7.92 0.66 - - - - - - - 500000 500000|us-gov.xai.grok-4.6
        2.5 12.5 - - - - - - - - 1000000 10000|us.amazon.nova-premier-v1:0
        5.5 27.5 0.55 6.875 11 - - - - - 200000 64000|us.anthropic.claude-opus-4-5-20251101-v1:0
        1.35 5.4 - - - - - - - - 128000 4096|us.deepseek.r1-v1:0
        0.22 1.32 0.022 0.275 - - - - - - 1000000 128000 272000 0.44 1.98 0.044 0.55|us.openai.gpt-5.6-luna
        4.4 22 0.44 5.5 - - - - - - 1000000 128000 272000 8.8 33 0.88 11|us.openai.gpt-5.6-sol
        2.2 13.2 0.22 2.75 - - - - - - 1000000 128000 272000 4.4 19.8 0.44 5.5|us.openai.gpt-5.6-terra
        11 55 1.1 13.75 - - - - - - 1050000 128000 272000 22 82.5 2.2 27.5|us.openai.gpt-6-astra
        2.5 10 - - - - - - - - 128000 8192|us.writer.palmyra-x4-v1:0 writer.palmyra-x4-v1:0
        0.6 6 - - - - - - - - 1000000 8192|us.writer.palmyra-x5-v1:0 writer.palmyra-x5-v1:0
        2.2 6.6 0.55 - - - - - - - 500000 500000|us.xai.grok-4.6
        0.6 2.2 - - - - - - - - 200000 128000|zai.glm-4.7
        0.07 0.4 - - - - - - - - 200000 128000|zai.glm-4.7-flash
        [mistral]
        1 3 - - - - - - - - 32000 8191|codestral-2405
        0.3 0.9 0.03 - - - - - - - 128000 128000|codestral-2508 codestral-latest mistral-code-fim-latest
        0.3 0.9 0.03 - - - - - - - 128000 128000|mistral-code-latest
        0.15 - 0.015 - - - - - - - 8192|codestral-embed codestral-embed-2505
        0.25 0.25 - - - - - - - - 256000 256000|codestral-mamba-latest open-codestral-mamba
        0.4 2 - - - - - - - - 256000 256000|devstral-2512 devstral-latest devstral-medium-latest
        0.4 2 - - - - - - - - 256000 256000|mistral-code-agent-latest
        0.4 2 - - - - - - - - 128000 128000|devstral-medium-2507
        0.1 0.3 - - - - - - - - 128000 128000|devstral-small-2505 devstral-small-2507
        0.1 0.3 - - - - - - - - 256000 256000|devstral-small-latest labs-devstral-small-2512
        1.4 4.4 0.14 - - - - - - - 1048576 131072|glm-5-2 zai-glm-5-2
        0 0 - - - - - - - - 262144 131072|labs-leanstral-1-5 labs-leanstral-1-5-1
        2 5 - - - - - - - - 40000 40000|magistral-medium-1-2-2509 magistral-medium-2506 magistral-medium-2509
        1.5 7.5 0.15 - - - - - - - 262144 262144|magistral-medium-latest mistral-medium mistral-medium-2604
        1.5 7.5 0.15 - - - - - - - 262144 262144|mistral-medium-3-5 mistral-medium-3.5 mistral-medium-latest
        1.5 7.5 0.15 - - - - - - - 262144 262144|mistral-vibe-cli-latest mistral-vibe-cli-with-tools
        0.5 1.5 - - - - - - - - 40000 40000|magistral-small-1-2-2509 magistral-small-2506
        0.15 0.6 0.015 - - - - - - - 262144 262144|magistral-small-latest mistral-small-2603 mistral-small-latest
        0.15 0.6 0.015 - - - - - - - 262144 262144|mistral-vibe-cli-fast
        0.2 0.2 0.02 - - - - - - - 262144 262144|ministral-14b-2512 ministral-14b-latest ministral-3-14b-2512
        0.1 0.1 0.01 - - - - - - - 131072 131072|ministral-3-3b-2512 ministral-3b-2512 ministral-3b-latest
        0.15 0.15 0.015 - - - - - - - 262144 262144|ministral-3-8b-2512 ministral-8b-2512 ministral-8b-latest
        0.1 - - - - - - - - - 8192|mistral-embed mistral-embed-2312
        4 12 - - - - - - - - 32000 8191|mistral-large-2402
        3 9 - - - - - - - - 128000 128000|mistral-large-2407
        2 6 - - - - - - - - 128000 128000|mistral-large-2411 pixtral-large-2411 pixtral-large-latest
        0.5 1.5 0.05 - - - - - - - 262144 262144|mistral-large-2512 mistral-large-3 mistral-large-latest
        2.7 8.1 - - - - - - - - 32000 8191|mistral-medium-2312
        0.4 2 - - - - - - - - 131072 8191|mistral-medium-2505
        0.4 2 - - - - - - - - 131072 131072|mistral-medium-2508 mistral-medium-3-1-2508
        1.5 7.5 - - - - - - - - 262144 262144|mistral-medium-3
        0.1 0.3 - - - - - - - - 32000 8191|mistral-small
        0.06 0.18 - - - - - - - - 131072 131072|mistral-small-3-2-2506
        0.25 0.25 - - - - - - - - 32000 8191|mistral-tiny open-mistral-7b
        0.3 0.3 - - - - - - - - 128000 128000|open-mistral-nemo open-mistral-nemo-2407
        2 6 - - - - - - - - 65336 8191|open-mixtral-8x22b
        0.7 0.7 - - - - - - - - 32000 8191|open-mixtral-8x7b
        0.15 0.15 - - - - - - - - 128000 128000|pixtral-12b-2409
        0.1 0.4 - - - - - - - - 32768 32768|voxtral-small-2507 voxtral-small-latest
        [deepseek]
        0.28 0.42 0.028 - - - - - - - 131072 8192|deepseek-chat
        0.14 0.28 - - - - - - - - 128000 4096|deepseek-coder
        0.3 1.2 0.006 - - - - - - - 1000000 393216|deepseek-flash deepseek-v4-flash deepseek-v4-flash-vision-exp
        0.55 2.19 - - - - - - - - 65536 8192|deepseek-r1
        0.28 0.42 0.028 - - - - - - - 131072 65536|deepseek-reasoner
        0.27 1.1 0.07 - - - - - - - 65536 8192|deepseek-v3
        0.28 0.4 - - - - - - - - 163840 163840|deepseek-v3.2
        1.32 3.96 0.044 - - - - - - - 1000000 393216|deepseek-v4-pro
        """
}
