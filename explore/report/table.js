// ---- table

const ROWS = 50;
const COLUMNS = ['point', 'network', ...VARIED.map(a => D.axes[a].key),
	'latency_us', 'energy_uj',
	...D.goals.map(g => g.name).filter(n => n !== 'latency_us' && n !== 'energy_uj'),
	...(HAS_ACCURACY ? ['accuracy'] : []), 'cycles', 'utilization', 'peak_bytes', 'image_bytes', 'bound', 'marks']
	.filter((name, i, all) => all.indexOf(name) === i);
const TEXTS = new Set(['network', 'bound', 'marks']);

function cellValue(i, name) {
	if (name === 'bound') return P.ok[i] ? D.causes[P.bound[i]] : '';
	if (name === 'marks') return (P.best[i] ? '*' : '') + (P.confirmed[i] ? '=' : '');
	return value(i, name);
}

function sorted() {
	const best = paper || document.getElementById('only-best').checked;
	const list = [];
	for (let i = 0; i < N; i++)
		if (state.filter(i) && brushed(i) && (!best || P.best[i])) list.push(i);
	const keys = new Map(list.map(i => [i, cellValue(i, state.sort)]));
	const sign = state.up ? 1 : -1;
	const order = (a, b) => {
		const x = keys.get(a), y = keys.get(b);
		if (x === null || y === null) return (x === null) - (y === null); // failed last
		const d = typeof x === 'number' && typeof y === 'number' ? x - y
			: String(x).localeCompare(String(y), 'en', {numeric: true});
		return sign * d || a - b;
	};
	return list.sort(order);
}

// Axes by their short names; the whole one is in the title.
function headText(name) {
	return name in AXIS ? D.axes[AXIS[name]].label : name;
}

function headCell(name) {
	const on = state.sort === name;
	const arrow = on ? (state.up ? ' \u25b2' : ' \u25bc') : '';
	return node('th', {scope: 'col', class: TEXTS.has(name) ? '' : 'num',
		'aria-sort': on ? (state.up ? 'ascending' : 'descending') : null},
	node('button', {type: 'button', 'data-column': name, title: name, onclick: () => {
		state.up = on ? !state.up : true;
		state.sort = name;
		state.page = 0;
		drawTable();
		document.querySelector('[data-column="' + name + '"]').focus();
	}}, headText(name) + arrow));
}

// On paper there is less room, and no next page.
const ON_PAPER = new Set(['point', 'network', ...D.goals.map(g => g.name),
	...VARIED.map(a => D.axes[a].key), 'bound', 'marks']);

function columns() {
	return COLUMNS.filter(name => !paper || ON_PAPER.has(name));
}

function bodyRow(i) {
	return node('tr', {class: i === state.point ? 'selected' : '', 'data-point': i},
		...columns().map(name => {
			if (name === 'point') return node('td', {class: 'num'}, pointButton(i));
			const v = cellValue(i, name);
			const s = name in METRIC ? shown(name, v) : v === null ? '-' : String(v);
			return node('td', {class: TEXTS.has(name) ? '' : 'num'}, s);
		}));
}

function drawTable() {
	const list = sorted();
	const pages = Math.max(1, Math.ceil(list.length / ROWS));
	state.page = Math.min(state.page, pages - 1);
	const part = paper ? list.slice(0, 200)
		: list.slice(state.page * ROWS, (state.page + 1) * ROWS);
	const table = node('table', {'aria-rowcount': list.length},
		node('thead', {}, node('tr', {}, ...columns().map(headCell))),
		node('tbody', {}, ...part.map(bodyRow)));
	table.addEventListener('keydown', stepRow);
	fill('rows', table);
	const go = (by, label) => node('button', {type: 'button', 'data-page': by,
		disabled: state.page + by < 0 || state.page + by >= pages,
		onclick: () => {
			state.page += by;
			drawTable();
			const again = document.querySelector('[data-page="' + by + '"]');
			(again.disabled ? document.querySelector('#pager button:not(:disabled)') : again).focus();
		}}, label);
	fill('pager', ...(pages < 2 ? [] : [go(-1, 'Previous'), go(1, 'Next'),
		node('span', {}, 'page ' + (state.page + 1) + ' of ' + pages)]));
	const says = document.getElementById('filter-says');
	if (!says.classList.contains('bad'))
		says.replaceChildren(WHOLE.format(list.length) + ' of ' + WHOLE.format(N) +
			' points; * Pareto-optimal, = confirmed', ...(list.length ? [] : nearestToFilter()));
}

// Which point an empty table would have first.
function nearestToFilter() {
	const all = [];
	for (let i = 0; i < N; i++) if (P.ok[i]) all.push(i);
	const near = nearestTo(all, state.filter);
	if (near < 0 || state.filter(near)) return [];
	return ['. Nothing meets the filter; the nearest is point ', pointButton(near),
		': it misses ' + state.filter.broken(near).join(', ')];
}

// Up and down between the buttons of rows.
function stepRow(e) {
	if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return;
	const row = e.target.closest('tbody tr');
	if (!row) return;
	const to = e.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
	if (!to) return;
	e.preventDefault();
	to.querySelector('button').focus();
}

function markRow() {
	for (const row of document.querySelectorAll('#rows tbody tr'))
		row.classList.toggle('selected', Number(row.dataset.point) === state.point);
}
