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
  var copying = 0;

  function marked(type, said) {
    return '{"$type":' + quote(type) + ',"text":' + quote(said) + '}';
  }
  function brand(read, value) {
    try { return read(value); } catch (e) { return undefined; }
  }
  function copy(value) {
    var state = { __proto__: null, left: config.text, cuts: '', cut: 0 };
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
      case 'number': state.left -= 8; return isFinite(value) ? '' + value : marked('number', '' + value);
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
  var count = 0, leaving = false;

  function tell(source, kind, value) {
    if (count >= config.most) {
      if (count === config.most) { count++; send('{"d":"' + document_ + '","n":' + count + ',"gap":"more than ' + config.most + ' pushes in one document"}'); }
      return;
    }
    // Copying may run a getter of the page that pushes in its turn.
    var number = ++count;
    var made = copy(value);
    var head = '{"d":"' + document_ + '","n":' + number + ',"k":"' + kind + '","s":' + quote(source) + ',"u":' + quote(address());
    var payload = head + ',"c":[' + made.cuts + '],"v":' + made.json + '}';
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

  // ---- standing between the page and a function, unseen ---------------------------------------------------------------------------
  var originals = new WeakMapOf(), stands = new WeakMapOf();
  var hidden = false;

  function hide() {
    if (hidden) return;
    hidden = true;
    var found = describe(Function.prototype, 'toString');
    if (!found || typeof found.value !== 'function') return;
    var native = found.value;
    var shown = new NativeProxy(native, {
      __proto__: null,
      apply: function (target, self, given) {
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
  var layers = new WeakMapOf();

  function layer(name, value) {
    if (!isObject(value)) return;
    if (recall(layers, value)) return;
    keep(layers, value, true);
    var push = brand(function () { return value.push; });
    if (typeof push !== 'function') { snapshot(name, value); return; }
    var length = isArray(value) ? value.length : 0;
    for (var i = 0; i < length; i++) { var entry = describe(value, i); if (entry) told(name, 'push', has(entry, 'value') ? entry.value : value[i]); }
    guard(name, value, push);
  }
  // Whoever replaces push calls the one before, with the same entries: each stand remembers only its own target, and what an
  // outer one has told, an inner one lets pass. An entry pushed anew from inside comes through the outermost stand again.
  function guard(name, value, push) {
    var underway = null, shown = between(push), innermost = shown, later = new WeakMapOf();
    function between(original) {
      var known = recall(stands, original);
      if (known && known.of === value) return known.shown;
      var me = stand(original, function (target, self, given) {
        if (self !== value || (me !== shown && passes(given))) return apply(target, self, given);
        for (var i = 0; i < given.length; i++) {
          told(name, 'push', given[i]);
          if (me !== innermost && isObject(given[i])) keep(later, given[i], (recall(later, given[i]) || 0) + 1);
        }
        var mine = { __proto__: null, given: given, above: underway };
        underway = mine;
        try { return apply(target, self, given); } finally { underway = mine.above; }
      });
      keep(stands, original, { __proto__: null, of: value, shown: me });
      return me;
    }
    function passes(given) {
      for (var up = underway; up; up = up.above) {
        if (up.given.length !== given.length) continue;
        var same = true;
        for (var i = 0; i < given.length; i++) if (up.given[i] !== given[i]) { same = false; break; }
        if (same) { passed(given); return true; }
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
    var found = describe(scope, name);
    if (found && has(found, 'value')) {
      if (traps[name] === undefined || traps[name].value !== found.value) layer(name, found.value);
      else if (objects[name]) snapshot(name, found.value);
      if (!found.configurable) { traps[name] = { __proto__: null, value: found.value }; return; }
    } else if (found) {
      if (traps[name] && found.get === traps[name].get) { if (objects[name]) snapshot(name, traps[name].value); return; }
      if (!found.configurable) return;
      layer(name, brand(function () { return scope[name]; }));
      return;
    }
    var trap = { __proto__: null, value: found ? found.value : undefined };
    trap.get = { get() { return trap.value; } }.get;
    function set(next) {
      trap.value = next;
      try { layer(name, next); } catch (e) { /* the page's assignment stands */ }
      if (!trap.shown) {
        trap.shown = true;
        define(scope, name, { __proto__: null, configurable: true, enumerable: true, get: trap.get, set: set });
      }
    }
    trap.shown = !!found;
    if (define(scope, name, { __proto__: null, configurable: true, enumerable: !!found, get: trap.get, set: set })) traps[name] = trap;
  }

  // ---- vendors' functions ---------------------------------------------------------------------------------------------------------
  // Looked for after each script: a trap for a name that the page may never define would answer `'fbq' in window` wrongly.
  function look(path) {
    var dot = indexOf(path, '.');
    var owner = scope, name = path;
    while (dot >= 0) {
      owner = brand(function () { var d = describe(owner, cutText(name, 0, dot)); return d ? (has(d, 'value') ? d.value : undefined) : undefined; });
      if (!isObject(owner)) return;
      name = cutText(name, dot + 1);
      dot = indexOf(name, '.');
    }
    var found = describe(owner, name);
    var value = found ? (has(found, 'value') ? found.value : undefined) : owner === scope ? undefined : brand(function () { return owner[name]; });
    if (typeof value !== 'function' || recall(originals, value)) return;
    var shown = stand(value, function (target, self, given) {
      told(path, 'call', given);
      return apply(target, self, given);
    });
    if (found) {
      if (!has(found, 'value') || !found.writable) return;
      owner[name] = shown;
    } else define(owner, name, { __proto__: null, configurable: true, writable: true, enumerable: false, value: shown });
  }
  function lookAround() {
    var i;
    for (i = 0; i < config.layers.length; i++) try { watch(config.layers[i]); } catch (e) { /* seen at the next look */ }
    for (i = 0; i < config.calls.length; i++) try { look(config.calls[i]); } catch (e) { /* seen at the next look */ }
  }

  lookAround();
  listen(scope, 'pagehide', function () { leaving = true; lookAround(); }, true);
  listen(scope, 'pageshow', function () { leaving = false; lookAround(); }, true);
  listen(scope, 'load', lookAround, true);
  var page = scope.document;
  if (page) {
    listen(page, 'readystatechange', lookAround, true);
    ['DOMContentLoaded', 'click', 'submit', 'pointerdown', 'keydown'].forEach(function (name) { listen(scope, name, lookAround, true); });
    if (page.readyState === 'loading' && scope.MutationObserver) {
      // Told before the next parsed script runs: a script's own definitions are seen when it has ended.
      var observer = new MutationObserver(lookAround);
      observer.observe(page, { childList: true, subtree: true });
      listen(scope, 'DOMContentLoaded', function () { observer.disconnect(); }, true);
    }
  }
})
