#!/usr/bin/env python3
"""Writes Sources/ClawKit/Gateway/Pricing/Generated/PriceTable+Data.swift: public list prices of well-known models.

The source is LiteLLM's price list (its repository's model_prices_and_context_window.json, also in its package on PyPI);
only the facts are taken: prices, context window, longest answer.

    Scripts/generate-prices.py --source model_prices_and_context_window.json --date 2026-11-22
"""
import argparse
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

TARGET = Path(__file__).parent.parent / "Sources/ClawKit/Gateway/Pricing/Generated/PriceTable+Data.swift"
PROVIDERS = {
    "openai": "openai", "text-completion-openai": "openai", "anthropic": "anthropic", "gemini": "gemini",
    "azure": "azure", "azure_text": "azure", "bedrock": "bedrock", "bedrock_converse": "bedrock",
    "mistral": "mistral", "deepseek": "deepseek",
}
MODES = {"chat", "responses", "completion", "embedding"}
# In this order in each row; PriceTable reads them.
PRICES = [
    "input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost", "cache_creation_input_token_cost",
    "cache_creation_input_token_cost_above_1hr", "output_cost_per_reasoning_token", "input_cost_per_audio_token",
    "output_cost_per_audio_token", "input_cost_per_token_batches", "output_cost_per_token_batches",
]
# Beyond so many tokens of input all prices are others.
LONG = ["input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost",
        "cache_creation_input_token_cost", "cache_creation_input_token_cost_above_1hr"]


def per_million(value):
    """A price per token as dollars per million, without superfluous digits; '-' where there is none."""
    if value is None:
        return "-"
    exact = Decimal(str(value)) * 1_000_000
    text = format(exact.quantize(Decimal("0.000000001")), "f").rstrip("0").rstrip(".")
    return text or "0"


def name(key, entry, provider):
    for prefix in (f"{entry['litellm_provider']}/", f"{provider}/", "bedrock/", "azure/", "azure_text/"):
        if key.startswith(prefix):
            return key[len(prefix):]
    return key


def row(entry):
    fields = [per_million(entry.get(price)) for price in PRICES]
    # Some lists say 0 where the provider asks for no price of its own.
    if fields[3] == "0":
        fields[3] = "-"
    context = entry.get("max_input_tokens") or entry.get("max_tokens")
    output = entry.get("max_output_tokens") or (entry.get("max_tokens") if entry["mode"] != "embedding" else None)
    fields += [str(int(context)) if context else "-", str(int(output)) if output else "-"]
    bounds = [k for k in (128, 200, 272) if entry.get(f"input_cost_per_token_above_{k}k_tokens") is not None]
    if bounds:
        bound = bounds[-1]
        fields.append(str(bound * 1000))
        fields += [per_million(entry.get(f"{price}_above_{bound}k_tokens")) for price in LONG]
    while fields[-1] == "-":
        fields.pop()
    return " ".join(fields)


def wrapped(price, names):
    """One or more lines of at most 112 characters, as far as names allow."""
    lines, line = [], []
    for each in names:
        if line and len(price) + 1 + len(" ".join(line + [each])) > 112:
            lines.append(f"{price}|{' '.join(line)}")
            line = []
        line.append(each)
    return lines + [f"{price}|{' '.join(line)}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True)
    parser.add_argument("--date", required=True, help="of the source's state")
    arguments = parser.parse_args()
    entries = json.loads(Path(arguments.source).read_text())
    rows = {provider: defaultdict(list) for provider in dict.fromkeys(PROVIDERS.values())}
    count = 0
    for key, entry in entries.items():
        provider = PROVIDERS.get(entry.get("litellm_provider"))
        if provider is None or entry.get("mode") not in MODES or entry.get("input_cost_per_token") is None:
            continue
        # Reserved capacity is paid by the hour; fine-tuned models have names that nobody else has.
        if "commitment" in key or key.startswith("ft:") or "*" in key or " " in key:
            continue
        rows[provider][row(entry)].append(name(key, entry, provider))
        count += 1
    lines = []
    for provider, prices in rows.items():
        lines.append(f"[{provider}]")
        for price, names in sorted(prices.items(), key=lambda pair: sorted(pair[1])[0]):
            lines += wrapped(price, sorted(set(names)))
    TARGET.write_text(
        "// Made by Scripts/generate-prices.py; do not edit.\n\n"
        "extension PriceTable {\n"
        f"    /// Of which day the prices are.\n    public static let date = \"{arguments.date}\"\n\n"
        "    /// One line for all models of a provider that cost the same: dollars per million tokens, then the names.\n"
        "    static let text: StaticString = \"\"\"\n"
        + "\n".join("        " + line for line in lines)
        + "\n        \"\"\"\n}\n")
    print(f"{count} models in {sum(len(p) for p in rows.values())} rows, {TARGET.stat().st_size} bytes")


main()
