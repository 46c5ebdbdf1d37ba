import ClawBase
import HTTPTypes

/// The page on which a person talks to the runtime. One document, no other files; its addresses are relative, so that
/// it works under any path a proxy puts before it.
enum ChatPage {
    static let response = Response(
        status: .ok,
        headers: [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
        ], body: .string(html))

    private static let html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Chat</title>
        <style>
        :root { color-scheme: light dark; --paper: #f6f5f1; --card: #fff; --ink: #22252a; --soft: #6c7078;
          --line: #dfdcd3; --mine: #23695b; --mineInk: #fff; --bad: #b3261e }
        @media (prefers-color-scheme: dark) { :root { --paper: #17191c; --card: #212429; --ink: #e8e6e1;
          --soft: #9a9ea6; --line: #33373d; --mine: #2f8472; --bad: #ff8a80 } }
        * { box-sizing: border-box }
        body { margin: 0; height: 100dvh; display: flex; flex-direction: column; background: var(--paper);
          color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
        header, main, form { width: 100%; max-width: 46rem; margin: 0 auto; padding: 0 1rem }
        header { display: flex; align-items: baseline; gap: .6rem; padding-block: .9rem;
          border-bottom: 1px solid var(--line) }
        h1 { font-size: 1.05rem; margin: 0 } #model { color: var(--soft); font-size: .875rem }
        main { flex: 1; overflow-y: auto; display: flex; flex-direction: column; gap: .75rem; padding-block: 1.25rem }
        .turn { max-width: 85%; padding: .6rem .9rem; border-radius: 1rem; white-space: pre-wrap;
          overflow-wrap: anywhere }
        .user { align-self: flex-end; background: var(--mine); color: var(--mineInk);
          border-bottom-right-radius: .3rem }
        .assistant { align-self: flex-start; background: var(--card); border: 1px solid var(--line);
          border-bottom-left-radius: .3rem }
        .assistant:empty::after { content: "…"; color: var(--soft) }
        .error { align-self: flex-start; color: var(--bad); font-size: .9rem }
        .hint { margin: auto; color: var(--soft) }
        form { display: flex; gap: .6rem; padding-block: .9rem 1.1rem; align-items: flex-end }
        textarea { flex: 1; resize: none; max-height: 10rem; padding: .6rem .9rem; font: inherit; color: inherit;
          background: var(--card); border: 1px solid var(--line); border-radius: 1rem; field-sizing: content }
        button { font: inherit; font-weight: 600; padding: .6rem 1.1rem; border: 0; border-radius: 1rem;
          color: var(--mineInk); background: var(--mine); cursor: pointer }
        button:disabled { opacity: .5; cursor: default }
        :focus-visible { outline: 2px solid var(--mine); outline-offset: 2px }
        </style>
        <header><h1>Chat</h1><span id="model"></span></header>
        <main id="turns" aria-live="polite"><p class="hint" id="hint">Say something to begin.</p></main>
        <form id="form">
        <textarea id="text" rows="1" placeholder="Message" aria-label="Message" autofocus></textarea>
        <button id="send">Send</button>
        </form>
        <script>
        const byId = id => document.getElementById(id);
        const turns = byId("turns"), form = byId("form"), text = byId("text"), send = byId("send");

        function show(kind, content) {
          byId("hint")?.remove();
          const turn = document.createElement("div");
          turn.className = kind === "error" ? "error" : "turn " + kind;
          turn.textContent = content;
          turns.append(turn);
          turns.scrollTop = turns.scrollHeight;
          return turn;
        }

        async function explain(response) {
          const body = await response.json().catch(() => ({}));
          return body.message || "The runtime answered with status " + response.status + ".";
        }

        async function ask(question) {
          show("user", question);
          const answer = show("assistant", "");
          let ended = false;
          try {
            const response = await fetch("chat", { method: "POST", headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ message: question }) });
            if (!response.ok) throw new Error(await explain(response));
            const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
            let rest = "";
            for (let part; !(part = await reader.read()).done;) {
              const events = (rest + part.value).split("\\n\\n");
              rest = events.pop();
              for (const event of events) {
                if (!event.startsWith("data: ")) continue;
                const data = JSON.parse(event.slice(6));
                if (data.error) throw new Error(data.error.message);
                if (data.done) ended = true;
                const atEnd = turns.scrollHeight - turns.scrollTop - turns.clientHeight < 80;
                answer.textContent += data.delta ?? "";
                if (atEnd) turns.scrollTop = turns.scrollHeight;
              }
            }
            if (!ended) throw new Error("The answer broke off; ask again.");
          } catch (error) {
            if (!answer.textContent) answer.remove();
            show("error", error.message);
          }
        }

        form.addEventListener("submit", async event => {
          event.preventDefault();
          const question = text.value.trim();
          if (!question || send.disabled) return;
          text.value = "";
          send.disabled = true;
          await ask(question);
          send.disabled = false;
          text.focus();
        });
        text.addEventListener("keydown", event => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          form.requestSubmit();
        });
        fetch("conversation").then(async response => {
          if (!response.ok) throw new Error(await explain(response));
          const kept = await response.json();
          byId("model").textContent = kept.model;
          for (const message of kept.messages) show(message.role, message.content);
        }).catch(error => show("error", error.message));
        </script>
        </html>
        """
}

extension HTTPField.Name {
    static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy")!  // valid token characters
}
