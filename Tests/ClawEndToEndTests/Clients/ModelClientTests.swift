import ClawKit
import Foundation
import Testing

private let python = ModelClients.python(with: "openai", "anthropic", "ollama")

/// The clients that people use, unchanged, each over every upstream dialect.
@Suite(
    "Model clients over every upstream",
    .enabled(
        if: python != nil,
        "needs Python's openai, anthropic and ollama: make test-full installs them where PyPI can be reached"))
struct ModelClientTests {
    @Test("openai: chat, streams, tools, several tools, results, embeddings, errors, leaving")
    func openAI() async throws {
        try await ModelClients.run { gateway, provider in
            try await ModelClients.check(Self.openAI, python ?? "", gateway)
            try await ModelClients.left(ModelClients.dialects.count, provider)
        }
    }

    @Test("anthropic: messages, streams, tools, several tools, results, counting, errors, leaving")
    func anthropic() async throws {
        try await ModelClients.run { gateway, provider in
            try await ModelClients.check(Self.anthropic, python ?? "", gateway)
            try await ModelClients.left(ModelClients.dialects.count, provider)
        }
    }

    @Test("ollama: chat, generate, streams, tools, the list of models, errors, leaving")
    func ollama() async throws {
        try await ModelClients.run { gateway, provider in
            try await ModelClients.check(Self.ollama, python ?? "", gateway)
            try await ModelClients.left(ModelClients.dialects.count, provider)
        }
    }

    private static let openAI = """
        import json, os, sys
        import openai
        client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key=sys.argv[2], max_retries=0)
        tools = [{"type": "function", "function": {"name": "get_weather", "description": "Tells the weather.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
        def said(words): return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": words}]
        def joined(chunks):
            text, calls, finish, usage = "", {}, None, None
            for chunk in chunks:
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    text += choice.delta.content or ""
                    for call in choice.delta.tool_calls or []:
                        known = calls.setdefault(call.index, {"id": call.id, "name": call.function.name, "arguments": ""})
                        known["arguments"] += call.function.arguments or ""
                    finish = choice.finish_reason or finish
            return text, calls, finish, usage
        for model in os.environ["MODELS"].split():
            def ask(words, **more): return client.chat.completions.create(model=model, messages=said(words), **more)
            answer = ask("Hello.")
            assert answer.choices[0].message.content == "Good day to you.", (model, answer)
            assert answer.choices[0].finish_reason == "stop", (model, answer)
            assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 5), (model, answer.usage)
            text, calls, finish, usage = joined(ask("Hello.", stream=True, stream_options={"include_usage": True}))
            assert (text, finish) == ("Good day to you.", "stop"), (model, text, finish)
            assert (usage.prompt_tokens, usage.completion_tokens) == (11, 5), (model, usage)

            answer = ask("How is the weather?", tools=tools)
            call = answer.choices[0].message.tool_calls[0]
            assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Berlin"}), model
            assert answer.choices[0].finish_reason == "tool_calls", (model, answer)
            both = ask("How is the weather in both cities?", tools=tools).choices[0].message.tool_calls
            assert [json.loads(call.function.arguments)["city"] for call in both] == ["Berlin", "Rome"], (model, both)
            assert len({call.id for call in both}) == 2, (model, both)
            text, calls, finish, usage = joined(ask("How is the weather in both cities?", tools=tools, stream=True))
            assert [json.loads(calls[i]["arguments"])["city"] for i in (0, 1)] == ["Berlin", "Rome"], (model, calls)
            assert finish == "tool_calls" and calls[0]["name"] == "get_weather", (model, finish, calls)
            result = client.chat.completions.create(model=model, tools=tools, messages=said("How is the weather?") + [
                {"role": "assistant", "content": None, "tool_calls": [{"id": call.id, "type": "function",
                    "function": {"name": "get_weather", "arguments": call.function.arguments}}]},
                {"role": "tool", "tool_call_id": call.id, "content": "21"}])
            assert result.choices[0].message.content == "It is 21 degrees.", (model, result)

            answer = client.responses.create(model=model, input="Hello.")
            assert answer.output_text == "Good day to you.", (model, answer)
            with client.responses.stream(model=model, input="Hello.") as stream:
                final = stream.get_final_response()
            assert final.output_text == "Good day to you.", (model, final)
            answer = client.completions.create(model=model, prompt="Hello.")
            assert answer.choices[0].text == "Good day to you.", (model, answer)
            parts = list(client.completions.create(model=model, prompt="Hello.", stream=True))
            assert "".join(part.choices[0].text for part in parts if part.choices) == "Good day to you.", (model, parts)

            for status, error in ((429, openai.RateLimitError), (400, openai.BadRequestError), (500, openai.APIStatusError)):
                try: ask(f"FAIL-{status}"); assert False, (model, status)
                except error as failure: assert failure.status_code in (status, 502, 503), (model, failure.status_code)
            stream = ask("ENDLESS", stream=True)
            words = 0
            for chunk in stream:
                words += 1
                if words == 5: break
            stream.close()
        for model in os.environ["EMBEDDERS"].split():
            vectors = client.embeddings.create(model=model, input=["a", "b"]).data
            assert [vector.embedding[0] for vector in vectors] == [0, 1], (model, vectors)
        names = [model.id for model in client.models.list()]
        assert names == sorted(os.environ["MODELS"].split()), names
        try: openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="wrong", max_retries=0).models.list(); assert False
        except openai.AuthenticationError: pass
        try: client.chat.completions.create(model="none", messages=said("Hello.")); assert False
        except openai.NotFoundError: pass
        """

    private static let anthropic = """
        import os, sys
        import anthropic
        client = anthropic.Anthropic(base_url=sys.argv[1], api_key=sys.argv[2], max_retries=0)
        tools = [{"name": "get_weather", "description": "Tells the weather.",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]
        for model in os.environ["MODELS"].split():
            def ask(words, **more):
                return client.messages.create(model=model, max_tokens=100, system="Be brief.",
                    messages=[{"role": "user", "content": words}], **more)
            answer = ask("Hello.")
            assert answer.content[0].text == "Good day to you." and answer.stop_reason == "end_turn", (model, answer)
            assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 5), (model, answer.usage)
            with client.messages.stream(model=model, max_tokens=100, messages=[{"role": "user", "content": "Hello."}]) as stream:
                text = "".join(stream.text_stream)
                final = stream.get_final_message()
            assert text == "Good day to you." and final.stop_reason == "end_turn", (model, text, final)
            assert final.usage.output_tokens == 5, (model, final.usage)

            answer = ask("How is the weather in both cities?", tools=tools)
            calls = [part for part in answer.content if part.type == "tool_use"]
            assert [call.input["city"] for call in calls] == ["Berlin", "Rome"], (model, answer)
            assert answer.stop_reason == "tool_use" and len({call.id for call in calls}) == 2, (model, answer)
            with client.messages.stream(model=model, max_tokens=100, tools=tools,
                    messages=[{"role": "user", "content": "How is the weather in both cities?"}]) as stream:
                final = stream.get_final_message()
            assert [part.input["city"] for part in final.content if part.type == "tool_use"] == ["Berlin", "Rome"], (model, final)
            call = calls[0]
            result = client.messages.create(model=model, max_tokens=100, tools=tools, messages=[
                {"role": "user", "content": "How is the weather?"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": call.id, "name": call.name, "input": call.input}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "21"}]}])
            assert result.content[0].text == "It is 21 degrees.", (model, result)

            for status, error in ((429, anthropic.RateLimitError), (400, anthropic.BadRequestError), (500, anthropic.APIStatusError)):
                try: ask(f"FAIL-{status}"); assert False, (model, status)
                except error as failure: assert failure.status_code in (status, 502, 503, 529), (model, failure.status_code)
            with client.messages.stream(model=model, max_tokens=100, messages=[{"role": "user", "content": "ENDLESS"}]) as stream:
                words = 0
                for word in stream.text_stream:
                    words += 1
                    if words == 5: break
        count = client.messages.count_tokens(model="openai", messages=[{"role": "user", "content": "Hello."}])
        assert count.input_tokens > 0
        names = [model.id for model in client.models.list()]
        assert names == sorted(os.environ["MODELS"].split()), names
        try: anthropic.Anthropic(base_url=sys.argv[1], api_key="wrong", max_retries=0).models.list(); assert False
        except anthropic.AuthenticationError: pass
        """

    private static let ollama = """
        import os, sys
        import ollama
        client = ollama.Client(host=sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
        tools = [{"type": "function", "function": {"name": "get_weather", "description": "Tells the weather.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
        for model in os.environ["MODELS"].split():
            def ask(words, **more): return client.chat(model=model, messages=[{"role": "user", "content": words}], **more)
            answer = ask("Hello.")
            assert answer.message.content == "Good day to you." and answer.done, (model, answer)
            assert (answer.prompt_eval_count, answer.eval_count) == (11, 5), (model, answer)
            parts = list(ask("Hello.", stream=True))
            assert "".join(part.message.content or "" for part in parts) == "Good day to you.", (model, parts)
            assert parts[-1].done and parts[-1].done_reason == "stop", (model, parts[-1])
            assert client.generate(model=model, prompt="Hello.").response == "Good day to you.", model
            parts = list(client.generate(model=model, prompt="Hello.", stream=True))
            assert "".join(part.response or "" for part in parts) == "Good day to you.", (model, parts)
            calls = ask("How is the weather in both cities?", tools=tools).message.tool_calls
            assert [call.function.arguments["city"] for call in calls] == ["Berlin", "Rome"], (model, calls)
            parts = list(ask("How is the weather in both cities?", tools=tools, stream=True))
            calls = [call for part in parts for call in part.message.tool_calls or []]
            assert [call.function.arguments["city"] for call in calls] == ["Berlin", "Rome"], (model, calls)
            result = client.chat(model=model, tools=tools, messages=[
                {"role": "user", "content": "How is the weather?"},
                {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "get_weather", "arguments": {"city": "Berlin"}}}]},
                {"role": "tool", "content": "21", "tool_name": "get_weather"}])
            assert result.message.content == "It is 21 degrees.", (model, result)
            for status in (429, 400, 500):
                try: ask(f"FAIL-{status}"); assert False, (model, status)
                except ollama.ResponseError as failure: assert failure.status_code in (status, 502, 503), (model, failure)
            stream, words = ask("ENDLESS", stream=True), 0
            for part in stream:
                words += 1
                if words == 5: break
            stream.close()
        names = [model.model for model in client.list().models]
        assert names == sorted(os.environ["MODELS"].split()), names
        try: ollama.Client(host=sys.argv[1], headers={"Authorization": "Bearer wrong"}).list(); assert False
        except ollama.ResponseError as failure: assert failure.status_code == 401, failure
        """
}
