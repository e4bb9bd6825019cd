// Records what is pushed to data layers and said to vendors' functions, each value as it is at that moment.
// Runs in every frame before the page's own scripts. All that it uses is taken from the realm first, since a page may replace any of it.
(function (config) {
  'use strict';
  var scope = globalThis;
  var send = scope[config.binding];
  if (typeof send !== 'function') return;
  delete scope[config.binding];

  var call = Function.prototype.call;
  var uncurry = Function.prototype.bind.bind(call);
  var apply = Reflect.apply, ownKeys = Reflect.ownKeys, describe = Reflect.getOwnPropertyDescriptor, define = Reflect.defineProperty;
  var prototypeOf = Reflect.getPrototypeOf;
  var isArray = Array.isArray, quote = JSON.stringify, NativeProxy = Proxy;
  var tagOf = uncurry(Object.prototype.toString), has = uncurry(Object.prototype.hasOwnProperty);
  var cutText = uncurry(String.prototype.slice), indexOf = uncurry(String.prototype.indexOf);
  var objectPrototype = Object.prototype;
  var isFinite = Number.isFinite, round = Math.floor, random = Math.random, text = String;
  var WeakMapOf = WeakMap, recall = uncurry(WeakMap.prototype.get), keep = uncurry(WeakMap.prototype.set);
  var MapOf = Map, countOf = uncurry(Map.prototype.get), setCount = uncurry(Map.prototype.set);
  var found_ = uncurry(RegExp.prototype.exec), soon = uncurry(Promise.prototype.then), now_ = Promise.resolve();
  var now = performance.now.bind(performance);
  var listen = uncurry(EventTarget.prototype.addEventListener);
  var beacon = navigator.sendBeacon && navigator.sendBeacon.bind(navigator);
  var dateTime = uncurry(Date.prototype.getTime), dateText = uncurry(Date.prototype.toISOString);
  var eachOfMap = uncurry(Map.prototype.forEach), eachOfSet = uncurry(Set.prototype.forEach);
  var regexpText = uncurry(RegExp.prototype.toString), functionText = Function.prototype.toString;
  var bigintText = uncurry(BigInt.prototype.toString), symbolText = uncurry(Symbol.prototype.toString);
  var numberOf = uncurry(Number.prototype.valueOf), stringOf = uncurry(String.prototype.valueOf), booleanOf = uncurry(Boolean.prototype.valueOf);
  var viewTag = getter(prototypeOf(Uint8Array.prototype), Symbol.toStringTag);
  var viewLength = getter(prototypeOf(Uint8Array.prototype), 'length');
  var bufferSize = getter(ArrayBuffer.prototype, 'byteLength');
  var nodeType = scope.Node && getter(Node.prototype, 'nodeType');
  var nodeName = scope.Node && getter(Node.prototype, 'nodeName');
  var nodeText = scope.Node && getter(Node.prototype, 'textContent');
  var targetOf = getter(Event.prototype, 'target');
  var parentOf = scope.Node && getter(Node.prototype, 'parentNode');
  var added = scope.MutationRecord && getter(MutationRecord.prototype, 'addedNodes');
  var nodes = scope.NodeList && getter(NodeList.prototype, 'length');
  var attribute = scope.Element && uncurry(Element.prototype.getAttribute);
  var blobSize = scope.Blob && getter(Blob.prototype, 'size');
  var urlText = scope.URL && getter(URL.prototype, 'href');
  var place = scope.location;
  var href = describe(place, 'href').get;

  function getter(prototype, name) {
    var found = describe(prototype, name);
    return uncurry(found.get);
  }
  function isObject(value) {
    return value !== null && (typeof value === 'object' || typeof value === 'function');
  }
  function address() {
    try { return apply(href, place, []); } catch (e) { return ''; }
  }

  // ---- copying a value ------------------------------------------------------------------------------------------------------------
  // Builds the JSON text itself: the page may have given arrays and objects a toJSON.
  var copying = 0, room = config.total;

  function marked(type, said) {
    return '{"$type":' + quote(type) + ',"text":' + quote(said) + '}';
  }
  function brand(read, value) {
    try { return read(value); } catch (e) { return undefined; }
  }
  function copy(value) {
    var state = { __proto__: null, left: room < config.text ? room : config.text, cuts: '', cut: 0 };
    copying++;
    var json;
    try {
      json = write(value, '', null, 0, state);
    } catch (e) {
      json = marked('unreadable', brand(text, e) || '');
    }
    copying--;
    return { __proto__: null, json: json, cuts: state.cuts };
  }
  function note(state, path, said) {
    if (state.cut < 20) state.cuts += (state.cut ? ',' : '') + quote((path || 'value') + ': ' + said);
    state.cut++;
  }
  function words(said, path, state) {
    var whole = said.length;
    if (whole > config.string || whole > state.left) {
      var room = state.left < config.string ? state.left : config.string;
      if (room < 0) room = 0;
      said = cutText(said, 0, room);
      note(state, path, 'text of ' + whole + ' characters cut to ' + room);
    }
    state.left -= said.length;
    return quote(said);
  }
  function write(value, path, above, depth, state) {
    switch (typeof value) {
      case 'string': return words(value, path, state);
      case 'number': state.left -= 8; return !isFinite(value) ? marked('number', '' + value) : value === 0 && 1 / value < 0 ? '-0.0' : '' + value;
      case 'boolean': state.left -= 4; return value ? 'true' : 'false';
      case 'undefined': state.left -= 8; return marked('undefined', 'undefined');
      case 'bigint': return '{"$type":"bigint","text":' + words(bigintText(value), path, state) + '}';
      case 'symbol': return '{"$type":"symbol","text":' + words(symbolText(value), path, state) + '}';
      case 'function': state.left -= 16; return marked('function', nameOf(value));
    }
    if (value === null) { state.left -= 4; return 'null'; }
    try {
      return object(value, path, above, depth, state);
    } catch (e) {
      return marked('unreadable', brand(message, e) || '');
    }
  }
  function message(e) {
    return cutText(text(e), 0, 200);
  }
  function nameOf(value) {
    var found = brand(function () { return describe(value, 'name'); });
    return found && typeof found.value === 'string' ? cutText(found.value, 0, 200) : '';
  }
  function object(value, path, above, depth, state) {
    state.left -= 2;
    for (var up = above; up; up = up.above) if (up.value === value) return marked('cycle', up.path || 'value');
    if (depth >= config.depth) { note(state, path, 'deeper than ' + config.depth + ' levels'); return marked('cut', 'too deep'); }
    if (state.left <= 0) { note(state, path, 'no room left'); return marked('cut', 'no room left'); }
    var here = { __proto__: null, value: value, path: path, above: above };
    if (isArray(value)) return list(value, value.length, path, here, depth, state);
    var tag = tagOf(value);
    if (tag === '[object Object]') return members(value, path, here, depth, state);
    if (tag === '[object Arguments]') return '{"$type":"arguments","items":' + list(value, value.length, path, here, depth, state) + '}';
    var special = other(value, tag, path, here, depth, state);
    return special === undefined ? members(value, path, here, depth, state) : special;
  }
  function list(value, length, path, here, depth, state) {
    var out = '[', most = length > config.items ? config.items : length, i = 0;
    for (; i < most; i++) {
      if (state.left <= 0) { note(state, path, length + ' entries cut to ' + i); return out + ']'; }
      out += (i ? ',' : '') + write(read(value, i), path + '[' + i + ']', here, depth + 1, state);
    }
    if (length > most) note(state, path, length + ' entries cut to ' + most);
    return out + ']';
  }
  // A getter that pushes what it is read from would never end: below the first copy none is called.
  function read(value, key) {
    if (copying > 1) {
      var found = describe(value, key);
      if (found && found.get) return undefined;
    }
    return value[key];
  }
  function members(value, path, here, depth, state) {
    var keys = ownKeys(value), out = '{', some = false, most = keys.length > config.items ? config.items : keys.length;
    for (var i = 0; i < most; i++) {
      var key = keys[i];
      if (typeof key !== 'string') continue;
      var found = describe(value, key);
      if (!found || !found.enumerable) continue;
      if (state.left <= 0) { note(state, path, keys.length + ' members cut to ' + i); return out + '}'; }
      var below = path ? path + '.' + key : key, json;
      if (found.get && copying > 1) json = marked('getter', key);
      else {
        try {
          json = write(has(found, 'value') ? found.value : value[key], below, here, depth + 1, state);
        } catch (e) {
          json = marked('error', brand(message, e) || '');
        }
      }
      out += (some ? ',' : '') + words(key, below, state) + ':' + json;
      some = true;
    }
    if (keys.length > most) note(state, path, keys.length + ' members cut to ' + most);
    return out + '}';
  }
  function other(value, tag, path, here, depth, state) {
    var found, items, count;
    if (nodeType && brand(nodeType, value) !== undefined) {
      found = brand(nodeName, value) || '';
      var id = attribute && brand(function () { return attribute(value, 'id'); });
      return '{"$type":"node","text":' + words(found + (id ? '#' + id : ''), path, state) + '}';
    }
    if ((found = brand(dateTime, value)) !== undefined) return marked('date', found === found ? dateText(value) : 'Invalid Date');
    if ((found = brand(viewTag, value)) !== undefined) {
      return '{"$type":' + quote(found) + ',"items":' + list(value, viewLength(value), path, here, depth, state) + '}';
    }
    if ((found = brand(bufferSize, value)) !== undefined) return marked('ArrayBuffer', found + ' bytes');
    if (blobSize && (found = brand(blobSize, value)) !== undefined) return marked('blob', found + ' bytes');
    if (urlText && (found = brand(urlText, value)) !== undefined) return marked('url', found);
    if ((found = brand(numberOf, value)) !== undefined || (found = brand(booleanOf, value)) !== undefined) return write(found, path, here, depth, state);
    if ((found = brand(stringOf, value)) !== undefined) return words(found, path, state);
    if (tag === '[object RegExp]' && (found = brand(regexpText, value)) !== undefined) return marked('regexp', found);
    if (tag === '[object Error]' || tag === '[object DOMException]') return marked('error', brand(message, value) || '');
    items = ''; count = 0;
    try {
      eachOfMap(value, function (entry, key) {
        if (count++ >= config.items || state.left <= 0) return;
        items += (items ? ',' : '') + '[' + write(key, path, here, depth + 1, state) + ',' + write(entry, path, here, depth + 1, state) + ']';
      });
      if (count > config.items) note(state, path, count + ' entries cut to ' + config.items);
      return '{"$type":"map","items":[' + items + ']}';
    } catch (e) { items = ''; count = 0; }
    try {
      eachOfSet(value, function (entry) {
        if (count++ >= config.items || state.left <= 0) return;
        items += (items ? ',' : '') + write(entry, path, here, depth + 1, state);
      });
      if (count > config.items) note(state, path, count + ' entries cut to ' + config.items);
      return '{"$type":"set","items":[' + items + ']}';
    } catch (e) { /* no set */ }
    if (tag === '[object Window]' || tag === '[object global]') return marked('window', tag);
    if (tag === '[object Promise]' || tag === '[object WeakMap]' || tag === '[object WeakSet]' || tag === '[object WeakRef]') {
      return marked('object', tag);
    }
    return undefined;
  }

  // ---- telling it -----------------------------------------------------------------------------------------------------------------
  var document_ = text(random()).slice(2) + '.' + round(now() * 1000);
  var count = 0, over = 0, overTold = 0, leaving = false;

  function tell(source, kind, value) {
    if (count >= config.most) {
      if (!over++) tellOver();
      return;
    }
    // Copying may run a getter of the page that pushes in its turn.
    var number = ++count;
    var made = copy(value);
    var head = '{"d":"' + document_ + '","n":' + number + ',"k":"' + kind + '","s":' + quote(source) + ',"u":' + quote(address());
    var payload = head + ',"c":[' + made.cuts + '],"v":' + made.json + '}';
    room -= made.json.length;
    if (room < config.least) room = config.least;
    try { send(payload); } catch (e) { /* the page is going */ }
    // While a page is left, what goes through the binding is lost; the interception still sees a beacon.
    if (leaving && beacon) {
      try {
        if (!beacon(config.late, payload) && payload.length > 60000) {
          beacon(config.late, head + ',"c":["value: left out, too large to be told while the page is left"],"v":null}');
        }
      } catch (e) { /* nothing more can be done */ }
    }
  }
  function told(source, kind, value) {
    try { tell(source, kind, value); } catch (e) { /* a fault of ours is never the page's */ }
  }
  // How many were left out above the limit: told at the first, and at later looks where there are more.
  function tellOver() {
    if (over === overTold) return;
    overTold = over;
    var payload = '{"d":"' + document_ + '","n":' + ++count + ',"over":' + over + '}';
    try { send(payload); if (leaving && beacon) beacon(config.late, payload); } catch (e) { /* the page is going */ }
  }

  // ---- standing between the page and a function, unseen ---------------------------------------------------------------------------
  var originals = shared() || new WeakMapOf(), stands = new WeakMapOf();
  var hidden = false;

  // A page may ask one frame's toString of another frame's function: frames that can reach each other share what they know.
  function shared() {
    var found;
    // Nothing is thrown on the way of most documents: to tell where, the browser would read this whole script once more.
    try { if (scope.frameElement) found = apply(scope.parent.Function.prototype.toString, config.shared, []); } catch (e) { /* of another origin */ }
    if (found === undefined) try { if (scope.opener) found = apply(scope.opener.Function.prototype.toString, config.shared, []); } catch (e) { /* of another origin */ }
    if (!isObject(found)) return undefined;
    try { recall(found, {}); return found; } catch (e) { return undefined; }
  }

  function hide() {
    if (hidden) return;
    hidden = true;
    var found = describe(Function.prototype, 'toString');
    if (!found || typeof found.value !== 'function') return;
    var native = found.value;
    var shown = new NativeProxy(native, {
      __proto__: null,
      apply: function (target, self, given) {
        if (self === config.shared && config.shared) return originals;
        var original = typeof self === 'function' ? recall(originals, self) : undefined;
        return apply(target, original || self, given);
      }
    });
    keep(originals, shown, native);
    define(Function.prototype, 'toString', {
      __proto__: null, value: shown, writable: found.writable, enumerable: found.enumerable, configurable: found.configurable
    });
  }
  function stand(original, seen) {
    hide();
    var shown = new NativeProxy(original, {
      __proto__: null,
      apply: function (target, self, given) { return seen(target, self, given); }
    });
    keep(originals, shown, original);
    return shown;
  }

  // ---- layers ---------------------------------------------------------------------------------------------------------------------
  var layers = new WeakMapOf(), held = { __proto__: null };

  function layer(name, value) {
    if (!isObject(value)) return;
    var state = recall(layers, value);
    if (state && state.guarded) {
      if (state.name === name && held[name] !== state) held[name] = state;
      if (state.name === name) changed(state);
      return;
    }
    var push = brand(function () { return value.push; });
    if (typeof push !== 'function') { if (typeof value === 'object') snapshot(name, value); return; }
    state = { __proto__: null, name: name, value: value, list: isArray(value), guarded: true, seen: [], size: 0, busy: 0 };
    keep(layers, value, state);
    // What was carried over from the layer before was told when it was pushed there.
    var former = held[name];
    if (former && former.list) { changed(former); state.seen = former.seen; state.size = former.size; }
    held[name] = state;
    changed(state, true);
    guard(state, name, value, push);
  }
  // Entries that came into a list by another way than push: by index, unshift, splice. A list beyond the limit is not looked through.
  function changed(state, whole) {
    if (!state.list || state.busy) return;
    var value = state.value, length = value.length, i;
    if (!whole && same(state, length)) return;
    if (state.size <= config.entries && length <= config.entries) {
      var known = new MapOf();
      for (i = 0; i < state.size; i++) setCount(known, state.seen[i], (countOf(known, state.seen[i]) || 0) + 1);
      for (i = 0; i < length; i++) {
        if (!describe(value, i)) continue;
        var entry = value[i], left = countOf(known, entry);
        if (left) setCount(known, entry, left - 1); else told(state.name, 'push', entry);
      }
    }
    remember(state);
  }
  function same(state, length) {
    return length === state.size && (length === 0 || (is(state.value[0], state.first) && is(state.value[length - 1], state.last)));
  }
  function is(one, other) {
    return one === other || (one !== one && other !== other);
  }
  function remember(state) {
    if (!state.list) return;
    var value = state.value, length = value.length, size = state.size;
    if (length <= config.entries) {
      // What was only appended leaves the rest as it was.
      var i = size > 0 && length >= size && is(value[0], state.first) && is(value[size - 1], state.last) ? size : 0;
      if (!i) state.seen = [];
      for (; i < length; i++) define(state.seen, i, { __proto__: null, value: value[i], writable: true, enumerable: true, configurable: true });
    } else state.seen = [];
    state.size = length;
    state.first = value[0];
    state.last = length > 0 ? value[length - 1] : undefined;
  }
  // Whoever replaces push calls the one before, with the same entries: each stand remembers only its own target, and what an
  // outer one has told, an inner one lets pass. An entry pushed anew from inside comes through the outermost stand again.
  function guard(state, name, value, push) {
    var underway = null, shown = between(push), innermost = shown, later = new WeakMapOf();
    function between(original) {
      var known = recall(stands, original);
      if (known && known.of === value) return known.shown;
      var me = stand(original, function (target, self, given) {
        if (self !== value) return apply(target, self, given);
        if (me !== shown && passes(given)) return added(target, self, given);
        ours(function () { changed(state); });
        for (var i = 0; i < given.length; i++) {
          fromCall(given[i]);
          told(name, 'push', given[i]);
          if (me !== innermost && isObject(given[i])) keep(later, given[i], (recall(later, given[i]) || 0) + 1);
        }
        var mine = { __proto__: null, given: given, above: underway };
        underway = mine;
        try { return added(target, self, given); } finally { underway = mine.above; }
      });
      keep(stands, original, { __proto__: null, of: value, shown: me });
      return me;
    }
    // Whatever a push makes of its entries, they were told.
    function added(target, self, given) {
      state.busy++;
      try { return apply(target, self, given); } finally {
        state.busy--;
        if (!state.busy) ours(function () { remember(state); });
      }
    }
    function passes(given) {
      for (var up = underway; up; up = up.above) {
        if (up.given.length !== given.length) continue;
        var alike = true;
        for (var i = 0; i < given.length; i++) if (up.given[i] !== given[i] && !enriched(up.given[i], given[i])) { alike = false; break; }
        if (alike) { passed(given); return true; }
      }
      return passed(given);
    }
    // A push that keeps its entries and passes them on when it has time does so with the entries themselves.
    function passed(given) {
      var all = given.length > 0, i;
      for (i = 0; i < given.length; i++) if (!isObject(given[i]) || !recall(later, given[i])) all = false;
      if (all) for (i = 0; i < given.length; i++) keep(later, given[i], recall(later, given[i]) - 1);
      return all;
    }
    var own = describe(value, 'push');
    define(value, 'push', {
      __proto__: null, configurable: true, enumerable: own ? own.enumerable : false,
      get: function () { return shown; },
      set: function (next) {
        if (next === shown) return;
        shown = typeof next !== 'function' ? next : recall(originals, next) ? next : between(next);
      }
    });
  }
  // A copy of an entry, perhaps with more in it, that stands for the same event.
  function enriched(one, other) {
    if (!isObject(one) || !isObject(other)) return false;
    var some = false, names = ['event', '0', '1'];
    for (var i = 0; i < 3; i++) {
      var a = brand(function () { return describe(one, names[i]); }), b = brand(function () { return describe(other, names[i]); });
      if (!a && !b) continue;
      if (!a || !b || a.value === undefined || isObject(a.value) || a.value !== b.value) return false;
      some = true;
    }
    return some;
  }
  function ours(work) {
    try { work(); } catch (e) { /* a fault of ours is never the page's */ }
  }
  // A layer that is no list (digitalData, utag_data) is told when it appears, and again when it has changed by the next look.
  var objects = { __proto__: null };
  function snapshot(name, value) {
    var made = copy(value);
    var last = objects[name];
    if (last && last.value === value && last.json === made.json) return;
    objects[name] = { __proto__: null, value: value, json: made.json };
    told(name, 'push', value);
  }
  var traps = { __proto__: null };
  function watch(name) {
    var dot = indexOf(name, '.');
    if (dot >= 0) { var inner = reach(name); if (inner !== undefined) layer(name, inner); return; }
    var found = describe(scope, name);
    if (!found) return;
    if (!has(found, 'value')) {
      if (traps[name] && found.get === traps[name].get) { if (traps[name].shown) layer(name, traps[name].value); return; }
      layer(name, brand(function () { return scope[name]; }));
      return;
    }
    layer(name, found.value);
    if (found.configurable) trap(name, found.value, found.enumerable, true);
  }
  // `shown` is false for a trap that is laid for a script which is about to define the name.
  function trap(name, value, enumerable, shown) {
    var mine = { __proto__: null, value: value, shown: shown };
    mine.get = { get() { if (mine.shown) touched(name, mine.value); return mine.value; } }.get;
    function set(next) {
      mine.value = next;
      ours(function () { layer(name, next); lookInside(); });
      if (!mine.shown) {
        mine.shown = true;
        define(scope, name, { __proto__: null, configurable: true, enumerable: true, get: mine.get, set: set });
      }
    }
    if (define(scope, name, { __proto__: null, configurable: true, enumerable: enumerable, get: mine.get, set: set })) traps[name] = mine;
  }
  // Whoever reads the layer may be about to change it, or be a function that was defined a moment ago.
  var pending = false, touches = 0;
  function touched(name, value) {
    ours(function () {
      touches++;
      if (touches <= 32 || touches % 64 === 0) lookInside();
      var known = isObject(value) ? recall(layers, value) : undefined;
      if (known) changed(known); else if (isObject(value) && typeof value.push === 'function') layer(name, value);
      if (pending || !isObject(value)) return;
      pending = true;
      soon(now_, function () { pending = false; ours(function () { for (var i = 0; i < config.layers.length; i++) watch(config.layers[i]); }); });
    });
  }

  // ---- vendors' functions ---------------------------------------------------------------------------------------------------------
  // Looked for whenever there is an occasion: a trap for a name that the page may never define would answer `'fbq' in window` wrongly.
  var callers = { __proto__: null }, calling = null;

  function reach(path) {
    var owner = scope, name = path, dot;
    while ((dot = indexOf(name, '.')) >= 0) {
      owner = member(owner, cutText(name, 0, dot));
      if (!isObject(owner)) return undefined;
      name = cutText(name, dot + 1);
    }
    return member(owner, name);
  }
  function member(owner, name) {
    var found = brand(function () { return describe(owner, name); });
    if (!found) return undefined;
    if (has(found, 'value')) return found.value;
    return owner === scope && traps[name] && found.get === traps[name].get ? traps[name].value : undefined;
  }
  function look(path) {
    var owner = scope, name = path, dot;
    while ((dot = indexOf(name, '.')) >= 0) {
      owner = member(owner, cutText(name, 0, dot));
      if (!isObject(owner)) return;
      name = cutText(name, dot + 1);
    }
    if (owner !== scope && recall(layers, owner) && name === 'push') return;
    var found = describe(owner, name);
    var value = found ? (has(found, 'value') ? found.value : undefined) : owner === scope ? undefined : brand(function () { return owner[name]; });
    if (typeof value !== 'function' || recall(originals, value)) return;
    if (found && (!has(found, 'value') || !found.writable)) return;
    var shown = called(path, value);
    if (found) owner[name] = shown;
    else define(owner, name, { __proto__: null, configurable: true, writable: true, enumerable: false, value: shown });
  }
  function called(path, value) {
    var at = callers[path] || (callers[path] = { __proto__: null, target: null, early: null, first: 0, size: 0 });
    at.target = value;
    var made = describe(value, 'prototype'), maker = made && isObject(made.value) && describe(made.value, 'constructor');
    if (at.size) at.replaying = true;
    var shown = stand(value, function (target, self, given) {
      ours(function () { if (!(at.replaying && target === at.target && replayed(at, given))) { early(at, target, given); told(path, 'call', given); } });
      var mine = { __proto__: null, target: target, above: calling };
      calling = mine;
      try { return apply(target, self, given); } finally { calling = mine.above; }
    });
    // What it makes with new is still its own.
    if (maker && maker.value === value && maker.writable) made.value.constructor = shown;
    return shown;
  }
  // An SDK that has come says again, in their order and through the very function that it put in the stub's place, what the stub had
  // kept. What has no object among its arguments cannot be told apart from a call that is made again.
  function early(at, target, given) {
    if (at.replaying || at.size >= 1000) return;
    if (!at.early) at.early = { __proto__: null };
    at.early[at.size++] = given;
  }
  function replayed(at, given) {
    var kept = at.early[at.first], alike = kept && kept.length === given.length, some = false;
    for (var i = 0; alike && i < given.length; i++) {
      if (!is(kept[i], given[i])) alike = false;
      else if (isObject(given[i])) some = true;
    }
    if (alike && ++at.first < at.size) return some;
    at.replaying = false; at.early = null; at.size = at.first = 0;
    return alike && some;
  }
  // An arguments object knows whose arguments it is: a call made before its function was found, or past it, is told all the same.
  function fromCall(entry) {
    ours(function () {
      if (!isObject(entry) || isArray(entry) || tagOf(entry) !== '[object Arguments]') return;
      var found = describe(entry, 'callee'), callee = found && has(found, 'value') ? found.value : undefined;
      if (typeof callee !== 'function') return;
      for (var up = calling; up; up = up.above) if (up.target === callee) return;
      for (var i = 0; i < config.calls.length; i++) {
        var path = config.calls[i], value = reach(path);
        if (value !== callee && (typeof value !== 'function' || recall(originals, value) !== callee)) continue;
        var given = [];
        for (var j = 0; j < entry.length; j++) define(given, j, { __proto__: null, value: entry[j], configurable: true, enumerable: true, writable: true });
        told(path, 'call', given);
        look(path);
        return;
      }
    });
  }

  // ---- occasions ------------------------------------------------------------------------------------------------------------------
  // A script that is about to run and speaks of a name gets a trap laid for it, taken away when it has ended. None is laid where
  // it asks whether the name is there.
  var armed = [], armedCount = 0, roots = { __proto__: null };
  var spoken = new RegExp('(?:^|[^\\w$])(' + names() + ')(?![\\w$])', 'g');
  var asked = /["'`]([\w$]+)["'`]\s*in[\s(]|(?:[hH]asOwn|getOwn|IsEnumerable|Reflect\.has)\w*(?:\.call)?\([^()]{0,80}["'`]([\w$]+)["'`]/g;

  function names() {
    var all = [], i, dot;
    config.layers.concat(config.calls).forEach(function (path) {
      dot = indexOf(path, '.');
      var root = dot < 0 ? path : cutText(path, 0, dot);
      if (!roots[root]) { roots[root] = []; all.push(root.replace(/[^\w]/g, '\\$&')); }
      if (dot >= 0) roots[root].push(cutText(path, dot + 1));
    });
    return all.join('|') || '(?!)';
  }
  function arm(source) {
    if (typeof source !== 'string' || !source) return;
    if (source.length > config.source) source = cutText(source, 0, config.source);
    var not = { __proto__: null }, done = { __proto__: null }, match;
    asked.lastIndex = 0;
    while ((match = found_(asked, source))) not[match[1] || match[2]] = true;
    spoken.lastIndex = 0;
    for (var i = 0; i < 1000 && (match = found_(spoken, source)); i++) {
      var name = match[1];
      spoken.lastIndex--;
      if (not[name] || done[name]) continue;
      done[name] = true;
      if (describe(scope, name)) continue;
      if (isLayer(name)) trap(name, undefined, false, false);
      else lay(scope, name, name);
      keepArmed(scope, name);
    }
  }
  function keepArmed(owner, name) {
    var found = describe(owner, name);
    if (found && found.get) define(armed, armedCount++, { __proto__: null, value: { __proto__: null, owner: owner, name: name, get: found.get }, configurable: true, writable: true });
  }
  function isLayer(name) {
    for (var i = 0; i < config.layers.length; i++) if (config.layers[i] === name) return true;
    return false;
  }
  // A trap that gives way to what is put there.
  function lay(owner, name, path) {
    define(owner, name, {
      __proto__: null, configurable: true, enumerable: false,
      get: { get() { return undefined; } }.get,
      set: function (next) {
        define(owner, name, { __proto__: null, configurable: true, enumerable: true, writable: true, value: next });
        ours(function () {
          if (owner !== scope) { look(path); return; }
          var members = roots[name];
          for (var i = 0; i < members.length; i++) {
            look(name + '.' + members[i]);
            if (isObject(next) && indexOf(members[i], '.') < 0 && brand(function () { return members[i] in next; }) === false) {
              lay(next, members[i], name + '.' + members[i]);
              keepArmed(next, members[i]);
            }
          }
          look(name);
        });
      }
    });
  }
  function disarm() {
    for (var i = 0; i < armedCount; i++) {
      var each = armed[i], found = brand(function () { return describe(each.owner, each.name); });
      if (found && found.get === each.get && !(each.owner === scope && traps[each.name] && traps[each.name].get === each.get && traps[each.name].shown)) {
        drop(each.owner, each.name);
        if (each.owner === scope) delete traps[each.name];
      }
    }
    armed = []; armedCount = 0;
  }
  function lookInside() {
    for (var i = 0; i < config.calls.length; i++) try { look(config.calls[i]); } catch (e) { /* seen at the next look */ }
    attend();
  }
  function lookAround() {
    touches = 0;
    ours(disarm);
    for (var i = 0; i < config.layers.length; i++) try { watch(config.layers[i]); } catch (e) { /* seen at the next look */ }
    lookInside();
    ours(tellOver);
  }
  // Inline modules run once the document is parsed.
  var deferred = { __proto__: null }, deferredCount = 0;
  function ready() {
    lookAround();
    ours(function () { if (state(page) === 'interactive') while (deferredCount) arm(deferred[--deferredCount]); });
  }
  // A picture runs nothing before its own handlers, which come after.
  function fetched(event) {
    if (!nodeName || brand(function () { return nodeName(targetOf(event)); }) !== 'IMG') lookAround();
  }
  function leave() { leaving = true; lookAround(); }
  function come() { leaving = false; lookAround(); }

  // document.open takes all listeners away: they are put back at each look, which changes nothing where they are there.
  var page = scope.document, observer = null, observing = false;
  function attend() {
    listen(scope, 'pagehide', leave, true);
    listen(scope, 'pageshow', come, true);
    listen(scope, 'load', lookAround, true);
    if (config.look) listen(scope, config.look, lookAround, true);
    if (!page) return;
    listen(page, 'readystatechange', ready, true);
    // After each script that was fetched: its load event comes when it has run.
    listen(page, 'load', fetched, true);
    listen(scope, 'DOMContentLoaded', parsed, true);
    listen(scope, 'click', lookAround, true);
    listen(scope, 'submit', lookAround, true);
    listen(scope, 'pointerdown', lookAround, true);
    listen(scope, 'keydown', lookAround, true);
    if (observer && !observing && state(page) === 'loading') { observing = true; observe(observer, page, { __proto__: null, childList: true, subtree: true }); }
  }
  function parsed() {
    lookAround();
    if (!observer) return;
    ours(function () { disconnect(observer); observing = false; observe(observer, page, { __proto__: null, childList: true }); });
  }
  // Told before the next parsed script runs: what a script defined is seen when it has ended, and the text of the next is there.
  function inserted(records) {
    lookAround();
    ours(function () {
      for (var i = records.length - 1; i >= 0; i--) {
        var list = added(records[i]);
        for (var j = nodes(list) - 1; j >= 0; j--) {
          var node = list[j];
          if (nodeName(node) === '#text') node = parentOf(node);
          if (node && nodeName(node) === 'SCRIPT') {
            if (attribute(node, 'src') !== null) return;
            if (attribute(node, 'type') === 'module') deferred[deferredCount++] = nodeText(node); else arm(nodeText(node));
            return;
          }
        }
      }
    });
  }
  // Between the stub and its first calls a vendor's snippet sets the address of the SDK; a tag manager sets the text of a snippet.
  function onSet(name, before, after) {
    var prototype = scope.HTMLScriptElement && HTMLScriptElement.prototype, found = prototype && describe(prototype, name);
    if (!found || !found.set) return;
    var shown = stand(found.set, function (target, self, given) {
      if (before) ours(function () { before(given[0]); });
      try { return apply(target, self, given); } finally { if (after) ours(after); }
    });
    define(prototype, name, { __proto__: null, get: found.get, set: shown, enumerable: found.enumerable, configurable: found.configurable });
  }

  var state = page && scope.Document && getter(Document.prototype, 'readyState');
  var observe = scope.MutationObserver && uncurry(MutationObserver.prototype.observe);
  var disconnect = scope.MutationObserver && uncurry(MutationObserver.prototype.disconnect);
  var drop = Reflect.deleteProperty, every = scope.setInterval && setInterval.bind(scope);
  if (page && observe && state) observer = new MutationObserver(inserted);
  onSet('src', null, lookInside);
  onSet('text', function (source) { arm('' + source); soon(now_, lookAround); });
  lookAround();
  // What is put there by a timer or an answer gives no other occasion.
  if (page && every) ours(function () { every(lookAround, config.every); });
  if (observer && !observing) ours(function () { observe(observer, page, { __proto__: null, childList: true }); });
})
