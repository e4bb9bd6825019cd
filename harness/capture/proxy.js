// Tells which document a frame shows, and stands between the recorder and the driver's binding to say when each thing was told.
// `binding` is the driver's function, `recorder` the name under which the recorder looks for its own, `late` where it sends beacons.
// What the driver has not yet confirmed when the page is left may be lost on its way: it is told once more, by a beacon.
(function (binding, recorder, late, record) {
  'use strict';
  var scope = globalThis;
  var tell = scope[binding];
  if (typeof tell !== 'function') return;
  delete scope[binding];
  var now = performance.now.bind(performance), origin = performance.timeOrigin;
  var quote = JSON.stringify, place = scope.location, main = scope.top === scope.self;
  var href = Object.getOwnPropertyDescriptor(place, 'href').get, apply = Reflect.apply;
  var then = Promise.prototype.then, beacon = navigator.sendBeacon && navigator.sendBeacon.bind(navigator);
  var AGE = 2000, ROOM = 16000; // milliseconds in which all is confirmed or lost; characters that are told again: a page has 64 KiB for its own
  var id = String(Math.random()).slice(2) + String(now()).replace('.', '');
  var open = { __proto__: null }, first = 0, next = 0;
  function none() { /* the page is going */ }
  function said(kind, text) {
    var number = next++, at = origin + now();
    if (kind === 'push') open[number] = { __proto__: null, at: at, text: text };
    while (first < next && (!open[first] || open[first].at < at - AGE)) delete open[first++];
    try { apply(then, tell(id + ' ' + at + ' ' + kind + ' ' + text), [function () { delete open[number]; }, none]); } catch (e) { none(); }
  }
  function again() {
    var room = ROOM, oldest = origin + now() - AGE;
    for (var number = first; beacon && number < next; number++) {
      var each = open[number];
      if (!each || each.at < oldest || (room -= each.text.length) < 0) continue;
      try { beacon(late + id + '/' + each.at, each.text); } catch (e) { none(); }
    }
  }
  var entry = performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
  var last = apply(href, place, []);
  said('document', quote({ url: last, how: entry ? entry.type : '' }));
  if (main && scope.navigation && scope.navigation.addEventListener) {
    scope.navigation.addEventListener('currententrychange', function () {
      var url = apply(href, place, []), before = last;
      last = url;
      said('route', quote({ url: url, before: before }));
    });
  }
  // What is pushed at this moment the recorder itself tells by a beacon.
  scope.addEventListener('pagehide', function () { again(); }, false);
  scope[recorder] = function (payload) { said('push', payload); };
  record(recorder, late + id);
})
