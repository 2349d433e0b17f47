// Progressive enhancement only: every page does its work with this file blocked.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const say = (text) => { byId('live').textContent = text; };
document.documentElement.classList.add('js');

// A row of links that scrolls on the phone shows where we are.
for (const link of all('.nav [aria-current], .subnav [aria-current]')) {
  const row = link.closest('ul');
  row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
}

// After a refused form the summary has the focus; its links go to the label, not under the edge of the window.
document.querySelector('[data-focus]')?.focus();
document.addEventListener('click', (event) => {
  const link = event.target.closest('.esum a[href^="#"]');
  const field = link && byId(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (document.querySelector(`label[for="${field.id}"]`) ?? field).scrollIntoView();
  field.focus({ preventScroll: true });
});

// Countdown: the server wrote the sentence, we keep it fresh by the server's clock. Each form is a whole translated sentence.
const timers = all('[data-until], [data-refresh]').map((node) => ({ node, skew: Date.parse(node.dataset.now) - Date.now() }));
function tick() {
  for (const { node, skew } of timers) {
    const { until, refresh, dh, hm, m, zero } = node.dataset;
    const now = Date.now() + skew;
    if (refresh && now >= Date.parse(refresh)) location.reload();
    if (!until) continue;
    const left = Math.ceil((Date.parse(until) - now) / 60000);
    const text = left <= 0 ? zero : left < 60 ? m : left < 1440 ? hm : dh;
    const parts = { d: Math.floor(left / 1440), h: Math.floor(left / 60) % 24, m: left % 60 };
    node.textContent = text.replace(/{([dhm])}/g, (_, part) => parts[part]);
  }
}
if (timers.length) {
  tick();
  setInterval(tick, 20000);
}

// The progress of a job: this page is read again every few seconds and the piece replaced, until the job has ended.
async function follow() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const piece of answer.ok ? all('[data-follow]') : []) {
        const fresh = page.getElementById(piece.id);
        if (!fresh) location.reload();
        else piece.replaceWith(fresh);
        if (fresh && !fresh.matches('[data-follow]')) say(fresh.textContent.replace(/\s+/g, ' ').trim());
      }
    } catch { /* the next look may go well */ }
  }
  if (document.querySelector('[data-follow]')) setTimeout(follow, 3000);
}
if (document.querySelector('[data-follow]')) setTimeout(follow, 3000);

// A date field shows the browser's format; the line above it says weekday and date in the page's language.
const words = new Intl.DateTimeFormat(document.documentElement.lang.replace('en', 'en-GB'), { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
document.addEventListener('input', ({ target }) => {
  const line = target.type === 'date' && document.querySelector(`[data-echo="${target.id}"]`);
  if (line) line.textContent = target.value && words.format(target.valueAsDate);
});

// Selection in the register: shift-click takes a range, the head ticks this page, the counter stays true.
let last;
const boxes = () => all('[data-select] tbody input[type=checkbox]');
function count() {
  const every = boxes();
  const ticked = every.filter((box) => box.checked).length;
  const head = byId('pick-all');
  if (head) {
    head.checked = ticked > 0 && ticked === every.length;
    head.indeterminate = ticked > 0 && ticked < every.length;
  }
  for (const node of all('[data-count]')) node.textContent = ticked;
  const scope = byId(ticked ? 'scope-ticked' : 'scope-all');
  if (scope) scope.checked = true;
}

document.addEventListener('click', async (event) => {
  const { target } = event;
  if (target.closest('[data-print]')) window.print();
  if (target.dataset.show) byId(target.dataset.show).type = target.checked ? 'text' : 'password';
  const copy = target.closest('[data-copy]');
  if (copy) {
    const field = byId(copy.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    copy.querySelector('span').textContent = copy.dataset.done;
    say(copy.dataset.done);
  }
  if (target.id === 'pick-all') for (const box of boxes()) box.checked = target.checked;
  else if (!target.matches('[data-select] tbody input[type=checkbox]')) return;
  else {
    const every = boxes();
    const [from, to] = [every.indexOf(last), every.indexOf(target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const box of every.slice(from, to)) box.checked = target.checked;
    last = target;
  }
  count();
});
if (boxes().some((box) => box.checked)) count();

// Live filter: the same address, one region replaced; a slow or failed answer leaves the plain button.
let wait;
let request;
document.addEventListener('input', ({ target }) => {
  const form = target.closest('form[data-live]');
  if (!form) return;
  clearTimeout(wait);
  wait = setTimeout(async () => {
    request?.abort();
    request = new AbortController();
    const url = `${form.action.split('?')[0]}?${new URLSearchParams(new FormData(form))}`;
    const region = document.querySelector(form.dataset.live);
    region.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(url, { signal: request.signal });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.querySelector(form.dataset.live);
      region.replaceWith(fresh);
      history.replaceState(null, '', url);
      say(fresh.dataset.say ?? '');
    } catch (error) {
      if (error.name !== 'AbortError') region.removeAttribute('aria-busy');
    }
  }, 300);
});

// Register of attendance, form[data-register="letters of the states in the page's language"]: a letter marks and goes on to the next
// person, arrows move, Delete clears; [data-find] filters the rows; [data-n="value"] are the counters; "the rest" marks the unmarked.
const register = document.querySelector('form[data-register]');
if (register) {
  const rows = all('tbody tr', register);
  const codes = [...'roleas'];
  const fold = (text) => text.toLowerCase().replace(/[әғқңөұүһіё]/g, (letter) => 'агкноуухие'['әғқңөұүһіё'.indexOf(letter)]);
  const shown = () => rows.filter((row) => !row.hidden);
  const state = (row) => row.querySelector('input:checked')?.value ?? '';
  let changed = false;
  const recount = () => {
    changed = true;
    for (const node of all('[data-n]', register)) node.textContent = rows.filter((row) => state(row) === node.dataset.n).length;
    for (const row of rows) row.classList.toggle('is-open', !state(row));
  };
  const goTo = (row) => {
    (row?.querySelector('input:checked') ?? row?.querySelector('input'))?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  };
  const set = (row, code) => {
    row.querySelector('input[type=hidden]')?.remove();
    for (const radio of all('input', row)) radio.checked = radio.value === code;
    if (!code) row.querySelector('fieldset').insertAdjacentHTML('beforeend', `<input type="hidden" name="${row.querySelector('input').name}" value="">`);
    recount();
  };
  register.addEventListener('change', ({ target }) => {
    if (target.type !== 'radio') return;
    target.closest('tr').querySelector('input[type=hidden]')?.remove();
    recount();
  });
  register.addEventListener('keydown', (event) => {
    const row = event.target.closest('tbody tr');
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    const list = shown();
    const step = (by) => goTo(list[list.indexOf(row) + by]);
    const own = [...register.dataset.register].indexOf(event.key.toUpperCase());
    const code = codes[own] ?? codes.find((letter) => event.code === `Key${letter.toUpperCase()}`);
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Delete' || event.key === 'Backspace') set(row, '');
    else if (code) {
      set(row, code);
      if (row === list.at(-1)) goTo(row);
      else step(1);
    } else return;
    event.preventDefault();
  });
  document.addEventListener('click', (event) => {
    const rest = event.target.closest('[form=register][value^=rest]');
    if (!rest) return;
    event.preventDefault();
    for (const row of rows) if (!state(row)) set(row, rest.value === 'rest' ? 'r' : 'o');
    say(document.querySelector('.counts').textContent.replace(/\s+/g, ' '));
  });
  const find = document.querySelector('[data-find]');
  find?.addEventListener('input', () => {
    const words = fold(find.value).split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => fold(row.querySelector('th').textContent).includes(word));
    say(String(shown().length));
  });
  find?.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    goTo(shown()[0]);
  });
  register.addEventListener('submit', () => { changed = false; });
  addEventListener('beforeunload', (event) => { if (changed) event.preventDefault(); });
}
