// The page: a view of what the program tells (src/server/doors/page_view.rs), and its user's hands.

const at = (id) => document.getElementById(id);
const conversation = at("conversation");

// ── what is shown ──────────────────────────────────────────────────────────────────────────────

const exchanges = new Map();
// A stage has the same colour in each turn.
const STAGES = ["wait", "stt", "turn", "prompt", "token", "clause", "voice", "device", "lead"];

function stayAtEnd(change) {
  const isAtEnd = conversation.scrollHeight - conversation.scrollTop - conversation.clientHeight < 40;
  change();
  if (isAtEnd) conversation.scrollTop = conversation.scrollHeight;
}

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function append(item) {
  at("empty")?.remove();
  stayAtEnd(() => conversation.append(item));
  return item;
}

const shows = {
  welcome: ({ name }) => {
    document.title = `${name} · vivavoce`;
  },
  state: ({ activity, hears }) => {
    at("state").textContent = activity;
    at("state").dataset.activity = activity;
    at("hears").textContent = hears;
  },
  levels: ({ capture_dbfs, render_dbfs }) => {
    at("capture").value = capture_dbfs;
    at("render").value = render_dbfs;
  },
  exchange: ({ turn, user, heard, unheard, outcome, reason }) => {
    let item = exchanges.get(turn);
    if (!item) {
      item = append(element("li"));
      exchanges.set(turn, item);
    }
    const parts = [];
    if (user) parts.push(element("div", "user", user));
    const reply = element("div", "reply");
    if (heard) reply.append(heard);
    const gap = heard ? " " : "";
    if (unheard && outcome === "cut") reply.append(gap, element("del", "", unheard));
    if (unheard && outcome === "open") reply.append(gap, element("span", "coming", unheard));
    if (outcome === "cut") reply.append(" ", element("span", "mark", `(stopped: ${reason})`));
    if (outcome === "ignored") reply.append(gap, element("span", "mark", `(not answered: ${reason})`));
    if (outcome === "extended") reply.append(gap, element("span", "mark", "(you went on)"));
    if (reply.childNodes.length) parts.push(reply);
    stayAtEnd(() => {
      item.className = outcome;
      item.replaceChildren(...parts);
    });
    // Read out once, when it is over: not again at each word.
    if (outcome !== "open") at("spoken").textContent = item.innerText;
  },
  latency: ({ total_ms, stages }) => {
    const item = element("li");
    const words = stages.map(({ name, ms }) => `${name} ${Math.round(ms)}`).join(", ");
    item.append(element("div", "", `${Math.round(total_ms)} ms: ${words}`));
    const bar = element("div", "bar");
    bar.setAttribute("aria-hidden", "true");
    stages.forEach(({ name, ms }) => {
      const part = element("span", `s${STAGES.indexOf(name)}`);
      part.style.flexGrow = Math.max(ms, 0);
      bar.append(part);
    });
    item.append(bar);
    at("latency").querySelector(".none")?.remove();
    at("latency").prepend(item);
    while (at("latency").children.length > 10) at("latency").lastChild.remove();
  },
  cost: ({ text }) => (at("cost").textContent = text),
  why: ({ text }) => {
    if (at("why").checked) append(element("li", "note", `why: ${text}`));
  },
  note: ({ text }) => append(element("li", "note", text)),
  flush: () => sound?.loudspeaker.port.postMessage("flush"),
};

function complain(text) {
  at("problem").textContent = text;
  at("problem").hidden = !text;
}

// ── the conversation ───────────────────────────────────────────────────────────────────────────

let socket = null;
let sound = null;
// The key of push to talk is down.
let held = false;

const say = (message) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};

async function openSound() {
  const chosen = at("microphone").value;
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: {
      deviceId: chosen ? { exact: chosen } : undefined,
      channelCount: 1,
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
  });
  const context = new AudioContext({ latencyHint: "interactive" });
  // A browser may suspend it, as when a telephone rings.
  context.onstatechange = () => context.state === "suspended" && context.resume();
  try {
    await context.resume();
    await context.audioWorklet.addModule("/sound.js");
    const speaker = at("loudspeaker").value;
    if (speaker && context.setSinkId) await context.setSinkId(speaker);
  } catch (error) {
    stream.getTracks().forEach((track) => track.stop());
    await context.close();
    throw error;
  }
  const microphone = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
  const loudspeaker = new AudioWorkletNode(context, "loudspeaker", { numberOfInputs: 0 });
  context.createMediaStreamSource(stream).connect(microphone);
  loudspeaker.connect(context.destination);
  microphone.port.onmessage = ({ data }) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(data);
  };
  let told = -1;
  loudspeaker.port.onmessage = ({ data }) => {
    // Until it is heard: what waits here, and what the browser and the device add.
    const ms = Math.round(data + 1000 * (context.outputLatency || context.baseLatency || 0));
    if (Math.abs(ms - told) > 5) say({ type: "latency", ms: (told = ms) });
  };
  return { context, stream, loudspeaker };
}

async function start() {
  complain("");
  at("talk").disabled = true;
  if (!navigator.mediaDevices) {
    complain("Browsers give the microphone only to pages of this machine (http://localhost) or over https.");
    at("talk").disabled = false;
    return;
  }
  try {
    sound = await openSound();
  } catch (error) {
    complain(
      error.name === "NotAllowedError"
        ? "The browser keeps the microphone from this page: allow it in the address line, then press Talk again."
        : `The microphone cannot be used: ${error.message}`,
    );
    at("talk").disabled = false;
    return;
  }
  listDevices();
  sound.stream.getAudioTracks()[0].onended = () => end("The microphone has gone.");
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}/session`);
  socket = mine;
  mine.binaryType = "arraybuffer";
  mine.onopen = () => {
    say({ type: "hello", rate: sound.context.sampleRate, push_to_talk: at("push").checked });
    shows.state({ activity: "starting", hears: "" });
  };
  mine.onmessage = ({ data }) => {
    // What an ended conversation still sends is not of this one.
    if (socket !== mine) return;
    if (typeof data !== "string") {
      sound?.loudspeaker.port.postMessage(data, [data]);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "welcome") connected(true);
    shows[message.type]?.(message);
  };
  mine.onclose = ({ reason }) => {
    if (socket !== mine) return;
    end(reason ? `It ended: ${reason}.` : "The program has ended, or cannot be reached.");
  };
  // Until it is welcome it can be given up.
  at("talk").disabled = false;
  at("talk").textContent = "Cancel";
}

function end(why) {
  stop();
  complain(why);
}

function connected(is) {
  at("talk").disabled = false;
  at("talk").textContent = is ? "End" : "Talk";
  at("talk").setAttribute("aria-pressed", String(is));
  at("hold").hidden = !(is && at("push").checked);
  held = false;
  at("hold").setAttribute("aria-pressed", "false");
  for (const id of ["typed", "send"]) at(id).disabled = !is;
  for (const id of ["microphone", "loudspeaker", "push"]) at(id).disabled = is;
  if (!is) {
    shows.state({ activity: "not connected", hears: "" });
    shows.levels({ capture_dbfs: -60, render_dbfs: -60 });
    // Another conversation counts its turns anew.
    exchanges.clear();
  }
}

function stop() {
  const closing = socket;
  socket = null;
  closing?.close();
  sound?.stream.getTracks().forEach((track) => track.stop());
  sound?.context.close();
  sound = null;
  connected(false);
}

// ── hands ──────────────────────────────────────────────────────────────────────────────────────

at("talk").onclick = () => (socket ? stop() : start());

at("typing").onsubmit = (event) => {
  event.preventDefault();
  const text = at("typed").value.trim();
  if (text) say({ type: "typed", text });
  at("typed").value = "";
};

function hold(is) {
  if (held === is || at("hold").hidden) return;
  held = is;
  at("hold").setAttribute("aria-pressed", String(is));
  say({ type: is ? "press" : "release" });
}
at("hold").onpointerdown = (event) => {
  if (event.button !== 0) return;
  // Let go of anywhere, it is let go.
  at("hold").setPointerCapture(event.pointerId);
  hold(true);
};
for (const event of ["pointerup", "pointercancel", "lostpointercapture"]) {
  at("hold").addEventListener(event, () => hold(false));
}
const isTyping = ({ target }) => target.matches?.("input, select, summary, textarea");
addEventListener("keydown", (event) => {
  if (event.code !== "Space" || at("hold").hidden || isTyping(event)) return;
  event.preventDefault();
  hold(true);
});
addEventListener("keyup", (event) => {
  if (event.code === "Space") hold(false);
});
addEventListener("blur", () => hold(false));
addEventListener("keydown", ({ code }) => {
  if (code === "Escape") say({ type: "stop" });
});

async function listDevices() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  for (const [id, kind] of [["microphone", "audioinput"], ["loudspeaker", "audiooutput"]]) {
    const chosen = at(id).value;
    const known = devices.filter((device) => device.kind === kind && device.deviceId && device.label);
    at(id).replaceChildren(
      new Option("the browser's choice", ""),
      ...known.map((device) => new Option(device.label, device.deviceId)),
    );
    at(id).value = known.some((device) => device.deviceId === chosen) ? chosen : "";
  }
}
listDevices();
navigator.mediaDevices?.addEventListener?.("devicechange", listDevices);
