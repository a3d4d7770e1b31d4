"use strict";

// Short polling rather than a stream of events: it needs no connection that a takeover would have to mend, and a server
// that is gone shows within one period.
const PERIOD_MILLIS = 500;
const TIMEOUT_MILLIS = 3000;
const SLOWEST_RETRY_MILLIS = 5000;

const ROLE_WORDS = {
  PRIMARY: "primary: takes orders",
  STANDBY: "standby: follows the primary",
  FENCED: "fenced: another server took over",
};

const COUNTER_WORDS = {
  messages: "Messages",
  submissions: "Submissions",
  partialCancellations: "Partial cancellations",
  deletions: "Deletions",
  visibleExecutions: "Visible executions",
  hiddenExecutions: "Hidden executions",
  crossTrades: "Cross trades",
  tradingHalts: "Trading halt messages",
  executedSize: "Shares executed",
  unmatched: "About orders not in the book",
};

const ACTIVITY_WORDS = {
  accepted: "Batches recorded",
  duplicates: "Repeated batches recognised",
  refused: "Batches refused",
  received: "Sets received from the primary",
  basesWritten: "Bases written",
  resets: "Times read anew",
  divergences: "Differences from the primary",
};

const numbers = new Intl.NumberFormat("en");
const prices = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const dollars = (price) => prices.format(price / 10000);
const byId = (id) => document.getElementById(id);

let paused = false;
let failures = 0;
let timer = 0;
let former = null;

function show(id, text) {
  const element = byId(id);
  // Writing the same text again would make screen readers repeat it.
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

async function fetchJson(path) {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    headers: { Accept: "application/json" },
    cache: "no-store",
  });
  const json = await response.json();
  if (!response.ok) {
    const error = new Error(json.error ? json.error.message : "HTTP " + response.status);
    error.answered = true;
    throw error;
  }
  return json;
}

function showNotice(text) {
  show("notice", text);
  byId("notice").hidden = text === "";
}

function showStatus(status) {
  show("server", status.server);
  const badge = byId("role");
  badge.dataset.role = status.role;
  show("role", ROLE_WORDS[status.role] || status.role);
  document.title = status.role.toLowerCase() + " · " + status.server + " · Order desk";
  for (const name of ["epoch", "sequence", "messages", "restingOrders"]) {
    show(name, numbers.format(status[name]));
  }
  show("unread", status.unit.state === "REACHABLE" ? numbers.format(status.unread) : "unknown");
  show("updatesSinceBase", numbers.format(status.updatesSinceBase) + " of " + numbers.format(status.updatesPerBase));
  const progress = byId("baseProgress");
  progress.max = status.updatesPerBase;
  progress.value = Math.min(status.updatesSinceBase, status.updatesPerBase);
  show("unit", status.unit.state.toLowerCase());
  showRate(status);
  showRows("activity", ACTIVITY_WORDS, status.activity);
  showNotice(noticeOf(status));
}

function noticeOf(status) {
  if (status.unit.state === "UNREACHABLE") {
    return "The region cannot be reached: " + status.unit.detail + "."
      + (status.role === "PRIMARY" ? " Orders are refused until it can." : "");
  }
  return status.trouble ? "Last trouble: " + status.trouble : "";
}

function showRate(status) {
  const now = performance.now();
  if (former && former.server === status.server && status.messages >= former.messages) {
    const perSecond = (status.messages - former.messages) * 1000 / (now - former.at);
    show("rate", numbers.format(Math.round(perSecond)));
  }
  former = { server: status.server, messages: status.messages, at: now };
}

function showRows(id, words, values) {
  const body = byId(id);
  const names = Object.keys(words);
  while (body.rows.length < names.length) {
    const row = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    row.append(head, document.createElement("td"));
  }
  names.forEach((name, index) => {
    body.rows[index].cells[0].textContent = words[name];
    body.rows[index].cells[1].textContent = numbers.format(values[name]);
  });
}

function showBooks(names) {
  const select = byId("book");
  const shown = Array.from(select.options, (option) => option.value);
  if (select.disabled ? names.length > 0 : shown.join() !== names.join()) {
    const chosen = select.disabled ? names[0] : select.value;
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    select.value = names.includes(chosen) ? chosen : names[0];
    select.disabled = names.length === 0;
  }
}

function showBook(book) {
  byId("empty").hidden = true;
  byId("sides").hidden = false;
  byId("halted").hidden = !book.halted;
  const largest = Math.max(1, ...book.bids.map((level) => level.size), ...book.asks.map((level) => level.size));
  showLevels("bids", book.bids, largest, (level) => [level.orders, level.size, dollars(level.price)]);
  showLevels("asks", book.asks, largest, (level) => [dollars(level.price), level.size, level.orders]);
  showRows("bookCounters", COUNTER_WORDS, book.counters);
  show("digest", book.deskDigest);
  byId("bookLink").href = "book?book=" + encodeURIComponent(book.book);
}

function showLevels(id, levels, largest, columns) {
  const body = byId(id);
  while (body.rows.length > levels.length) {
    body.deleteRow(-1);
  }
  levels.forEach((level, index) => {
    const row = body.rows[index] || body.insertRow();
    columns(level).forEach((value, column) => {
      const cell = row.cells[column] || row.insertCell();
      cell.textContent = typeof value === "number" ? numbers.format(value) : value;
    });
    row.style.setProperty("--share", (100 * level.size / largest) + "%");
  });
}

function forgetBook() {
  byId("empty").hidden = false;
  byId("sides").hidden = true;
  byId("halted").hidden = true;
}

async function update() {
  try {
    const status = await fetchJson("status");
    showStatus(status);
    showBooks(status.books);
    if (status.books.length === 0) {
      forgetBook();
    } else {
      showBook(await fetchJson("book?depth=10&book=" + encodeURIComponent(byId("book").value)));
    }
    failures = 0;
    document.body.classList.remove("stale");
    const now = new Date();
    byId("updated").dateTime = now.toISOString();
    show("updated", now.toLocaleTimeString());
  } catch (error) {
    failures++;
    showFailure(error);
  }
}

function showFailure(error) {
  document.body.classList.add("stale");
  if (error.answered) {
    showNotice("The server answered: " + error.message);
    return;
  }
  byId("role").dataset.role = "UNKNOWN";
  show("role", "unreachable");
  showNotice("This server does not answer; it is asked again until it does. What you see below is what it last said. "
    + "If it has died, the other server takes orders now.");
}

function schedule() {
  window.clearTimeout(timer);
  if (!paused) {
    const delay = Math.min(PERIOD_MILLIS * 2 ** Math.min(failures, 4), SLOWEST_RETRY_MILLIS);
    timer = window.setTimeout(run, delay);
  }
}

async function run() {
  await update();
  schedule();
}

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").textContent = paused ? "Resume updates" : "Pause updates";
  schedule();
});
byId("book").addEventListener("change", update);
run();
