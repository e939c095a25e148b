// Hands in a file in parts and goes on after a break: of the network, of the node, of the browser itself.
"use strict";

(() => {
  const WAITS_S = [1, 2, 4, 8, 15, 30];
  const UNITS = ["B", "kB", "MB", "GB", "TB"];
  const size = (bytes) => {
    let at = 0;
    while (bytes >= 1000 && at < 4) { bytes /= 1000; at += 1; }
    return `${bytes.toFixed(at === 0 || bytes >= 100 ? 0 : 1)} ${UNITS[at]}`;
  };
  // The same file chosen again, in this browser or after a restart, is the same upload.
  const key = (file) => `hexi.upload:${file.name}:${file.size}:${file.lastModified}`;
  const remembered = {
    get: (file) => { try { return localStorage.getItem(key(file)); } catch { return null; } },
    set: (file, address) => { try { localStorage.setItem(key(file), address); } catch { /* private browsing: no going on later */ } },
    forget: (file) => { try { localStorage.removeItem(key(file)); } catch { /* nothing to forget */ } },
  };

  class Refused extends Error {
    constructor(status, said) {
      super(said?.message ?? "");
      Object.assign(this, { status, code: said?.code });
    }
  }
  class Unreadable extends Error {}
  class Stopped extends Error {}

  class Sending {
    constructor(form) {
      this.form = form;
      this.words = Object.fromEntries([...form.querySelector("[data-words]").content.querySelectorAll("[data-word]")]
        .map((each) => [each.dataset.word, each.textContent]));
      this.choose = form.querySelector("[data-choose]");
      this.sending = form.querySelector("[data-sending]");
      this.input = form.querySelector("input[type=file]");
      this.bar = form.querySelector("progress");
      this.pauseButton = form.querySelector("[data-pause]");
      this.resumeButton = form.querySelector("[data-resume]");
      this.file = null;
      this.run = 0;
      form.classList.add("scripted");
      for (const each of form.querySelectorAll("[data-with-script]")) each.hidden = false;
      for (const each of form.querySelectorAll("[data-without-script]")) each.hidden = true;
      this.listen();
    }

    listen() {
      const { form } = this;
      form.addEventListener("submit", (event) => { event.preventDefault(); this.take(this.input.files); });
      this.input.addEventListener("change", () => { if (this.input.files.length) this.take(this.input.files); });
      this.pauseButton.addEventListener("click", () => this.pause());
      this.resumeButton.addEventListener("click", () => this.start());
      form.querySelector("[data-cancel]").addEventListener("click", () => this.giveUp());
      // A file that misses the zone must not take the page's place.
      for (const kind of ["dragover", "drop"]) {
        window.addEventListener(kind, (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
      }
      form.addEventListener("dragover", () => form.classList.add("over"));
      for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
      form.addEventListener("drop", (event) => { event.preventDefault(); this.take(event.dataTransfer.files, event.dataTransfer.items); });
      document.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) this.take(event.clipboardData.files); });
      window.addEventListener("online", () => this.wake?.());
    }

    say(word, facts = {}) {
      return this.words[word].replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
    }

    tell(sentence) { this.form.querySelector("[data-live]").textContent = sentence; }

    complain(sentence) {
      const note = this.form.querySelector("[data-error]");
      note.textContent = sentence;
      note.hidden = !sentence;
      if (sentence) this.tell(sentence);
    }

    take(files, items = null) {
      if (this.file) return;
      const entry = items?.[0]?.webkitGetAsEntry?.();
      if (!files.length || entry?.isDirectory) return this.complain(this.say("no-file"));
      if (files.length > 1) return this.complain(this.say("one"));
      if (!files[0].size) return this.complain(this.say("empty", { name: files[0].name }));
      this.file = files[0];
      this.address = null;
      this.form.querySelector("[data-name]").textContent = this.file.name;
      this.choose.hidden = true;
      this.sending.hidden = false;
      this.start();
      this.pauseButton.focus();
    }

    async start() {
      const run = ++this.run;
      const { file } = this;
      this.complain("");
      this.paused(false);
      this.marks = [];
      this.done = 0;
      this.told = 0;
      let isRenewed = false;
      for (let failures = 0; run === this.run;) {
        try {
          await this.send(file, run, () => { failures = 0; this.complain(""); });
          return;
        } catch (error) {
          if (run !== this.run || error instanceof Stopped) return;
          if (error instanceof Unreadable) return this.end(this.say("changed", { name: file.name }));
          const isPassing = error.status === 0 || error.status === 409 || error.status === 503 || error.code === "upload.damaged";
          const isOver = ["upload.over", "upload.missing"].includes(error.code);
          if (isOver && this.address) {
            // Given up elsewhere, or not this account's: begun anew.
            remembered.forget(file);
            this.address = null;
            if (failures++ < 2) continue;
          }
          if (error.status === 403 && !error.code && !isRenewed && await this.renew()) {
            isRenewed = true;
            continue;
          }
          if (error.status === 401) return this.hold(this.say("sign-in"));
          if (!isPassing || isOver) {
            if (!error.code) return this.hold(this.say("broken", { status: error.status ?? "–" }));
            remembered.forget(file);
            return this.end(error.message);
          }
          this.complain(error.status === 0 ? this.say("lost") : error.message);
          this.marks = [];
          if (this.address) this.show(this.done);
          await this.wait(WAITS_S[Math.min(failures++, WAITS_S.length - 1)]);
        }
      }
    }

    async send(file, run, onProgress) {
      const { upload, isNew } = await this.find(file, run);
      let { offset } = upload;
      this.show(offset);
      this.tell(isNew ? this.say("begun", { name: file.name })
        : this.say("resumed", { name: file.name, done: size(offset), size: size(file.size) }));
      while (offset < file.size && upload.state === "receiving") {
        const piece = file.slice(offset, offset + upload.chunk_bytes);
        const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
        let bytes;
        try { bytes = await piece.arrayBuffer(); } catch { throw new Unreadable(); }
        if (run !== this.run) throw new Stopped();
        // Only pages from HTTPS or this machine may hash; elsewhere TCP's own checks must do.
        if (crypto.subtle) {
          const digest = await crypto.subtle.digest("SHA-256", bytes);
          headers["Content-Digest"] = `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(digest)))}:`;
        }
        const begun = offset;
        const answer = await this.ask("PATCH", this.address, bytes, headers, run, (sent) => this.show(begun + sent));
        offset = Number(answer.getResponseHeader("Upload-Offset"));
        this.show(offset);
        onProgress();
      }
      this.tell(this.say("checking", { name: file.name }));
      this.form.querySelector("[data-figures]").textContent = this.say("checking", { name: file.name });
      const done = await this.ask("POST", upload.complete, JSON.stringify({ next: this.form.dataset.next }),
        { "Content-Type": "application/json" }, run);
      remembered.forget(file);
      this.tell(this.say("done", { name: file.name }));
      location.assign(JSON.parse(done.responseText).go);
    }

    async find(file, run) {
      this.address ??= remembered.get(file);
      if (this.address) {
        try {
          const upload = JSON.parse((await this.ask("GET", this.address, null, {}, run)).responseText);
          if (["receiving", "complete"].includes(upload.state) && upload.size_bytes === file.size) return { upload, isNew: false };
        } catch (error) {
          if (error.status !== 404) throw error;
        }
        remembered.forget(file);
      }
      const said = JSON.stringify({ name: file.name, size_bytes: file.size });
      const upload = JSON.parse((await this.ask("POST", this.form.dataset.uploads, said, { "Content-Type": "application/json" }, run)).responseText);
      this.address = upload.address;
      remembered.set(file, upload.address);
      return { upload, isNew: true };
    }

    // Whoever signed in again in another tab has another token than this page was made with.
    async renew() {
      try {
        const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
        const token = page.querySelector("form[data-drop] [name=csrfmiddlewaretoken]")?.value;
        if (token) this.form.querySelector("[name=csrfmiddlewaretoken]").value = token;
        return Boolean(token);
      } catch { return false; }
    }

    // Of the two ways to send, only this one tells how far it is.
    ask(method, address, body, headers, run, onProgress = null) {
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        this.request = request;
        request.open(method, address);
        request.timeout = 120_000;
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", this.form.querySelector("[name=csrfmiddlewaretoken]").value);
        for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
        if (onProgress) request.upload.addEventListener("progress", (event) => { if (run === this.run) onProgress(event.loaded); });
        request.onload = () => {
          if (request.status < 300) return resolve(request);
          let said = null;
          try { said = JSON.parse(request.responseText).error; } catch { /* a proxy's page, not our answer */ }
          reject(new Refused(request.status, said));
        };
        request.onerror = request.ontimeout = () => reject(new Refused(0, null));
        request.onabort = () => reject(new Stopped());
        request.send(body);
      });
    }

    show(done) {
      const { file } = this, now = performance.now() / 1000;
      this.done = done;
      this.bar.value = done / file.size;
      this.marks = [...this.marks.filter(([at]) => now - at < 10), [now, done]];
      const [since, before] = this.marks[0];
      const speed = now - since > 0.5 ? (done - before) / (now - since) : 0;
      const facts = { done: size(done), size: size(file.size), speed: size(Math.max(0, speed)) };
      facts.left = this.left(speed > 0 ? (file.size - done) / speed : null);
      this.form.querySelector("[data-figures]").textContent = this.say(speed > 0 ? "figures" : "waiting", facts);
      // Read aloud by quarters: more would be a nuisance.
      const quarter = Math.floor((done / file.size) * 4);
      if (quarter > this.told && quarter < 4) {
        this.told = quarter;
        this.tell(this.say("percent", { share: `${quarter * 25}%`, name: file.name }));
      }
    }

    left(seconds) {
      if (seconds === null) return this.say("unknown");
      if (seconds < 90) return this.say("seconds", { count: Math.max(1, Math.round(seconds)) });
      if (seconds < 5400) return this.say("minutes", { count: Math.round(seconds / 60) });
      return this.say("hours", { count: (seconds / 3600).toFixed(1) });
    }

    wait(seconds) {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        this.wake = () => { clearTimeout(timer); resolve(); };
      });
    }

    paused(is) {
      this.pauseButton.hidden = is;
      this.resumeButton.hidden = !is;
    }

    stop() {
      this.run += 1;
      this.request?.abort();
      this.wake?.();
    }

    pause() {
      this.stop();
      this.paused(true);
      this.form.querySelector("[data-figures]").textContent = this.say("paused");
      this.tell(this.say("paused"));
      this.resumeButton.focus();
    }

    hold(sentence) {
      this.stop();
      this.paused(true);
      this.complain(sentence);
    }

    end(sentence) {
      this.stop();
      this.file = null;
      this.input.value = "";
      this.sending.hidden = true;
      this.choose.hidden = false;
      this.complain(sentence);
      this.input.focus();
    }

    async giveUp() {
      const { file, address } = this;
      this.end("");
      this.tell(this.say("given-up"));
      remembered.forget(file);
      if (address) await this.ask("DELETE", address, null, {}, this.run).catch(() => { /* it is removed in a day */ });
    }
  }

  for (const form of document.querySelectorAll("form[data-drop]")) new Sending(form);
})();
