'use strict';
// The data. Points are columns: points.net[i], points.metric[m][i] ...
const D = JSON.parse(document.getElementById('data').textContent);
const P = D.points;
const N = P.number.length;
const NAMES = D.metrics.map(m => m.name);
const METRIC = Object.fromEntries(NAMES.map((name, i) => [name, i]));
// Metrics that some point has.
const MEASURED = NAMES.filter(name => P.metric[METRIC[name]].some(v => v !== null));
const AXIS = Object.fromEntries(D.axes.map((a, i) => [a.key, i]));
const DETAIL = new Map(D.details.map(d => [d.point, d]));

// ---- elements

function node(name, attributes, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (key === 'class') e.className = value;
		else if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
		else if (value !== null && value !== undefined && value !== false)
			e.setAttribute(key, value === true ? '' : value);
	e.append(...children.filter(c => c !== null && c !== undefined));
	return e;
}

function fill(id, ...children) {
	const e = document.getElementById(id);
	e.replaceChildren(...children);
	return e;
}

// ---- numbers with units

const WHOLE = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

// Whole numbers as they are, others with three digits or more.
function digits(v) {
	const a = Math.abs(v);
	if (a >= 1000 || Number.isInteger(v)) return WHOLE.format(v);
	return a >= 10 ? v.toFixed(1) : a >= 1 ? v.toFixed(2) : String(Number(v.toPrecision(3)));
}

function bytes(v) {
	return v < 1024 ? WHOLE.format(v) + ' B' : digits(v / 1024) + ' KiB';
}

function percent(part, all) {
	return all ? (100 * part / all).toFixed(1) + ' %' : '-';
}

const SHOW = {
	cycles: v => WHOLE.format(v),
	latency_us: v => v >= 10000 ? digits(v / 1000) + ' ms' : digits(v) + ' \u00b5s',
	energy_uj: v => v >= 10000 ? digits(v / 1000) + ' mJ' : digits(v) + ' \u00b5J',
	energy_min_uj: v => SHOW.energy_uj(v),
	energy_max_uj: v => SHOW.energy_uj(v),
	edp: v => digits(v) + ' \u00b5J \u00b5s',
	power_mw: v => digits(v) + ' mW',
	utilization: v => (100 * v).toFixed(1) + ' %',
	accuracy: v => (100 * v).toFixed(1) + ' %',
};

function shown(name, v) {
	if (v === null || v === undefined) return '-';
	if (SHOW[name]) return SHOW[name](v);
	if (name.endsWith('_bytes')) return bytes(v);
	return typeof v === 'number' ? digits(v) : String(v);
}

const UNIT = {us: '\u00b5s', uJ: '\u00b5J', 'uJ us': '\u00b5J \u00b5s'};

function labelled(name) {
	const m = D.metrics[METRIC[name]];
	const axis = D.axes[AXIS[name]];
	const unit = m ? m.unit : axis ? axis.unit : '';
	return unit ? name + ' (' + (UNIT[unit] || unit) + ')' : name;
}

// ---- values of a point

const PARAM = Object.fromEntries(D.params.map(p => [p.key, p]));

function numeric(text) {
	const v = Number(text);
	return text === null || text === '' || Number.isNaN(v) ? text : v;
}

// A parameter, or another axis, as text; null if it is neither.
function setting(i, key) {
	const a = AXIS[key];
	if (a !== undefined && P.values[a][i] >= 0)
		return D.axes[a].values[P.values[a][i]];
	return PARAM[key] ? PARAM[key].value : null;
}

function value(i, name) {
	const m = METRIC[name];
	if (m !== undefined) return P.metric[m][i];
	if (name === 'network') return D.nets[P.net[i]].name;
	if (name === 'tech') return D.techs[P.tech[i]].name;
	if (name === 'point') return P.number[i];
	return numeric(setting(i, name));
}

const VARIED = D.axes.map((a, i) => i).filter(i => D.axes[i].values.length > 1);

function designText(i) {
	return VARIED.map(a => D.axes[a].key + '=' + setting(i, D.axes[a].key))
		.join(' ') || 'the design of the sweep';
}

// The same, short, for tables.
function designShort(i) {
	return VARIED.map(a => D.axes[a].label.replace(/_/g, ' ') + ' ' + setting(i, D.axes[a].key))
		.join(', ') || 'the design of the sweep';
}

// ---- conditions: "peak_bytes <= 20 kB and energy_uj < 5, kws"

const FACTOR = {
	'': 1, k: 1e3, kB: 1e3, KiB: 1024, MB: 1e6, MiB: 1048576, B: 1,
	us: 1, uJ: 1, ms: 1e3, mJ: 1e3, s: 1e6, '%': 0.01,
	'\u00b5s': 1, '\u00b5J': 1, cycles: 1, MHz: 1, nJ: 1e-3, pJ: 1e-6, uW: 1e-3, mW: 1,
};
const TEST = {
	'<=': (a, b) => a <= b, '<': (a, b) => a < b, '>=': (a, b) => a >= b,
	'>': (a, b) => a > b, '==': (a, b) => a === b, '=': (a, b) => a === b,
	'!=': (a, b) => a !== b,
};
// Metrics in other units: of which metric, and its unit in that.
const ALIAS = {
	latency_ms: ['latency_us', 1e3], latency_s: ['latency_us', 1e6],
	energy_nj: ['energy_uj', 1e-3], energy_mj: ['energy_uj', 1e3],
	energy_pj: ['energy_uj', 1e-6], power_uw: ['power_mw', 1e-3],
	peak_kib: ['peak_bytes', 1024],
	arena_kib: ['arena_bytes', 1024], image_kib: ['image_bytes', 1024],
	area_um2: ['area_mm2', 1e-6],
};

function known(name) {
	return name in METRIC || name in AXIS || name in PARAM ||
		name === 'network' || name === 'point' || name === 'tech';
}

function condition(text) {
	const m = /^([\w.]+)\s*(<=|>=|==|!=|<|>|=)\s*(.+)$/.exec(text);
	if (!m) return null;
	const [of, unit] = ALIAS[m[1]] || [m[1], 1];
	if (!known(of)) throw new Error(m[1] + ': no such metric or parameter');
	const n = /^(-?[\d.]+(?:e[-+]?\d+)?)\s*([\w%\u00b5]*)$/.exec(m[3]);
	if (n && !(n[2] in FACTOR)) throw new Error(n[2] + ': no such unit');
	if (!n && (of in METRIC || of === 'point'))
		throw new Error(m[3] + ': not a number with a known unit');
	const bound = n ? Number(n[1]) * FACTOR[n[2]] * unit : m[3];
	return measured(text, i => {
		const v = value(i, of);
		return v !== null && TEST[m[2]](v, bound);
	}, i => miss(value(i, of), bound, m[2]));
}

// A test that also tells by how much a point misses it, as explore/expr.h has it:
// the difference as part of the larger number, 1 if that says nothing.
function measured(text, test, far) {
	test.text = text;
	test.excess = i => test(i) ? 0 : far(i);
	return test;
}

function miss(v, bound, op) {
	if (typeof v !== 'number' || typeof bound !== 'number') return 1;
	const larger = Math.max(Math.abs(v), Math.abs(bound));
	return op === '!=' || larger === 0 ? 1e-9
		: Math.min(1, Math.max(1e-9, Math.abs(v - bound) / larger));
}

// All of them as one test. Words without an operator must be in the network's
// name, if `words`; else they are an error.
function conditions(text, words) {
	const parts = text.split(/\s*(?:,|;|\band\b|&&)\s*/).filter(s => s);
	const tests = parts.map(part => {
		const test = condition(part);
		if (test) return test;
		if (!words) throw new Error(part + ': not of the form NAME <= NUMBER');
		const low = part.toLowerCase();
		return measured(part, i => (D.nets[P.net[i]].name + ' ' + designText(i) + ' ' +
			D.causes[P.bound[i]]).toLowerCase().includes(low), () => 1);
	});
	const all = i => tests.every(t => t(i));
	all.excess = i => tests.reduce((sum, t) => sum + t.excess(i), 0);
	all.broken = i => tests.filter(t => !t(i)).map(t => t.text);
	return all;
}

// Of a list the point that misses a test by least; of equals the first; -1: none.
function nearestTo(list, test) {
	let best = -1;
	for (const i of list)
		if (best < 0 || test.excess(i) < test.excess(best)) best = i;
	return best;
}

// The sweep's own limits, which may be of any form, were judged when the page was
// made, and where no point keeps them the nearest was found.
function limitsOfSweep() {
	const test = i => P.within[i] === 1;
	const near = new Map(D.nearest.filter(n => n).map(n => [n.point, n.breaks]));
	test.excess = i => test(i) ? 0 : near.has(i) ? 0.5 : 1;
	test.broken = i => near.get(i) || [];
	return test;
}

// ---- commands

function quoted(s) {
	return /^[\w./=+:,@%-]+$/.test(s) ? s : "'" + s.replace(/'/g, "'\\''") + "'";
}

// What reproduces a point: options of joulet run and joulet explain.
function techOption(i) {
	const tech = D.techs[P.tech[i]];
	return tech.path ? ' \\\n    --tech ' + quoted(tech.path) : '';
}

function options(i) {
	const net = D.nets[P.net[i]];
	let line = ' --net ' + quoted(net.path || net.name);
	if (net.input) line += ' \\\n    --input ' + quoted(net.input);
	for (const p of D.params) {
		const v = setting(i, p.key);
		if (v !== null && v !== p.usual) line += ' \\\n    --set ' + p.key + '=' + v;
	}
	const target = setting(i, 'target') || D.target;
	if (target && target !== 'accel') line += ' --target ' + target;
	return line;
}

function designYaml(i) {
	return D.params.map(p => p.key + ': ' + setting(i, p.key)).join('\n');
}
