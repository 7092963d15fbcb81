"""Builds the training dialogues (train_used.jsonl, valid_used.jsonl) from the hand-written set plus tool and memory augmentation.

    python build_data.py --source DIR --out DIR [--seed 7]

DIR of --source holds train.jsonl and valid.jsonl. Deterministic; standard library only.
"""
import argparse
import collections
import json
import os
import random
import re

from facts import pairs
import second_round
from more_talk import EXTRA_TALK, MEMORY_ASKS, MEMORY_USES, NEAR_MISS, UNKNOWN_FACTS
from tool_families import CITIES, FAMILIES, PEOPLE, Family, cap, ok, say, told

BASE = "You are Vivi, a friendly voice assistant. You answer in one or two short sentences."
CORE = [("get_time", []), ("get_date", []), ("set_timer", ["seconds", "label?"]), ("list_timers", []), ("cancel_timer", ["label?"]),
        ("calculate", ["expression"]), ("convert", ["value", "from", "to"]), ("remember", ["fact"]), ("recall", ["query"]), ("set_volume", ["percent"])]
CORE_CLASH = {  # a plain dialogue whose user says this must not be shown with the tool
    "get_time": r"time|clock|late|hour|midnight|noon|until|morning|evening|night",
    "get_date": r"date|\bday|today|tomorrow|yesterday|month|year|week|birthday|christmas|weekend",
    "set_timer": r"timer|minute|second|remind|wake|countdown|count|alarm|hour|time",
    "list_timers": r"timer|minute|second|remind|time|alarm", "cancel_timer": r"timer|stop|cancel|never mind|alarm|wake",
    "calculate": r"\d|plus|minus|times|percent|how many|how much|half|divi|sum|math|add|double|square|\b(one|two|three|four|five|six|seven|eight|nine|ten)\b|ty\b|teen",
    "convert": r"mile|kilo|meter|pound|degree|celsius|feet|inch|liter|convert|how (many|much|far|tall|long|heavy)|dollar|euro",
    "remember": r"remember|\bname|\bmy |note|forget|save|list|call me|i'm |i am |i (like|love|live|work|have)",
    "recall": r"remember|\bname|\bmy |\bmine\b|who am i|where did i|what did i|do i|told",
    "set_volume": r"loud|quiet|volume|hear|mute|silen|shh|stop|soft|turn|up\b|down\b"}
RENAMES = {"get_time": ["current_time", "tell_time", "clock"], "get_date": ["current_date", "today", "calendar_date"],
           "set_timer": ["start_timer", "new_timer", "countdown"], "list_timers": ["show_timers", "timers", "get_timers"],
           "cancel_timer": ["stop_timer", "delete_timer", "end_timer"], "calculate": ["calculator", "compute", "math"],
           "convert": ["convert_units", "unit_convert"], "remember": ["save_fact", "store_memory"], "recall": ["search_memory", "find_memory"],
           "set_volume": ["volume", "change_volume"]}
ARG_RENAMES = {"seconds": ["duration", "secs", "length_seconds"], "label": ["name", "title"], "expression": ["formula", "sum"], "value": ["amount", "number"],
               "fact": ["text", "memory"], "query": ["words", "about"], "percent": ["level", "value"]}
CANNOT_CORE = {"set_timer": ["set timers", "set a timer"], "get_time": ["see a clock", "tell the time"], "get_date": ["see a calendar", "tell the date"],
               "convert": ["convert units"], "remember": ["save notes", "store that"], "set_volume": ["change my volume"], "list_timers": ["see timers"], "cancel_timer": ["cancel timers"]}
CALL = re.compile(r"<tool_call>(.*)</tool_call>$")


def signature(name, args):
    return name + " {" + ", ".join(args) + "}"


def system_line(tools=None, memory=None, memory_first=False):
    parts = [BASE]
    tool_part = "Tools: " + ", ".join(signature(*t) for t in tools) + ". Call one with <tool_call>." if tools else None
    memory_part = f"About the user: {memory}." if memory else None
    parts += [memory_part, tool_part] if memory_first else [tool_part, memory_part]
    return " ".join(p for p in parts if p)


def call_text(name, arguments):
    return "<tool_call>" + json.dumps({"name": name, "arguments": arguments}) + "</tool_call>"


def rename_persona(text):
    text = text.replace("It comes from viva voce. That's Latin for with the living voice.",
                        "It's short for Vivavoce, the project I come from. That's Latin for with the living voice.")
    return re.sub(r"\bviva\b(?! voce)", "vivi", re.sub(r"\bViva\b(?! voce)", "Vivi", text))


def as_heard(text, r):
    """A user's line as a recognizer may write it."""
    x = r.random()
    if x < 0.2:
        return re.sub(r"[.?!,:]", "", text).lower()
    if x < 0.26:
        first = text.split(" ")[0]
        rest = text if first in PEOPLE + CITIES or first in ("I", "I'm", "I'd", "I've") else text[0].lower() + text[1:]
        return r.choice(["Um, ", "Hey Vivi, ", "Vivi, ", "Okay, ", "So, "]) + rest
    return text


class Builder:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.seen_names = collections.Counter()

    # ---- tool lists

    def variant(self, fam):
        """One naming of an invented tool: its name, shown arguments and plain argument names."""
        r = self.r
        name = fam.names[0] if r.random() < 0.4 else r.choice(fam.names)
        plain, shown = [], []
        for names, optional in fam.args:
            a = names[0] if r.random() < 0.4 else r.choice(names)
            while a in plain:
                a = r.choice(names) if len(set(names) - set(plain)) else names[0] + "2"
            plain.append(a)
            shown.append(a + ("?" if optional else ""))
        return name, shown, plain

    def distractors(self, said, n, ban=(), core=True):
        """Up to n tools that none of the user's lines asks for."""
        r, out = self.r, []
        keys = [("family", k) for k in FAMILIES] + ([("core", c[0]) for c in CORE] * 2 if core else [])
        r.shuffle(keys)
        for kind, k in keys:
            if len(out) >= n:
                break
            clash = FAMILIES[k].clash if kind == "family" else CORE_CLASH[k]
            if k in ban or re.search(clash, said, re.I) or any(t[0] == k for t in out):
                continue
            tool = self.variant(FAMILIES[k])[:2] if kind == "family" else next(c for c in CORE if c[0] == k)
            if tool[0] not in [t[0] for t in out]:
                out.append(tool)
        return out

    def tool_list(self, needed, said, most=7, ban=(), core=True):
        r = self.r
        names = {n[0] for n in sorted(needed)}
        extra = [t for t in self.distractors(said, r.randint(0 if needed else 2, most), ban, core) if t[0] not in names]
        tools = list(needed) + extra
        r.shuffle(tools)
        return tools

    # ---- the hand-written dialogues

    def shuffled_tools(self, d):
        """A tool dialogue again, with another tool list: shuffled, thinned, with invented tools, sometimes with other names."""
        r = self.r
        msgs = [dict(m) for m in d["messages"]]
        called = []
        for m in msgs:
            c = CALL.match(m["content"]) if m["role"] == "assistant" else None
            if c:
                called.append(json.loads(c.group(1)))
        said = " ".join(m["content"] for m in msgs if m["role"] != "system")
        needed = {c["name"] for c in called}
        keep = [c for c in CORE if c[0] in needed or (r.random() < 0.6 if not needed else r.random() < 0.45)]
        if not called:
            keep = list(CORE)
        new_name, new_arg = {}, {}
        if called and r.random() < 0.2:
            new_name = {n: r.choice(RENAMES[n]) for n in sorted(needed)}
            new_arg = {a: r.choice(v) for a, v in ARG_RENAMES.items() if r.random() < 0.5}
        rename_args = bool(new_name)
        tools = []
        for n, args in keep:
            if n in new_name:
                args = [new_arg.get(a.rstrip("?"), a.rstrip("?")) + ("?" if a.endswith("?") else "") for a in args]
                n = new_name[n]
            tools.append((n, args))
        tools += [t for t in self.distractors(said, r.randint(0, 6), core=False) if t[0] not in [u[0] for u in tools]]
        r.shuffle(tools)
        for m in msgs:
            c = CALL.match(m["content"]) if m["role"] == "assistant" else None
            if c and rename_args:
                one = json.loads(c.group(1))
                m["content"] = call_text(new_name[one["name"]], {new_arg.get(k, k): v for k, v in one["arguments"].items()})
        msgs[0]["content"] = system_line(tools)
        return {"category": d["category"], "messages": msgs}

    def without_tool(self, d):
        """The first request of a tool dialogue, where the tool is not in the list."""
        r = self.r
        msgs = d["messages"]
        user = msgs[1]["content"]
        c = CALL.match(msgs[2]["content"]) if len(msgs) > 2 else None
        if not c:
            return None
        name = json.loads(c.group(1))["name"]
        if name not in CANNOT_CORE:
            return None
        what = r.choice(CANNOT_CORE[name])
        related = {"set_timer", "list_timers", "cancel_timer"} if "timer" in name else {name}
        tools = [c for c in CORE if c[0] not in related and r.random() < 0.5 and not (name in ("get_time", "get_date") and c[0].startswith("get"))]
        if name == "convert":
            tools = [t for t in tools if t[0] != "calculate"]
        if name == "remember":
            tools = [t for t in tools if t[0] != "recall"]
        tools += self.distractors(user, r.randint(1 if tools else 3, 5), core=False)
        r.shuffle(tools)
        return {"category": "tools_missing", "messages": [{"role": "system", "content": system_line(tools)}, {"role": "user", "content": user},
                                                          {"role": "assistant", "content": self.refusal(what)}]}

    def refusal(self, what):
        return self.r.choice([f"I can't {what} yet.", f"I can't {what} yet, sorry.", f"Sorry, I can't {what} yet.", f"I'm sorry, I can't {what} yet.", f"I can't {what} here yet, I'm afraid."])

    # ---- invented tools

    def invented(self, key):
        """A dialogue in which an invented tool is called."""
        r = self.r
        fam = FAMILIES[key]
        ask, values, result, reply = fam.make(r)
        name, shown, plain = self.variant(fam)
        arguments = {a: v for a, v in zip(plain, values) if v is not None}
        tools = self.tool_list([(name, shown)], ask, 8, ban=(key,))
        talk = [("user", as_heard(ask, r)), ("assistant", call_text(name, arguments)), ("tool", json.dumps(result)), ("assistant", reply)]
        return tools, talk, ask

    def missing(self, key):
        """The same request where no tool of the list fits."""
        r = self.r
        fam = FAMILIES[key]
        ask = fam.make(r)[0]
        tools = self.tool_list([], ask, 8, ban=(key,)) if r.random() < 0.8 else (list(CORE) if not any(re.search(CORE_CLASH[c[0]], ask, re.I) for c in CORE if c[0] in ("set_timer", "set_volume", "remember", "calculate", "convert", "get_date", "get_time")) else None)
        refuse = fam.refuse
        return tools, [("user", as_heard(ask, r)), ("assistant", self.refusal(refuse))], ask

    def made_up(self):
        """A tool composed of a verb and a thing, so that names are seen that no other dialogue has."""
        r = self.r
        kind = r.choice(["start", "stop", "check", "set", "order", "book", "find", "log", "count", "turn"])
        thing = r.choice(["dishwasher", "kettle", "sprinkler", "oven", "heater", "drone", "printer", "gate", "pool pump", "toaster", "dryer", "projector",
                          "humidifier", "elevator", "treadmill", "fountain", "air conditioner", "rice cooker", "fireplace", "sauna", "fish tank", "doorbell",
                          "greenhouse", "mower", "router", "scanner", "freezer", "boiler"])
        slug = thing.replace(" ", "_")
        n = r.randint(2, 60)
        w = told(r, n)
        style = r.random()
        if kind == "start":
            a = r.choice(["minutes", "duration", "for_minutes"])
            timed = r.random() < 0.6
            ask = r.choice([f"Start the {thing}", f"Run the {thing}", f"Switch on the {thing}", f"Please start the {thing}"]) + (f" for {w} minutes." if timed else ".")
            return (r.choice([f"start_{slug}", f"run_{slug}", f"{slug}_start"]), [a + "?"]), ask, {a: n} if timed else {}, ok(r), \
                r.choice([f"The {thing} is running for {say(n)} minutes.", f"Okay, {say(n)} minutes."]) if timed else r.choice([f"The {thing} is on.", f"Okay, the {thing} is running."]), f"start the {thing}"
        if kind == "stop":
            ask = r.choice([f"Stop the {thing}.", f"Switch off the {thing}.", f"Turn the {thing} off, please.", f"{cap(thing)} off."])
            return (r.choice([f"stop_{slug}", f"{slug}_off", f"end_{slug}"]), []), ask, {}, ok(r), r.choice([f"The {thing} is off.", f"Okay, I stopped the {thing}.", "Done."]), f"stop the {thing}"
        if kind == "check":
            st = r.choice([("running", "running"), ("off", "off"), ("broken", "broken"), ("almost done", "almost done"), ("ready", "ready"), ("empty", "empty"), ("warming up", "warming up")])
            ask = r.choice([f"What's the {thing} doing?", f"Check the {thing}.", f"How is the {thing}?", f"Is the {thing} on?", f"Tell me about the {thing}."])
            return (r.choice([f"check_{slug}", f"{slug}_status", f"get_{slug}"]), []), ask, {}, {r.choice(["status", "state"]): st[0]}, \
                (("Yes, it's running." if st[0] == "running" else "No, it's off." if st[0] == "off" else f"It's {st[1]}.") if "Is the" in ask else r.choice([f"The {thing} is {st[1]}.", f"It's {st[1]}."])), f"check the {thing}"
        if kind == "set":
            a = r.choice(["level", "degrees", "speed", "percent", "value"])
            unit = {"degrees": " degrees", "percent": " percent"}.get(a, "")
            word = {"speed": "speed ", "level": "level "}.get(a, "")
            ask = r.choice([f"Set the {thing} to {word}{w}{unit}.", f"Put the {thing} at {word}{w}{unit}.", f"I want the {thing} at {word}{w}{unit}."])
            return (r.choice([f"set_{slug}", f"{slug}_set", f"adjust_{slug}"]), [a]), ask, {a: n}, ok(r, **{a: n}), r.choice([f"The {thing} is at {word}{say(n)}{unit}.", f"Okay, {word}{say(n)}{unit}."]), f"control the {thing}"
        if kind == "turn":
            st = r.choice(["on", "off"])
            a = r.choice(["state", "power", "on_off"])
            ask = r.choice([f"Turn {st} the {thing}.", f"Turn the {thing} {st}.", f"Can you switch the {thing} {st}?"])
            return (r.choice([f"{slug}_power", f"switch_{slug}", f"{slug}"]), [a]), ask, {a: st}, ok(r, state=st), r.choice([f"The {thing} is {st}.", f"Okay, {st}.", f"Done, the {thing} is {st}."]), f"control the {thing}"
        if kind == "order":
            food = r.choice(["pizza", "taxi", "sushi", "flowers", "groceries", "noodles", "burgers", "salad"])
            if food == "taxi":
                t, to = r.choice(["now", "at six", "at noon", "in an hour", "at eight thirty"]), r.choice(["the airport", "the station", "home", "the opera", "downtown", "the hospital"])
                a, b = r.choice([("to", "when"), ("destination", "time"), ("where", "at")])
                return (r.choice(["order_taxi", "get_cab", "call_cab"]), [a, b + "?"]), f"Order me a taxi to {to} {t}.", {a: to, b: t}, ok(r, minutes=7), r.choice([f"A taxi to {to} is on order.", "Your taxi is ordered."]), "order a taxi"
            c, a = r.randint(2, 6), r.choice(["count", "amount", "how_many"])
            if food in ("groceries", "flowers", "salad"):
                a = r.choice(["people", "persons"])
                ask = f"Order {food} for {told(r, c)} people."
            else:
                ask = r.choice([f"Order {told(r, c)} {food}{'s' if food == 'pizza' else ''}.", f"I'd like {told(r, c)} {food}{'s' if food == 'pizza' else ''}, please order them."])
            return (r.choice([f"order_{food}", f"{food}_order", "order_food" if food != "flowers" else "send_flowers"]), [a]), ask, {a: c}, ok(r, minutes=30), r.choice(["It's ordered.", f"Done, {say(c)} it is." if a in ("count", "amount", "how_many") else "Your order is in.", "I ordered it."]), f"order {food}"
        if kind == "book":
            what = r.choice(["cinema", "tennis court", "hotel", "massage", "haircut", "car", "meeting room", "flight"])
            day = r.choice(["tomorrow", "Friday", "Monday", "Saturday", "Sunday", "Tuesday"])
            c = r.randint(2, 8)
            a, b = r.choice([("day", "people"), ("date", "persons"), ("when", "guests")])
            many = r.random() < 0.5
            on = day if day == "tomorrow" else f"on {day}"
            ask = r.choice([f"Book a {what} {on}", f"Reserve a {what} {on}", f"I need a {what} {on}"]) + (f" for {told(r, c)} people." if many else ".")
            return (r.choice([f"book_{what.replace(' ', '_')}", f"reserve_{what.replace(' ', '_')}"]), [a, b + "?"]), ask, {a: day, **({b: c} if many else {})}, ok(r), r.choice([f"Your {what} is booked {on}.", f"Done, {what} {on}.", "It's booked."]), f"book a {what}"
        if kind == "find":
            p, near = r.choice(["pharmacy", "bakery", "gas station", "bank", "restaurant", "parking space", "playground", "doctor"]), r.choice(CITIES + ["the station", "the harbor", "my office", "the school"])
            a, m = r.choice(["near", "place", "around", "where"]), r.choice([100, 200, 300, 450, 600, 800])
            nm = r.choice(["Green Corner", "Old Mill", "Sunny Side", "Blue Door", "Market Hall"])
            ask = r.choice([f"Find a {p} near {near}.", f"Is there a {p} near {near}?", f"Where's the nearest {p} to {near}?"])
            return (r.choice([f"find_{p.replace(' ', '_')}", f"nearest_{p.replace(' ', '_')}", f"{p.replace(' ', '_')}_finder"]), [a]), ask, {a: near}, {"name": nm, "meters": m}, r.choice([f"{nm} is {say(m)} meters away.", f"There's {nm}, {say(m)} meters away."]), f"look up places"
        if kind == "log":
            what, unit, a = r.choice([("water", "glasses of water", "glasses"), ("sleep", "hours of sleep", "hours"), ("reading", "pages", "pages"), ("push_ups", "push-ups", "count"), ("expense", "dollars", "dollars"), ("swim", "laps", "laps"), ("weight", "kilos", "kilos")])
            ask = r.choice([f"Log {w} {unit}.", f"Write down {w} {unit} for today.", f"Record {w} {unit}."])
            return (r.choice([f"log_{what}", f"track_{what}", f"add_{what}"]), [a]), ask, {a: n}, ok(r), r.choice([f"Logged, {say(n)} {unit}.", f"Okay, {say(n)} {unit}.", "I wrote it down."]), "keep a log"
        what = r.choice(["visitors", "chickens", "photos", "unread books", "open windows", "parcels", "guests", "devices"])
        n = r.randint(0, 40)
        return (r.choice([f"count_{what.replace(' ', '_')}", f"{what.replace(' ', '_')}_count"]), []), r.choice([f"How many {what} are there?", f"Count the {what}.", f"How many {what} do we have?"]), {}, {r.choice(["count", "number"]): n}, \
            (r.choice([f"There are {say(n)} {what}.", f"{cap(say(n))}."]) if n > 1 else (f"None at the moment." if n == 0 else "Just one.")), f"count {what}"

    def made_up_dialogue(self, absent=False):
        r = self.r
        tool, ask, arguments, result, reply, refuse = self.made_up()
        clash = re.compile("|".join(w for w in re.split(r"[ _]", tool[0]) if len(w) > 3) or tool[0])
        tools = [t for t in self.tool_list([] if absent else [tool], ask, 8) if t == tool or not clash.search(t[0])]
        for _ in range(r.randint(0, 3)):
            other = self.made_up()[0]
            if other[0] not in [t[0] for t in tools] and not clash.search(other[0]) and not any(w in ask.lower() for w in other[0].split("_") if len(w) > 3 and w not in ("find",)):
                tools.insert(r.randint(0, len(tools)), other)
        if absent:
            return tools, [("user", as_heard(ask, r)), ("assistant", self.refusal(refuse))], ask
        return tools, [("user", as_heard(ask, r)), ("assistant", call_text(tool[0], arguments)), ("tool", json.dumps(result)), ("assistant", reply)], ask

    # ---- about the user

    def memory_dialogue(self):
        r = self.r
        facts = r.sample(sorted(MEMORY_ASKS), r.randint(1, 4))
        if "name" in MEMORY_ASKS and r.random() < 0.6 and "name" not in facts:
            facts[0] = "name"
        known, values = [], {}
        for f in facts:
            v = r.choice(MEMORY_ASKS[f]["values"])
            values[f] = v
            known.append(MEMORY_ASKS[f]["line"].format(v))
        r.shuffle(known)
        memory = "; ".join(known)
        talk = []
        x = r.random()
        if x < 0.6:
            for f in r.sample(facts, min(len(facts), r.choice([1, 1, 1, 2]))):
                q = r.choice(MEMORY_ASKS[f]["asks"])
                a = r.choice(MEMORY_ASKS[f]["answers"]).format(v=values[f], V=cap(values[f]))
                talk += [("user", as_heard(q, r)), ("assistant", a)]
        elif x < 0.8:
            uses = [(q, a) for f in facts for q, a in MEMORY_USES.get(f, [])]
            if not uses:
                return self.memory_dialogue()
            q, a = r.choice(uses)
            f = next(f for f in facts if (q, a) in MEMORY_USES.get(f, []))
            talk = [("user", as_heard(q, r)), ("assistant", a.format(v=values[f], V=cap(values[f])))]
        else:
            others = [u for u in UNKNOWN_FACTS if u[0] not in facts]
            _, q, a = r.choice(others)
            talk = [("user", as_heard(q, r)), ("assistant", r.choice(a))]
        return memory, talk


def single(d):
    """The exchange of a dialogue with one question and one answer, or None."""
    m = d["messages"]
    return [(x["role"], x["content"]) for x in m[1:]] if len(m) == 3 and "<tool_call>" not in m[2]["content"] else None


def dialogue(category, system, talk):
    return {"category": category, "messages": [{"role": "system", "content": system}] + [{"role": a, "content": b} for a, b in talk]}


def build(train, seed, second=False):
    b = Builder(seed)
    r = b.r
    out = []
    is_tool = lambda d: "Tools:" in d["messages"][0]["content"]
    calls = lambda d: any("<tool_call>" in m["content"] for m in d["messages"][1:])
    quiet = {"identity", "unknown_live", "cannot", "memory_in_talk", "spelling", "arithmetic", "interruption"}
    chat = [s for s in (single(d) for d in train if d["category"] in ("geography", "animals", "science", "space", "food", "jokes", "smalltalk", "words", "arts", "feelings")) if s]

    for d in train:
        said = " ".join(m["content"] for m in d["messages"] if m["role"] == "user")
        out.append(d)
        if is_tool(d):
            if calls(d) or d["category"] == "tools_not_needed" or d["category"] == "tools_missing":
                out.append(b.shuffled_tools(d))
            if calls(d) and r.random() < 0.35:
                w = b.without_tool(d)
                if w:
                    out.append(w)
            continue
        x = r.random()
        if x < 0.16 and d["category"] not in ("identity", "arithmetic"):  # the same talk, with tools that it does not need
            core = d["category"] not in quiet
            tools = b.tool_list([], said, 9, core=core)
            if len(tools) > 1:
                out[-1] = dialogue(d["category"], system_line(tools), [(m["role"], m["content"]) for m in d["messages"][1:]])
        elif x < 0.4 and d["category"] not in {"spelling", "arithmetic", "memory_in_talk"} and not re.search(r"what can you|help me|do for me", said, re.I) and not any(
                re.search(CORE_CLASH[c], said, re.I) for c in CORE_CLASH if c != "convert" and (c != "calculate" or d["category"] in quiet)):
            out[-1] = dialogue(d["category"], system_line(CORE), [(m["role"], m["content"]) for m in d["messages"][1:]])
        elif x < 0.47 and d["category"] not in ("identity", "unknown_live", "memory_in_talk", "greeting", "cannot", "followup") and not re.search(r"\bmy name|i'm [A-Z]|\bname\b|who am i", said):
            known = [MEMORY_ASKS[f]["line"].format(r.choice(MEMORY_ASKS[f]["values"])) for f in r.sample(sorted(MEMORY_ASKS), r.randint(1, 3))]
            out[-1] = dialogue(d["category"], system_line(None, "; ".join(known)), [(m["role"], m["content"]) for m in d["messages"][1:]])

    def add(category, tools, talk, ask, memory=None):
        if r.random() < 0.22:
            c = r.choice(chat)
            talk = c + talk if r.random() < 0.6 else talk + c
        elif r.random() < 0.12:
            talk = talk + [("user", r.choice(["Thanks.", "Thank you.", "Great.", "thanks", "Perfect, thanks."])), ("assistant", r.choice(["You're welcome!", "Glad to help.", "Any time."]))]
        out.append(dialogue(category, system_line(tools, memory, r.random() < 0.2), talk))

    for key in FAMILIES:
        for _ in range(20):
            add("invented", *b.invented(key))
        for _ in range(7):
            tools, talk, ask = b.missing(key)
            if tools:
                add("invented_missing", tools, talk, ask)
            else:
                out.append(dialogue("invented_missing", system_line(), talk))
    for _ in range(380):
        add("made_up", *b.made_up_dialogue())
    for _ in range(110):
        add("made_up_missing", *b.made_up_dialogue(absent=True))
    for key, said, answer in NEAR_MISS:  # a tool's topic is mentioned and nothing is asked of the tool
        fams = [k for k in key.split() if k in FAMILIES]
        cores = [k for k in key.split() if k not in FAMILIES]
        for _ in range(2):
            need = [b.variant(FAMILIES[k])[:2] for k in fams] + [c for c in CORE if c[0] in cores]
            tools = b.tool_list(need, said, 7)
            out.append(dialogue("near_miss", system_line(tools), [("user", as_heard(said, r)), ("assistant", answer)]))
    for _ in range(430):
        memory, talk = b.memory_dialogue()
        said = " ".join(t for a, t in talk if a == "user")
        x = r.random()
        tools = None if x < 0.5 else list(CORE) if x < 0.75 else b.tool_list([], said, 7, ban=("recall", "remember", "contact", "mail"))
        out.append(dialogue("memory_line", system_line(tools, memory, r.random() < 0.2), talk))
    for need, talk in EXTRA_TALK:  # several steps: a missing argument is asked for, or two tools follow each other
        for _ in range(3):
            fams = [(k, b.variant(FAMILIES[k])) for k in need if k in FAMILIES]
            cores = [c for c in CORE if c[0] in need]
            spoken = " ".join(t for a, t in talk if a == "user")
            tools = b.tool_list([v[:2] for _, v in fams] + cores, spoken, 6)
            lines = []
            for role, text in talk:
                if role == "call":
                    key, values = text
                    if key in FAMILIES:
                        v = next(v for k, v in fams if k == key)
                        text = call_text(v[0], {a: x for a, x in zip(v[2], values) if x is not None})
                    else:
                        text = call_text(key, values)
                    role = "assistant"
                elif role == "tool":
                    text = json.dumps(text)
                elif role == "user":
                    text = as_heard(text, r)
                lines.append((role, text))
            out.append(dialogue("steps", system_line(tools), lines))
    for category, q, a in pairs(r):
        x = r.random()
        tools = None if x < 0.6 or category in ("arithmetic", "spelling") and x < 0.9 else b.tool_list([], q, 7, core=category not in ("arithmetic", "spelling")) if x < 0.75 or category == "arithmetic" else list(CORE)
        out.append(dialogue(category, system_line(tools), [("user", as_heard(q, r)), ("assistant", a)]))
    for category, q, a in second_round.talk() if second else []:
        for tools in (None, list(CORE) if r.random() < 0.5 and not re.search(r"\btime|late|noon|remember|forget|stop|never|quiet|silen|shut|hush|wait|hold", q, re.I) else None):
            out.append(dialogue(category, system_line(tools), [("user", as_heard(q, r)), ("assistant", a)]))
    for ask, seconds, label, reply in second_round.durations(r) if second else []:
        tools = list(CORE) if r.random() < 0.6 else b.tool_list([next(c for c in CORE if c[0] == "set_timer")], ask, 6)
        arguments = {"seconds": seconds, **({"label": label} if label else {})}
        out.append(dialogue("tool_timer", system_line(tools), [("user", as_heard(ask, r)), ("assistant", call_text("set_timer", arguments)),
                                                              ("tool", json.dumps({"ok": True, **arguments})), ("assistant", reply)]))
    for key in FAMILIES if second else []:  # the ten built-in tools, and a request that none of them can do
        for _ in range(4):
            ask = FAMILIES[key].make(r)[0]
            if key not in ("translate", "list", "note", "alarm", "contact", "recipe", "stock"):
                out.append(dialogue("tools_missing", system_line(CORE), [("user", as_heard(ask, r)), ("assistant", b.refusal(FAMILIES[key].refuse))]))
    r.shuffle(out)
    seen, unique = set(), []
    for d in out:
        k = json.dumps(d["messages"])
        if k not in seen:
            seen.add(k)
            unique.append(d)
    return unique


def check(dialogues):
    """Every call names a tool of its list with its arguments; nothing spoken holds a digit."""
    for d in dialogues:
        system = d["messages"][0]["content"]
        listed = {m.group(1): [a.strip() for a in m.group(2).split(",") if a.strip()] for m in re.finditer(r"(\w+) \{([^}]*)\}", system)}
        names = [m.group(1) for m in re.finditer(r"(\w+) \{", system)]
        assert len(names) == len(set(names)), system
        for m in d["messages"][1:]:
            if m["role"] != "assistant":
                continue
            c = CALL.match(m["content"])
            if c:
                one = json.loads(c.group(1))
                args = listed[one["name"]]
                assert all(a in args or a + "?" in args for a in one["arguments"]), (system, m)
                assert all(a in one["arguments"] for a in args if not a.endswith("?")), (system, m)
            else:
                assert not re.search(r"[\d<>{}\[\]*#:]", m["content"]), m


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--source", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--round", type=int, default=1, help="2: fewer invented tools, more of the persona and the refusals")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    read = lambda name: [json.loads(rename_persona(line)) for line in open(os.path.join(a.source, name), encoding="utf-8")]
    plain = lambda text: re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()
    valid = read("valid.jsonl")
    with open(os.path.join(a.source, "eval.tsv"), encoding="utf-8") as f:
        kept_back = {plain(rename_persona(line.split("\t")[1])) for line in f}
    kept_back |= {plain(m["content"]) for d in valid for m in d["messages"] if m["role"] == "user" and len(m["content"].split()) > 3}
    train = [d for d in build(read("train.jsonl"), a.seed, a.round == 2) if not any(m["role"] == "user" and plain(m["content"]) in kept_back for m in d["messages"])]
    if a.round == 2:
        often = {"identity", "unsafe", "interruption", "clarify", "cannot", "unknown_live", "feelings", "greeting", "smalltalk", "thanks", "advice_health", "corrections", "jokes", "riddles"}
        less = {"invented", "made_up", "invented_missing", "made_up_missing", "near_miss", "memory_line", "steps", "topic_change", "followup"}
        r = random.Random(a.seed)
        train = [d for d in train if not (d["category"] in less and r.random() < 0.45)]
        train += [d for d in train if d["category"] in often]
        r.shuffle(train)
    check(train)
    check(valid)
    for name, data in (("train_used.jsonl", train), ("valid_used.jsonl", valid)):
        with open(os.path.join(a.out, name), "w", encoding="utf-8") as f:
            f.writelines(json.dumps(d, ensure_ascii=False) + "\n" for d in data)
    print(len(train), "dialogues for training,", len(valid), "for validation")
    print(collections.Counter(d["category"] for d in train).most_common())


if __name__ == "__main__":
    main()
